"""Cases that people gave to somebody since an extract was made: its facts with every case where it is now.

A transfer takes all rows of a case from one post to another: the case itself and its flags. Contacts stay
with whoever did them, and what a prison holds under OMiC is not moved.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import NamedTuple

import polars as pl

from wmt.allocation.cases import MOVES
from wmt.facts import Facts, table_of
from wmt.facts.kinds import kind_table
from wmt.ledger import OMIC

#: The transfers a night was worked out with, as it keeps them: `key` is that of the allocation.
CASE_TRANSFER = table_of(
    {
        "key": pl.String,
        "case_ref": pl.String,
        "from_post": pl.String,  # 'TEAM:STAFF'
        "to_post": pl.String,
        "since": pl.Date,  # nullable: of one that went back, where the data does not say since when
    }
)


class CaseTransfer(NamedTuple):
    """A case that goes from one post to another ('TEAM:STAFF') on a day; back: since it was there before."""

    key: str
    ref: str
    from_post: str
    to_post: str
    since: date | None

    @property
    def back(self) -> "CaseTransfer":
        """The way back. Since when the case was there before is not known here."""
        return self._replace(from_post=self.to_post, to_post=self.from_post, since=None)


def with_transfers(facts: Facts, transfers: Iterable[CaseTransfer]) -> tuple[Facts, list[CaseTransfer]]:
    """The facts with cases where their transfers lead, and the transfers that counted.

    One from or to a post without figures of this night waits for them. A case that is at the end of its way
    already, or nowhere on it, stays where it is: the extract knows better.
    """
    numbers = dict(fresh_posts(facts.post).rows())
    kinds = kind_table(facts.tier_scheme).filter(pl.col("stream") != OMIC)
    transfers = list(transfers)
    listed = facts.caseload.filter(pl.col("case_ref").is_in(list({each.ref for each in transfers})))
    codes = {number: code for code, number in numbers.items()}
    held: dict[str, set[str]] = {}
    for ref, post_no in listed.join(kinds, on="kind_no", how="semi").select("case_ref", "post_no").rows():
        held.setdefault(ref, set()).add(codes.get(post_no, ""))
    ends, counted = led(transfers, held, numbers)
    moved = [(ref, numbers[start], numbers[end]) for (ref, start), end in ends.items()]
    if not moved:
        return facts, []
    shape = {"case_ref": pl.String, "post_no": pl.Int64, "then_no": pl.Int64}
    rows = pl.DataFrame(moved, shape, orient="row")
    # a flag of the case that the input has at whoever gets it, who did not hold it, says nothing of it
    strays = rows.select("case_ref", post_no="then_no")
    flags = facts.flag.join(strays, on=["case_ref", "post_no"], how="anti")
    return replace(
        facts,
        caseload=_moved(facts.caseload, rows, kinds["kind_no"]),
        flag=_moved(flags, rows),
    ), counted


def _moved(frame: pl.DataFrame, rows: pl.DataFrame, kind_nos: pl.Series | None = None) -> pl.DataFrame:
    """Rows of a table with the posts their cases are at then; of the caseload, those of some kinds."""
    found = frame.join(rows, on=["case_ref", "post_no"], how="left")
    then = (
        pl.col("then_no")
        if kind_nos is None
        else pl.when(pl.col("kind_no").is_in(kind_nos.implode())).then("then_no")
    )
    return found.with_columns(post_no=pl.coalesce(then, "post_no")).select(frame.columns).sort(frame.columns)


def fresh_posts(post: pl.DataFrame) -> pl.DataFrame:
    """The codes ('TEAM:STAFF') and numbers of the posts that have figures of their own night."""
    fresh = post.filter(pl.col("stale_since").is_null(), unmeasured=0)
    return fresh.select(code=pl.concat_str("team_code", pl.lit(":"), "staff_code"), number="post_no")


def led(
    transfers: Iterable[CaseTransfer], held: Mapping[str, Collection[str]], posts: Container[str]
) -> tuple[dict[tuple[str, str], str], list[CaseTransfer]]:
    """Where transfers lead cases that posts hold, by reference and holder, and those that count.

    `posts` are those that have figures; the others wait for theirs. Of several transfers of a case the last
    counts: whoever on its way still holds it, it goes there.
    """
    ways: dict[str, list[CaseTransfer]] = {}
    for each in transfers:
        if each.from_post in posts and each.to_post in posts:
            ways.setdefault(each.ref, []).append(each)
    ends: dict[tuple[str, str], str] = {}
    counted: list[CaseTransfer] = []
    for ref, way in ways.items():
        here, end = held.get(ref, ()), way[-1].to_post
        starts = {code for each in way for code in (each.from_post, each.to_post)}.intersection(here)
        if starts and end not in here:
            counted += way
            ends |= {(ref, start): end for start in starts}
    return ends, counted


def lines_led(lines: pl.DataFrame, transfers: Sequence[CaseTransfer]) -> pl.DataFrame:
    """Lines (columns `ledger.NAMED_LINE`) with those of cases under the codes of where transfers lead."""
    moves = (pl.col("kind").is_in(MOVES) & (pl.col("stream") != OMIC)).fill_null(False)
    code = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    mine = lines.filter(moves & pl.col("ref").is_in([each.ref for each in transfers]))
    held: dict[str, set[str]] = {}
    for ref, post in mine.filter(kind="case").select("ref", code).rows():
        held.setdefault(ref, set()).add(post)
    posts = {post for each in transfers for post in (each.from_post, each.to_post)}
    ends, _ = led(transfers, held, posts)
    rows = [(ref, start, *end.split(":", 1)) for (ref, start), end in ends.items()]
    frame = pl.DataFrame(
        rows, dict.fromkeys(("ref", "start", "to_team", "to_staff"), pl.String), orient="row"
    )
    found = lines.with_columns(start=pl.when(moves).then(code))
    found = found.join(frame, on=["ref", "start"], how="left", maintain_order="left")
    return found.with_columns(
        team_code=pl.coalesce("to_team", "team_code"), staff_code=pl.coalesce("to_staff", "staff_code")
    ).select(lines.columns)
