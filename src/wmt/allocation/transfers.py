"""Cases that people changed since an extract was made: its facts with every case where and what it is now.

A transfer takes all rows of a case from one post to another: the case itself and its flags. Contacts stay
with whoever did them, and what a prison holds under OMiC is not moved. Or it makes a case of another type or
tier where it is. Where a case is and what it is are two ways that do not meet: each is followed by itself.
"""

from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

import polars as pl

from wmt.allocation.cases import case_words
from wmt.facts import Facts, kind_number, kinds, table_of
from wmt.ledger import OMIC

#: The transfers a night was worked out with, as it keeps them: `key` is that of the allocation or change.
CASE_TRANSFER = table_of(
    {
        "key": pl.String,
        "case_ref": pl.String,
        "from_post": pl.String,  # 'TEAM:STAFF'
        "to_post": pl.String,
        "since": pl.Date,  # nullable: of one that went back, where the data does not say since when
        # nullable, not in nights written before there were such: of a case that is of another type or tier
        "tier_scheme": pl.String,
        "from_kind": pl.String,  # 'custody:B3', see `kind_text`
        "to_kind": pl.String,
    }
)


class CaseTransfer(NamedTuple):
    """A case that goes from one post to another ('TEAM:STAFF') on a day; back: since it was there before.

    Or one that becomes of another kind (`kind_text`, of a tier scheme): then both posts are who holds it.
    """

    key: str
    ref: str
    from_post: str
    to_post: str
    since: date | None
    tier_scheme: str | None = None
    from_kind: str | None = None
    to_kind: str | None = None

    @property
    def is_move(self) -> bool:
        """Whether it says where a case is, and not what."""
        return self.to_kind is None

    @property
    def back(self) -> "CaseTransfer":
        """The way back. Since when the case was there before is not known here."""
        return self._replace(
            from_post=self.to_post, to_post=self.from_post, since=None,
            from_kind=self.to_kind, to_kind=self.from_kind,
        )  # fmt: skip


def kind_text(location: str, tier: str, suspended: int | bool) -> str:
    """What of a case somebody may change, in one word: 'custody:B3', 'licence:C1S', 'community:untiered'."""
    return f"{location}:{'untiered' if tier == '0' else tier}{'S' * bool(suspended)}"


def with_transfers(facts: Facts, transfers: Iterable[CaseTransfer]) -> tuple[Facts, list[CaseTransfer]]:
    """The facts with cases where their transfers lead, and the transfers that counted.

    One from or to a post without figures of this night waits for them. A case that is at the end of its way
    already, or nowhere on it, stays where it is, and what it is: the extract knows better.
    """
    transfers = list(transfers)
    numbers = dict(fresh_posts(facts.post).rows())
    codes, texts = {number: code for code, number in numbers.items()}, kind_texts(facts.tier_scheme)
    named = facts.caseload.filter(pl.col("case_ref").is_in(list({each.ref for each in transfers})))
    rows_of = named.select("case_ref", "post_no", "kind_no").iter_rows()
    listed = [row for row in rows_of if row[-1] in texts]
    held: dict[str, set[str]] = {}
    what: dict[str, set[str]] = {}
    for ref, post_no, kind_no in listed:
        held.setdefault(ref, set()).add(codes.get(post_no, ""))
        if post_no in codes:
            what.setdefault(ref, set()).add(texts[kind_no])
    ends, counted = led(transfers, held, numbers)
    turned, counted_kinds = kinds_led(transfers, what, facts.tier_scheme)
    if ends:
        facts = _moved(facts, [(ref, numbers[start], numbers[end]) for (ref, start), end in ends.items()])
    if turned:
        shown = {(ref, kind) for ref, post, kind in listed if post in codes}
        rows = [
            (ref, kind, _same_but(facts.tier_scheme, kind, turned[ref, texts[kind]]))
            for ref, kind in sorted(shown)
            if (ref, texts[kind]) in turned
        ]
        facts = replace(facts, caseload=_turned(facts.caseload, rows, list(codes)))
    return facts, counted + counted_kinds


def _moved(facts: Facts, moved: Collection[tuple[str, int, int]]) -> Facts:
    """The facts with cases at other posts: reference, number of the post, and of the one then."""
    shape = {"case_ref": pl.String, "post_no": pl.Int64, "then_no": pl.Int64}
    rows = pl.DataFrame(list(moved), shape, orient="row")
    # a flag of the case that the input has at whoever gets it, who did not hold it, says nothing of it
    strays = rows.select("case_ref", post_no="then_no")
    flag = facts.flag.join(strays, on=["case_ref", "post_no"], how="anti")
    of_cases = pl.col("kind_no").is_in(list(kind_texts(facts.tier_scheme)))
    return replace(
        facts,
        caseload=_replaced(facts.caseload, rows, "post_no", of_cases),
        flag=_replaced(flag, rows, "post_no", pl.lit(True)),
    )


def _turned(
    caseload: pl.DataFrame, rows: Collection[tuple[str, int, int]], posts: Collection[int]
) -> pl.DataFrame:
    """The caseload with cases of other kinds at posts with figures: reference, kind, kind then."""
    shape = {"case_ref": pl.String, "kind_no": pl.Int64, "then_no": pl.Int64}
    frame = pl.DataFrame(list(rows), shape, orient="row")
    return _replaced(caseload, frame, "kind_no", pl.col("post_no").is_in(list(posts)))


def _replaced(frame: pl.DataFrame, rows: pl.DataFrame, column: str, where: pl.Expr) -> pl.DataFrame:
    """A table with another number in a column of the rows of some cases, `then_no` of `rows`."""
    if frame.is_empty():
        return frame
    found = frame.join(rows, on=["case_ref", column], how="left")
    then = pl.coalesce(pl.when(where).then("then_no"), column)
    return found.with_columns(then.alias(column)).select(frame.columns).sort(frame.columns)


@cache
def kind_texts(tier_scheme: str) -> dict[int, str]:
    """What of a kind somebody may change (`kind_text`), by its number; OMiC left out."""
    return {
        kind.kind_no: kind_text(kind.location, kind.tier, kind.suspended)
        for kind in kinds(tier_scheme)
        if kind.stream != OMIC
    }


def parts_of(text: str) -> tuple[str, str, bool]:
    """The type, the tier and whether supervision is suspended of a `kind_text`."""
    location, _, tier = text.partition(":")
    return (
        location,
        "0" if tier.removesuffix("S") == "untiered" else tier.removesuffix("S"),
        tier.endswith("S"),
    )


def kind_words(text: str) -> str:
    """A `kind_text` as people say it: 'custody B3'."""
    location, tier, suspended = parts_of(text)
    return case_words(location, tier, "", suspended=suspended)


def _same_but(tier_scheme: str, number: int, text: str) -> int:
    """The kind of a case that is of another type or tier, of the same stream and status."""
    kind, (location, tier, suspended) = kinds(tier_scheme)[number], parts_of(text)
    return kind_number(tier_scheme, kind.stream, location, tier, suspended, kind.status)


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
    steps = [
        (each, each.from_post, each.to_post)
        for each in transfers
        if each.is_move and each.from_post in posts and each.to_post in posts
    ]
    return _ends(steps, held)


def kinds_led(
    transfers: Iterable[CaseTransfer], here: Mapping[str, Collection[str]], tier_scheme: str
) -> tuple[dict[tuple[str, str], str], list[CaseTransfer]]:
    """What transfers make of cases, by reference and what each is (`kind_text`), and those that count.

    Tiers of another scheme say nothing about the tiers of this one.
    """
    steps = [
        (each, each.from_kind or "", each.to_kind or "")
        for each in transfers
        if not each.is_move and each.tier_scheme == tier_scheme
    ]
    return _ends(steps, here)


def _ends(
    steps: Iterable[tuple[CaseTransfer, str, str]], held: Mapping[str, Collection[str]]
) -> tuple[dict[tuple[str, str], str], list[CaseTransfer]]:
    ways: dict[str, list[tuple[CaseTransfer, str, str]]] = {}
    for step in steps:
        ways.setdefault(step[0].ref, []).append(step)
    ends: dict[tuple[str, str], str] = {}
    counted: list[CaseTransfer] = []
    for ref, way in ways.items():
        here, end = held.get(ref, ()), way[-1][2]
        starts = {place for _, *both in way for place in both}.intersection(here)
        if starts and end not in here:
            counted += [each for each, *_ in way]
            ends |= {(ref, start): end for start in starts}
    return ends, counted
