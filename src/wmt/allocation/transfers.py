"""Cases that people changed since an extract was made: its facts with every case where and what it is now.

A transfer takes all rows of a case from one post to another: the case itself and its flags. Contacts stay
with whoever did them, and what a prison holds under OMiC is not moved. Or it makes a case of another type or
tier where it is. Where a case is and what it is are two ways that do not meet: each is followed by itself.

One that the data does not have yet comes from nobody in a team ('TEAM:'), and is what its transfer says.
"""

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

import polars as pl

from wmt.allocation import case_rows, cases
from wmt.facts import Facts, kind_number, kinds, table_of

#: The transfers a night was worked out with, as it keeps them: `key` is that of the allocation or change.
CASE_TRANSFER = table_of(
    {
        "key": pl.String,
        "case_ref": pl.String,
        "from_post": pl.String,  # 'TEAM:STAFF'; 'TEAM:' of one that the data did not have
        "to_post": pl.String,
        "since": pl.Date,  # nullable: of one that went back, where the data does not say since when
        # nullable, not in nights written before there were such: of a case of another type or tier, or of one
        # that the data did not have: `to_kind` is what it is ('t2a:custody:B3' of T2A), `from_kind` null
        "tier_scheme": pl.String,
        "from_kind": pl.String,  # 'custody:B3', see `kind_text`
        "to_kind": pl.String,
    }
)


class CaseTransfer(NamedTuple):
    """A case that goes from one post to another ('TEAM:STAFF') on a day; back: since it was there before.

    Or one that becomes of another kind (`kind_text`, of a tier scheme): then both posts are who holds it.
    Or one that comes, from nobody in a team ('TEAM:'): then `to_kind` is what it is.
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
        return self.to_kind is None or self.comes

    @property
    def comes(self) -> bool:
        """Whether the data does not have the case before it."""
        return is_nobody(self.from_post)

    @property
    def goes(self) -> bool:
        """Whether the data does not have the case after it."""
        return is_nobody(self.to_post)

    @property
    def back(self) -> "CaseTransfer":
        """The way back. Since when the case was there before is not known here."""
        return self._replace(
            from_post=self.to_post, to_post=self.from_post, since=None,
            from_kind=self.to_kind, to_kind=self.from_kind,
        )  # fmt: skip


def is_nobody(post: str) -> bool:
    """Whether it is nobody in a team, 'TEAM:', who has no case in the data."""
    return post.endswith(":")


def kind_text(location: str, tier: str, suspended: int | bool, stream: str = "standard") -> str:
    """What of a case somebody may change, in one word: 'custody:B3', 'licence:C1S', 'community:untiered'.

    With its stream, where that is another: 't2a:custody:B3'.
    """
    words = f"{location}:{'untiered' if tier == '0' else tier}{'S' * bool(suspended)}"
    return words if stream == "standard" else f"{stream}:{words}"


def with_transfers(facts: Facts, transfers: Iterable[CaseTransfer]) -> tuple[Facts, list[CaseTransfer]]:
    """The facts with cases where their transfers lead, and the transfers that counted.

    One from or to a post without figures of this night waits for them. A case that is at the end of its way
    already, or nowhere on it, stays where it is, and what it is: the extract knows better. One that comes is
    there where nobody has it in the facts; where a placeholder does, it goes from there as any other.
    """
    transfers, counted = list(transfers), list[CaseTransfer]()
    # what went and came again is what it was when it came last
    before, last = _until_gone(transfers)
    for part in (before, last):
        if part:
            facts, some = _with_transfers(facts, part)
            counted += some
    return facts, counted


def _until_gone(transfers: Sequence[CaseTransfer]) -> tuple[list[CaseTransfer], list[CaseTransfer]]:
    """Of cases that are taken off and come again the transfers until they are off, and all others."""
    off = {each.ref: number for number, each in enumerate(transfers) if each.goes}
    again = {
        each.ref for number, each in enumerate(transfers) if each.comes and number > off.get(each.ref, number)
    }
    early = [number <= off[each.ref] if each.ref in again else False for number, each in enumerate(transfers)]
    return (
        [each for each, is_early in zip(transfers, early, strict=True) if is_early],
        [each for each, is_early in zip(transfers, early, strict=True) if not is_early],
    )


def _with_transfers(facts: Facts, transfers: Sequence[CaseTransfer]) -> tuple[Facts, list[CaseTransfer]]:
    numbers, codes = dict(fresh_posts(facts.post).rows()), _codes(facts.post)
    nobody = {codes[number] for number in facts.post.filter(is_placeholder=1)["post_no"]}
    held: dict[str, set[str]] = {}
    for ref, post_no, _ in _listed(facts, transfers):
        held.setdefault(ref, set()).add(codes[post_no] if codes[post_no] in numbers else "")
    ends, counted = led(transfers, held, numbers, facts.tier_scheme, nobody)
    facts = _put(facts, transfers, ends, numbers)
    what: dict[str, set[str]] = {}
    fresh, texts = set(numbers.values()), kind_texts(facts.tier_scheme)
    rows = [row for row in _listed(facts, transfers) if row[1] in fresh]
    for ref, _, kind in rows:
        what.setdefault(ref, set()).add(texts[kind])
    turned, counted_kinds = kinds_led(transfers, what, facts.tier_scheme)
    if turned:
        then = [
            (ref, kind, _same_but(facts.tier_scheme, kind, turned[ref, texts[kind]]))
            for ref, kind in sorted({(ref, kind) for ref, _, kind in rows})
            if (ref, texts[kind]) in turned
        ]
        facts = case_rows.turned_to(facts, then, fresh)
    return facts, counted + counted_kinds


def _listed(facts: Facts, transfers: Iterable[CaseTransfer]) -> list[tuple[str, int, int]]:
    """Reference, post and kind of every row of the cases, OMiC left out."""
    own = kind_texts(facts.tier_scheme)
    named = facts.caseload.filter(pl.col("case_ref").is_in(list({each.ref for each in transfers})))
    rows = named.select("case_ref", "post_no", "kind_no").iter_rows()
    return [row for row in rows if row[-1] in own]


def _put(
    facts: Facts,
    transfers: Iterable[CaseTransfer],
    ends: Mapping[tuple[str, str], str],
    numbers: Mapping[str, int],
) -> Facts:
    """The facts with cases at the ends of their ways; those that come as what they are."""
    came = {each.ref: each for each in transfers if each.comes}
    new = [
        (ref, numbers[end], _number_of(came[ref]))
        for (ref, start), end in ends.items()
        if is_nobody(start) and not is_nobody(end)
    ]
    off = [(ref, numbers[start]) for (ref, start), end in ends.items() if is_nobody(end)]
    away = [
        (ref, numbers[start], numbers[end])
        for (ref, start), end in ends.items()
        if not is_nobody(start) and not is_nobody(end)
    ]
    facts = case_rows.removed(facts, off) if off else facts
    facts = case_rows.added(facts, new) if new else facts
    return case_rows.moved(facts, away) if away else facts


def _number_of(each: CaseTransfer) -> int:
    """The kind of a case that comes: an active one."""
    scheme = each.tier_scheme or ""
    return kind_number(scheme, *cases.read_kind(each.to_kind or "", scheme), "active")


def _codes(post: pl.DataFrame) -> dict[int, str]:
    return dict(post.select("post_no", pl.concat_str("team_code", pl.lit(":"), "staff_code")).rows())


@cache
def kind_texts(tier_scheme: str) -> dict[int, str]:
    """What of a kind somebody may change (`kind_text`), by its number; OMiC left out."""
    return {
        kind.kind_no: kind_text(kind.location, kind.tier, kind.suspended)
        for kind in case_rows.own_kinds(tier_scheme)
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
    return cases.case_words(location, tier, "", suspended=suspended)


def _same_but(tier_scheme: str, number: int, text: str) -> int:
    """The kind of a case that is of another type or tier, of the same stream and status."""
    kind, (location, tier, suspended) = kinds(tier_scheme)[number], parts_of(text)
    return kind_number(tier_scheme, kind.stream, location, tier, suspended, kind.status)


def fresh_posts(post: pl.DataFrame) -> pl.DataFrame:
    """The codes ('TEAM:STAFF') and numbers of the posts that have figures of their own night."""
    fresh = post.filter(pl.col("stale_since").is_null(), unmeasured=0)
    return fresh.select(code=pl.concat_str("team_code", pl.lit(":"), "staff_code"), number="post_no")


def led(
    transfers: Sequence[CaseTransfer],
    held: Mapping[str, Collection[str]],
    posts: Container[str],
    tier_scheme: str = "",
    nobody: Collection[str] = (),
) -> tuple[dict[tuple[str, str], str], list[CaseTransfer]]:
    """Where transfers lead cases that posts hold, by reference and holder, and those that count.

    `posts` are those that have figures; the others wait for theirs. Of several transfers of a case the last
    counts: whoever on its way still holds it, it goes there. `nobody` are placeholders: a case that comes
    goes from them, where nobody else has it, and counts as a transfer of that. What comes is of the tier
    scheme of the data, or it waits. Where somebody has the case, that it came is no part of its way: taken
    back, it stays with them.
    """
    at = {each.ref: list(held.get(each.ref, [_NOWHERE])) for each in transfers}
    waits = {
        each.ref: at[each.ref][0]
        for each in transfers
        if each.comes and len(at[each.ref]) == 1 and at[each.ref][0] in nobody
    }
    at |= {ref: [_NOWHERE] for ref in waits}
    steps = [
        (each, _place(each.from_post), _place(each.to_post))
        for each in transfers
        if each.is_move
        and all(post in posts or is_nobody(post) for post in (each.from_post, each.to_post))
        and (
            not each.comes
            or each.ref in waits
            or (each.tier_scheme == tier_scheme and at[each.ref] == [_NOWHERE])
        )
    ]
    ends, counted = _ends(steps, at)
    found = {
        (ref, waits.get(ref, start) if start == _NOWHERE else start): end
        for (ref, start), end in ends.items()
    }
    return found, [
        _from(waits[each.ref], each) if each.comes and each.ref in waits else each for each in counted
    ]


#: Where a case is that the data does not have.
_NOWHERE = ":"


def _place(post: str) -> str:
    """Nobody is the same in every team."""
    return _NOWHERE if is_nobody(post) else post


def _from(post: str, each: CaseTransfer) -> CaseTransfer:
    """The transfer of a case that the data has with a placeholder by now."""
    return each._replace(from_post=post, tier_scheme=None, from_kind=None, to_kind=None)


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
