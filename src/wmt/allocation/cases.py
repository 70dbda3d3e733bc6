"""The cases to be given: found in the data by their reference, or described by type and tier."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from wmt.errors import RefusalError
from wmt.facts import LOCATIONS, TIERS, kind_number
from wmt.ledger import Ledger
from wmt.ledger.prices import price
from wmt.rules import RuleSet

#: Kinds of line that go with a case when it moves: its own, and what a flag adds to it.
MOVES = ("case", "unpaid_only", "unpaid_work", "iom")
_DESCRIBED = re.compile(r"(?:(standard|t2a):)?([a-z]+):([A-Z][0-9]?|untiered)(S?)", re.ASCII)


class CaseError(RefusalError):
    """A case cannot be told; the message says why and what to do."""


@dataclass(frozen=True, kw_only=True)
class CaseToGive:
    """A case to be given, and what it earns wherever it is held. `post` holds it now, or nobody (None).

    `held_x100` is what its holder has for it now: another figure where its tier or type has changed since.
    """

    ref: str | None
    location: str
    tier: str  # '0' where it has none
    suspended: bool
    stream: str
    status: str
    points_x100: int
    reason: str | None  # why it earns nothing, or wants a second look
    rule: str
    post: str | None = None
    post_no: int | None = None
    held_x100: int = 0

    @property
    def words(self) -> str:
        """What it is: 'custody B3'."""
        return case_words(self.location, self.tier, self.stream, suspended=self.suspended)


def case_words(location: str, tier: str, stream: str, *, suspended: bool) -> str:
    """What a case is, as people say it: 'custody B3', 'licence C1S', 'community untiered T2A'."""
    shown = "untiered" if tier == "0" else f"{tier}{'S' if suspended else ''}"
    return " ".join([location, shown, *(["T2A"] if stream == "t2a" else [])])


def described(ledger: Ledger, text: str) -> CaseToGive:
    """A case that is described: 'custody:B3', 'licence:C1S' (supervision suspended), 't2a:community:A2'.

    Raises CaseError where the description names no type and tier of this data.
    """
    scheme = ledger.facts.tier_scheme
    stream, location, tier, suspended = read_kind(text, scheme)
    return of_kind(ledger.rules, scheme, ledger.day, location, tier, stream, suspended)


def read_kind(text: str, tier_scheme: str) -> tuple[str, str, str, bool]:
    """The stream, type and tier that a description names, and whether supervision is suspended.

    Raises CaseError as `described` does.
    """
    remedy = (
        "write its type and tier, such as custody:B3, licence:C1S for suspended supervision, or "
        "t2a:community:A2"
    )
    found = _DESCRIBED.fullmatch(text.strip())
    if found is None:
        raise CaseError(f"'{text}' describes no case; {remedy}")
    stream, location, tier, suspended = found.groups()
    tier = "0" if tier == "untiered" else tier
    if location not in LOCATIONS:
        raise CaseError(f"'{location}' is no type of case; the types are {', '.join(LOCATIONS)}")
    if tier not in TIERS[tier_scheme]:
        known = ", ".join(each for each in TIERS[tier_scheme] if each != "0")
        raise CaseError(f"this data has no tier {tier}; its tiers are {known}, untiered")
    return stream or "standard", location, tier, bool(suspended)


def of_kind(
    rules: RuleSet,
    tier_scheme: str,
    day: date,
    location: str,
    tier: str,
    stream: str = "standard",
    suspended: bool = False,
) -> CaseToGive:
    """An active case of a kind that nobody holds, at its price by the rules of a day. Raises KeyError."""
    number = kind_number(tier_scheme, stream, location, tier, suspended, "active")
    priced = price(rules, tier_scheme, day).tables["price"]
    row = priced.row(by_predicate=pl.col("kind_no") == number, named=True)
    return CaseToGive(ref=None, **_of_row(row), points_x100=row["points_x100"])


def changed(case: CaseToGive, now: CaseToGive) -> CaseToGive:
    """A listed case whose type or tier has changed: it earns what `now` does, and is held at the old."""
    return replace(now, ref=case.ref, post=case.post, post_no=case.post_no, held_x100=case.points_x100)


def listed(ledger: Ledger, refs: Sequence[str]) -> list[CaseToGive]:
    """The cases of these references as the data has them, in the order asked for.

    Raises CaseError for one that is not listed, is held by several posts, or is in custody under OMiC only.
    """
    facts = ledger.facts
    rows = facts.caseload.filter(pl.col("case_ref").is_in(list(refs)))
    lines = ledger.lines(rows["post_no"].unique().sort().to_list())
    numbers = facts.post.select("post_no", post=pl.concat_str("team_code", pl.lit(":"), "staff_code"))
    lines = lines.filter(pl.col("ref").is_in(list(refs)), pl.col("kind").is_in(MOVES)).join(
        numbers, on="post_no"
    )
    return [_listed(ref, lines.filter(ref=ref), counts=facts.caseload) for ref in refs]


def _listed(ref: str, lines: pl.DataFrame, counts: pl.DataFrame) -> CaseToGive:
    describe = "describe the case with --kind instead, such as --kind custody:B3"
    if lines.is_empty():
        counted = counts["case_ref"].null_count() == counts.height
        why = "this data counts cases and does not list them" if counted else "nobody in this data holds it"
        raise CaseError(f"there is no case {ref}: {why}; {describe}")
    own = lines.filter(pl.col("stream") != "omic")
    if own.is_empty():
        raise CaseError(f"{ref} is held in custody under OMiC, which is not allocated here; {describe}")
    holders = own["post"].unique().sort().to_list()
    if len(holders) > 1:
        raise CaseError(
            f"{ref} is held by {' and '.join(holders)}, so it is not clear what moves; {describe}"
        )
    row = own.row(by_predicate=pl.col("kind") == "case", named=True)
    points_x100 = int(own["points_x100"].sum())
    return CaseToGive(
        ref=ref,
        **_of_row(row),
        points_x100=points_x100,
        held_x100=points_x100,
        post=holders[0],
        post_no=row["post_no"],
    )


def _of_row(row: Mapping[str, Any]) -> dict[str, Any]:
    names = ("location", "tier", "stream", "status", "reason", "rule")
    return {**{name: row[name] for name in names}, "suspended": bool(row["suspended"])}
