"""The staffing pack of a unit: people needed and there, who comes and goes, and what is likely ahead.

It is printed and passed on, so it names nobody, and says of reductions what everybody may read. Every figure
is that of a page: the same questions are asked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from wmt.nights import NightError
from wmt.site.queries import full, odds, officers_ahead, pack_tables, staffing, staffing_words
from wmt.site.queries.establishment import establishment_of
from wmt.site.tables import Table
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State
from wmt.staffing import (
    establishment,
    forecast_told,
    gap,
    kept_statistics,
    pipeline,
    pipeline_told,
    rates,
    series,
)

#: Units that have a pack.
LEVELS = ("nation", "region", "pdu")
#: Trainees are told of so many months, the forecast of so many steps.
MONTHS, STEPS = 24, 8
#: The published series that is carried on.
SERIES = "caseload"


@dataclass(frozen=True)
class StaffingPack:
    """The pack of a unit on the day of the figures: `tables` by their names in the order of the page, with
    the sentences that belong to them. `told` is what charts are drawn from."""

    unit: Unit
    state: State
    tables: dict[str, Table]
    words: dict[str, str]
    told: dict[str, Any] = field(repr=False, default_factory=dict)

    def add(self, table: Table) -> None:
        """One table more, below the others."""
        self.tables[table.name] = table


def pack_of(state: State, unit: Unit) -> StaffingPack:
    """The pack of a PDU, a region or the nation, of its part in sentence management.

    Raises StaffingError where the rules give no number of people.
    """
    readings = {chain: staffing.staffing_of(state, unit, chain=chain) for chain in rates.CHAINS}
    product = readings["product"]
    told = {chain: gap.present_open(each) for chain, each in readings.items()}
    draft = StaffingPack(unit, state, {}, {
        "why": staffing_words.why_words(told["product"]),
        "days": staffing_words.days_words(product),
        "range": pack_tables.RANGE,
    }, {"grades": told["product"]["grades"]})  # fmt: skip
    entries = establishment_of(state).of(unit)
    draft.add(pack_tables.grades(unit, told))
    draft.add(pack_tables.establishment(establishment.present(entries, product), known=bool(entries)))
    draft.add(pack_tables.ends(entries))
    for part in (_trainees, _forecast, _odds, _full):
        part(draft)
    return draft


def _trainees(pack: StaffingPack) -> None:
    """Trainees by the month they qualify, of units that are large enough."""
    if pack.unit.level == "pdu":
        pack.words["trainees"] = "When trainees qualify is said of regions and of England and Wales."
        return
    found = officers_ahead.of_unit(pack.state, pack.unit)
    ends = pipeline.project(found.levers, found.officers, MONTHS)
    told = pipeline_told.present(found.levers, found.officers, ends, found.need)
    pack.words["trainees"] = pack_tables.trainees_words(found.share)
    pack.add(pack_tables.trainees(told, pack.state.day))
    pack.told["months"] = told


def _forecast(pack: StaffingPack) -> None:
    """The published caseload carried on: there is no series of a region."""
    try:
        known: Mapping[str, series.DatedSeries] = kept_statistics.all_series(
            settings.CONFIG.home / kept_statistics.FOLDER
        )
    except rates.StaffingError:
        known = series.packaged()
    of = known[SERIES]
    values = of.comparable_on(pack.state.day)
    if not values:
        pack.words["forecast"] = "No caseload had been published by then."
        return
    told = forecast_told.of_series(of, STEPS, pack.state.day)
    pack.words["forecast"] = forecast_told.sure_words(told, of.months)
    pack.add(pack_tables.forecast(of.title, told))
    pack.told["forecast"] = (of, values, told)


def _odds(pack: StaffingPack) -> None:
    """How many teams are how likely to be over the threshold: counts, in no order of teams."""
    day, counts = odds.counts_below(pack.state, pack.unit, "team", pack_tables.state_words)
    pack.add(pack_tables.odds(counts, day, pack.state.over_text))
    pack.words["odds"] = pack_tables.odds_words(counts, pack.state.over_text)


def _full(pack: StaffingPack) -> None:
    """How long there is room for each kind of case."""
    try:
        found = full.full_of(pack.state, pack.unit)
    except NightError:
        pack.words["full"] = "The saved days cannot be read."
        return
    if found.waits:
        pack.words["full"] = "The days before are being worked out. Look again in a minute."
    pack.add(pack_tables.room(found))
