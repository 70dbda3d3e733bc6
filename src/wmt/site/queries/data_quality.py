"""What in the records of the figures shown is to be put right, as far as somebody may read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import polars as pl
from django.conf import settings

from wmt import rules
from wmt.data_quality.kinds import KindRule, QualityKind, kind_rules
from wmt.data_quality.over_nights import put_right
from wmt.data_quality.sums import placed
from wmt.grades import DUMMY
from wmt.history import HistoryError
from wmt.ledger import LineReason
from wmt.nights import NightError, open_night
from wmt.nights.quality import kept
from wmt.nights.unit_slice import streams_of
from wmt.site.accounts import limited_access, visibility
from wmt.site.audit.reads import note_read
from wmt.site.clock import calendar_day
from wmt.site.figures import line_queries
from wmt.site.queries.histories import history_of
from wmt.site.queries.rules_on_day import rules_at
from wmt.site.workload import models
from wmt.site.workload.state import OfLoad, State, rules_of

#: So many weeks are shown of what there was to put right.
WEEKS = 13
#: Up to so many posts are asked for by their numbers, and beyond them all.
_FEW = 500
_OF_POSTS = (QualityKind.NO_GRADE, QualityKind.HOURS_ASSUMED)


@dataclass(frozen=True)
class WeekOfRecords:
    """What there was to put right at a unit on a day; nothing is known of a day without a list."""

    day: date
    found: pl.DataFrame


@dataclass(frozen=True)
class UnitRecords:
    """What is to be put right at one unit: `found` has the columns of `sums.placed`; None where the data has
    no such list. Of units above posts only what belongs to the stream of their figure."""

    state: State
    unit: models.Unit
    found: pl.DataFrame | None

    @cached_property
    def kinds(self) -> Mapping[str, KindRule]:
        """The kinds of the rules of these figures; of rules from before there were any, those of today's."""
        own = rules_of(self.state)
        return kind_rules(own if f"data_quality_kinds.{QualityKind.UNTIERED}.name" in own else _of_today())

    @property
    def listed(self) -> pl.DataFrame:
        """What was found, where the data has such a list. Raises ValueError where it has none."""
        if self.found is None:
            raise ValueError("these figures have no list of records to put right")
        return self.found

    @property
    def faults(self) -> pl.DataFrame:
        """Without what is for information only."""
        wanted = [kind for kind, rule in self.kinds.items() if rule.is_fault]
        return self.listed.filter(pl.col("kind").is_in(wanted))

    @cached_property
    def weeks(self) -> list[WeekOfRecords]:
        """The same on this day and a week, two weeks … before, the latest first."""
        if self.found is None:
            return []
        weeks = [WeekOfRecords(self.state.day, self.found)]
        try:
            past = history_of(self.unit)
            for back in range(1, WEEKS):
                until = past.day_until(self.state.day - timedelta(weeks=back))
                if until is None or until >= weeks[-1].day:
                    break
                found = _of_night(past.night_of(until) or "", settings.CONFIG.nights)
                if found is None:
                    break
                weeks.append(WeekOfRecords(until, _at(found, self.unit)))
        except HistoryError:
            return weeks[:1]
        return weeks

    @cached_property
    def mended(self) -> pl.DataFrame | None:
        """What was to be put right a week before and is not any more; None where that is not known."""
        if self.found is None or len(self.weeks) < 2:
            return None
        return put_right(self.weeks[1].found, self.found)

    def readable(self, rows: pl.DataFrame, user: Any) -> pl.DataFrame:
        """Rows with `is_withheld`: references and what is recorded of a case only where somebody may read it.

        Of a region or the nation only those who may have such files. That they were read is written down.
        """
        reach = visibility.cases_in_bulk(user, self.state, self.unit)
        inside = visibility.ReachOfPosts(reach, self.state)
        posts = rows.select("team_code", "staff_code").unique()
        readable = [post for post in posts.iter_rows() if inside(post)]
        seen = pl.DataFrame(readable, posts.schema, orient="row").with_columns(is_read=pl.lit(True))
        joined = rows.join(seen, on=["team_code", "staff_code"], how="left", maintain_order="left")
        hidden = limited_access.hidden_from(user)
        is_hidden = pl.col("ref").str.to_uppercase().is_in(list(hidden)).fill_null(False)
        is_case = pl.col("ref").is_not_null()
        withheld = is_case & (pl.col("is_read").is_null() | is_hidden)
        nothing = pl.lit(None, dtype=pl.String)
        if readable:
            note_read(user, self.unit)
        return joined.with_columns(is_withheld=withheld).with_columns(
            pl.when("is_withheld").then(nothing).otherwise(name).alias(name)
            for name in ("ref", "recorded", "instead")
        )


def records_of(state: State, unit: models.Unit) -> UnitRecords:
    """What is to be put right at a unit, without what people mended here since the data came."""
    found = _of_night(state.night, settings.CONFIG.nights)
    if found is None:
        return UnitRecords(state, unit, None)
    return UnitRecords(state, unit, _still_open(state, _at(found, unit)))


def _at(found: pl.DataFrame, unit: models.Unit) -> pl.DataFrame:
    here = found.filter(pl.col(f"{unit.level}_code") == unit.code)
    return here if unit.level == "post" else here.filter(pl.col("post_stream") == unit.stream)


def _still_open(state: State, found: pl.DataFrame) -> pl.DataFrame:
    """Without hours that somebody entered and grades that somebody corrected here since."""
    of_posts = found.filter(pl.col("kind").is_in(list(_OF_POSTS)))
    if of_posts.is_empty():
        return found
    if of_posts.height < _FEW:
        lines = models.Line.objects.filter(load_id=state.load_id, pricing__in=_assumed_hours(state))
        lines = lines.filter(post_no__in=of_posts["post_no"].to_list())
        numbers = list(lines.values_list("post_no", flat=True))
    else:
        numbers = _all_assumed(state.of_load, state.revision, _assumed_hours(state))
    bare = of_posts.filter(pl.col("kind") == QualityKind.NO_GRADE)["post_no"].to_list()
    posts = models.Unit.objects.filter(load_id=state.load_id, level="post", whole=True, number__in=bare)
    open_posts: dict[str, list[int]] = {
        QualityKind.HOURS_ASSUMED.value: numbers,
        QualityKind.NO_GRADE.value: [
            number for (number,) in posts.filter(grade=DUMMY).values_list("number") if number is not None
        ],
    }
    mended = pl.any_horizontal(
        (pl.col("kind") == kind) & ~pl.col("post_no").is_in(open_of) for kind, open_of in open_posts.items()
    )
    return found.filter(~mended)


def _assumed_hours(state: State) -> tuple[int, ...]:
    """The pricings of lines whose hours are assumed, or none because nobody gave any."""
    reasons = (str(LineReason.ASSUMED_HOURS), str(LineReason.NO_HOURS))
    pricings = line_queries.pricing_of(state).items()
    return tuple(
        number for number, each in pricings if each.kind == "contracted_hours" and each.reason in reasons
    )


@lru_cache(maxsize=4)
def _all_assumed(of_load: OfLoad, revision: int, pricings: tuple[int, ...]) -> list[int]:  # noqa: ARG001
    """The posts of the nation that have such a line, which are thousands: kept until something changes."""
    lines = models.Line.objects.filter(load_id=of_load[0], pricing__in=pricings)
    return list(lines.values_list("post_no", flat=True))


def _of_night(name: str, nights: Path) -> pl.DataFrame | None:
    """What is to be put right in a night, placed; None where it has no list or is gone."""
    if not name:
        return None
    try:
        night = open_night(nights / name)
        checksum = night.manifest.files.get("results/to_put_right.parquet")
        return None if checksum is None else _placed(night.path, checksum)
    except NightError:
        return None


@lru_cache(maxsize=WEEKS + 3)
def _placed(path: Path, checksum: str) -> pl.DataFrame | None:  # noqa: ARG001 - a night replaced is another
    night = open_night(path)
    found = kept(night)
    if found is None:
        return None
    numbers = night.table("facts/post").select("team_code", "staff_code", "post_no")
    with_units = placed(found, night.table("facts/team"))
    with_units = with_units.join(numbers, on=["team_code", "staff_code"], how="left", maintain_order="left")
    return with_units.join(
        streams_of(night), on=["team_code", "staff_code"], how="left", maintain_order="left"
    )


def _of_today() -> rules.RuleSet:
    """The rules of today, without what is approved for a day that has not come; before there were kinds,
    those of their first day."""
    first = rules.load().parameter(f"data_quality_kinds.{QualityKind.UNTIERED}.name").values[0].valid_from
    return rules_at(max(calendar_day(), first))
