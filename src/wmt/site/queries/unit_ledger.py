"""The ledger of a unit of the figures shown: the facts of its night with all that people entered since.

What is measured with it under the rules of the figures is what the pages show; under others, what the same
work and hours would be.
"""

from collections.abc import Collection
from dataclasses import dataclass

import polars as pl
from django.conf import settings

from wmt.allocation.transfers import with_transfers
from wmt.ledger import Ledger
from wmt.nights import Night, open_night
from wmt.nights.unit_slice import UnitSlice, part_of
from wmt.rules import RuleSet
from wmt.site.allocation.queries import transfers_since
from wmt.site.availability.queries import plans_of
from wmt.site.changes.reconcile import facts_now, facts_shown
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: Levels of which a unit is measured by itself; those above are read out of the whole nation, which is kept.
SMALL = ("post", "team", "pdu")


@dataclass(frozen=True)
class LedgerKey:
    """A state by what tells one from another, for what is kept of it."""

    state: State

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LedgerKey) and self._parts == other._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    @property
    def _parts(self) -> tuple[object, ...]:
        return (*self.state.of_load, self.state.revision, self.state.day)


def ledger_of(state: State, ruleset: RuleSet, level: str, code: str) -> Ledger:
    """The ledger of a unit that is `SMALL`, else of the nation. That of a small one has more posts than its
    own: those on the other side of its contacts. Raises NightError and LedgerError."""
    night, is_now = open_night(settings.CONFIG.nights / state.night), state.as_of is None
    if level not in SMALL:
        # a day in the past is shown as its night was loaded: what was entered by then is in its facts
        facts = facts_now(night, state, plans_of()) if is_now else night.facts()
        facts = with_transfers(facts, transfers_since(state))[0] if is_now else facts
        return Ledger(facts, ruleset, former=night.former(), day=state.day)
    part = _with_helpers(state, night, part_of(night, level, code))
    facts = facts_shown(state, night, part) if is_now else part.facts
    return Ledger(facts, ruleset, former=part.former, day=state.day)


def _with_helpers(state: State, night: Night, part: UnitSlice) -> UnitSlice:
    """A part with those on the other side of its contacts: what a trainee does in a stage of PQiP earns
    nothing, wherever they are."""
    contact, mine = part.facts.contact, set(part.facts.post["post_no"])
    others = {*contact["by_post_no"], *contact["om_post_no"]} - mine - {None}
    helpers = _codes(state, others)
    return part_of(night, "post", helpers | _codes_of(part)) if helpers else part


def with_doers(state: State, night: Night, part: UnitSlice) -> tuple[UnitSlice, frozenset[str]]:
    """A part with those elsewhere who did contacts on its cases, and their codes: whether a contact earns
    depends on whether they are in a stage of PQiP. What is measured of these themselves is not theirs: who
    did contacts on their cases is not in the part."""
    contact, mine = part.facts.contact, set(part.facts.post["post_no"])
    of_mine = contact.filter(pl.col("om_post_no").is_in(list(mine)))
    doers = _codes(state, set(of_mine["by_post_no"].drop_nulls()) - mine)
    if not doers:
        return part, frozenset()
    return part_of(night, "post", doers | _codes_of(part)), frozenset(doers)


def _codes(state: State, numbers: Collection[int]) -> set[str]:
    """The codes of posts by their numbers."""
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=numbers)
    return set(posts.values_list("code", flat=True)) if numbers else set()


def _codes_of(part: UnitSlice) -> set[str]:
    code = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    return set(part.facts.post.select(code).to_series())
