"""What could be otherwise: limits lifted, an officer more, a reduction ended, cases that others take."""

from collections.abc import Callable
from dataclasses import replace

import polars as pl

from wmt import ledger
from wmt.allocation.candidates import not_in_data
from wmt.facts import SCHEMAS
from wmt.plan.balance import questions
from wmt.plan.balance.problem import SharingProblem
from wmt.plan.balance.reading import Kept

#: So many posts whose reductions take most are asked what it would make if they ended.
REDUCTIONS = 3
#: So many cases of tier C are asked what it would make if somebody outside took them.
CASES = 10


def changes(
    asked: SharingProblem,
    found: ledger.Ledger,
    kept: Kept,
    again: Callable[[Kept], SharingProblem],
    *,
    named: bool = True,
) -> list[questions.Lever]:
    """Every change that is tried. `again` makes the problem anew with other things kept.

    Without `named` the words name nobody: whose reductions end is said by grade alone.
    """
    hours = (
        (grade, not_in_data(found.rules, found.day, [], grade).now.available_x100) for grade in ("PO", "PSO")
    )
    return [
        *questions.without_limits(asked),
        *_without_keeping(kept, again),
        *(questions.one_more(asked, grade, available_x100) for grade, available_x100 in hours),
        *_reductions_ended(asked, found, named=named),
        questions.all_may_hold(asked, "PSO", "PSOs may hold every case"),
        questions.leave(asked, CASES, "C", f"{CASES} cases of tier C to somebody outside"),
    ]


def _without_keeping(kept: Kept, again: Callable[[Kept], SharingProblem]) -> list[questions.Lever]:
    weeks = "cases may move however long they are held and whenever they end"
    ways = [
        (bool(kept.held_weeks or kept.ends_weeks), weeks, replace(kept, held_weeks=0, ends_weeks=0)),
        (bool(kept.locked), "locked posts share", replace(kept, locked=())),
        (bool(kept.still), "cases that are kept may move", replace(kept, still=())),
        (bool(kept.together), "cases need not stay together", replace(kept, together=())),
        (bool(kept.apart), "forbidden moves are allowed", replace(kept, apart=())),
    ]
    found = []
    for is_kept, words, then in ways:
        if is_kept:
            found.append(questions.Lever(words, again(then)))
    return found


def _reductions_ended(asked: SharingProblem, found: ledger.Ledger, *, named: bool) -> list[questions.Lever]:
    """Posts that would have most more time without their reductions of the day; of each grade the first,
    where nobody is to be named."""
    code = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    posts = found.facts.post.filter(code.is_in([post.code for post in asked.posts]))
    posts = posts.join(found.facts.reduction, on="post_no", how="semi")
    time = ledger.TimeSide(found.rules).lines(posts, SCHEMAS["reduction"].to_frame(), found.day)
    whole = dict(time.group_by(code.alias("code")).agg(pl.col("points_x100").sum()).rows())
    more = sorted(
        (post.available_x100 - whole[post.code], post.code) for post in asked.posts if post.code in whole
    )
    more = [each for each in more if each[0] < 0]
    if named:
        words = {of: f"the reductions of {of} ended" for _, of in more[:REDUCTIONS]}
    else:
        grades = {post.code: post.grade for post in asked.posts}
        first = {grades[of]: of for _, of in reversed(more)}
        words = {of: f"the reductions of one {grade} ended" for grade, of in sorted(first.items())}
    return [questions.more_time(asked, of, said, whole[of]) for of, said in words.items()]
