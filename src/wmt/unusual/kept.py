"""What is counted and found once for each night, kept beside the history (`history/unusual`).

The files have sums, codes of units and of posts, and no references of cases. What was found stays as it was
found. Counts that are missing are made again from the saved nights.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import polars as pl

from wmt import nights
from wmt.history import History, runs_on
from wmt.history.day_steps import NAMES, MarksOf
from wmt.ledger import HEADLINE, LEVELS
from wmt.nights.fsync import replace_file
from wmt.nights.unit_slice import rules_of
from wmt.rules import RuleSet
from wmt.unusual.counts import NightSide, counts_of
from wmt.unusual.find import COUNTED, UNIT_FIGURE, Looks, find_unusual
from wmt.unusual.kinds import COUNT, UNUSUAL

_KEPT = "history/unusual"
#: Counts of so many earlier nights are made at most when one is loaded: after that the next load goes on.
_AT_ONCE = 40
NATION = "nation"
_READ = ("contact", "tier_case", "registration")


def work_out(past: History, marks_of: MarksOf, rules: RuleSet) -> pl.DataFrame | None:
    """Counts the last night of a history and gives what is unusual in it: columns `UNUSUAL`.

    What is kept is not looked for again, unless another night stands by now for the day or for the one before
    it: then what was found came of a comparison that nobody sees any more. None in an empty history. Raises
    HistoryError or NightError where something is damaged.
    """
    day = past.last
    if day is None:
        return None
    days = _days_before(past, day, rules)
    missing = [each for each in days if not _path(past, each, "counts").exists()]
    for each in reversed(missing[-_AT_ONCE:]):
        _write(_path(past, each, "counts"), count(past, each, marks_of, rules))
    for each in _otherwise_compared(past, days[:-1]):
        _write(_path(past, each, "found"), find_on(past, each, marks_of, rules))
    found = _read(_path(past, day, "found"), UNUSUAL)
    if found is None:
        found = find_on(past, day, marks_of, rules)
        _write(_path(past, day, "found"), found)
        _forget_old(past, day)
    return found


def _otherwise_compared(past: History, days: Sequence[date]) -> list[date]:
    """Days of which something was found with other nights than those that stand for them now."""
    looked = {path.name[:10] for path in (past.nights / _KEPT).glob("* found.parquet")}
    return [
        day
        for day in days
        if f"{day:%Y-%m-%d}" in looked and "" not in _compared(past, day) and not is_known(past, day)
    ]


def find_on(
    past: History, day: date, marks_of: MarksOf, rules: RuleSet, *, count_missing: bool = False
) -> pl.DataFrame:
    """What is unusual on a day by the counts that are kept: columns `UNUSUAL`. An archive's day has none.

    With `count_missing`, nights whose counts are not kept are counted, and nothing is written.
    """
    night = past.night_of(day)
    if not night:
        return UNUSUAL.to_frame()
    days = _days_before(past, day, rules)
    frames = []
    for ago, each in enumerate(reversed(days)):
        counted = _read(_path(past, each, "counts"), COUNT)
        if counted is None and count_missing:
            counted = count(past, each, marks_of, rules)
        if counted is not None:
            frames.append(
                counted.with_columns(ago=pl.lit(ago, pl.Int64), day=pl.lit(each)).select(COUNTED.names())
            )
    looks = Looks(
        day=day,
        counted=pl.concat([COUNTED.to_frame(), *frames]),
        places=nights.open_night(past.nights / night).table("facts/team").select(
            "team_code", "pdu_code", "region_code"
        ),
        figures=_figures(past, day, marks_of, rules),
        found_before=found_between(past, days[0], day - timedelta(1)),
        rules=rules,
    )  # fmt: skip
    return find_unusual(looks)


def found_between(past: History, first: date, last: date) -> pl.DataFrame:
    """What was found on the days of a range, the oldest first: columns `UNUSUAL`."""
    days = [each for each in past.days if first <= each <= last]
    found = (_read(_path(past, each, "found"), UNUSUAL) for each in days)
    return pl.concat([UNUSUAL.to_frame(), *(each for each in found if each is not None)])


def is_known(past: History, day: date) -> bool:
    """Whether it was looked for on a day."""
    return _path(past, day, "found").exists()


def known_days(past: History, first: date, last: date) -> tuple[date, ...]:
    """The days of a range of which it was looked for."""
    return tuple(day for day in past.days if first <= day <= last and is_known(past, day))


def count(past: History, day: date, marks_of: MarksOf, rules: RuleSet) -> pl.DataFrame:
    """What changed on a day from the night before: columns `COUNT`; none where it cannot be compared."""
    sides = sides_of(past, day, rules)
    if sides is None:
        return COUNT.to_frame()
    before, after = sides
    gap = (after.facts.day - before.facts.day).days
    return counts_of(before, after, _near(past, before.facts.day, marks_of, rules), gap)


def is_compared(past: History, day: date) -> bool:
    """Whether a day had a night before it that it was compared with."""
    counted = _read(_path(past, day, "counts"), COUNT)
    return counted is not None and not counted.is_empty()


def sides_of(past: History, day: date, rules: RuleSet) -> tuple[NightSide, NightSide] | None:
    """The nights of a day and of the day with figures before it; None where one of them cannot be compared:
    it is an archive's, too long ago, or its personal data was deleted."""
    found = compared_nights(past, day, rules)
    return None if found is None else (_side(found[0]), _side(found[1]))


def compared_nights(past: History, day: date, rules: RuleSet) -> tuple[nights.Night, nights.Night] | None:
    """The same as nights. Raises NightError where one of them is damaged."""
    place = past.days.index(day)
    former = past.days[place - 1] if place else day
    names = [past.night_of(each) for each in (former, day)]
    if not place or not all(names) or (day - former).days > rules["unusual.longest_gap"].whole:
        return None
    found = [nights.open_night(past.nights / str(name)) for name in names]
    if any(night.manifest.forgotten is not None for night in found):
        return None
    return found[0], found[1]


def _side(night: nights.Night) -> NightSide:
    inputs = {
        name: night.table(f"input/{name}")
        for name in _READ
        if f"input/{name}.parquet" in night.manifest.files
    }
    lines = pl.scan_parquet(night.path / "results/lines.parquet").filter(pl.col("kind") == "contact")
    totals = pl.scan_parquet(night.path / "results/totals.parquet").filter(pl.col("level") == "post")
    try:
        found = pl.collect_all([
            lines.select("post_no", "ref", "points_x100"),
            totals.select("team_code", "staff_code", "available_x100"),
        ])  # fmt: skip
    except (OSError, pl.exceptions.PolarsError) as error:
        raise nights.NightError(
            f"{night.path} cannot be read ({type(error).__name__}); load its extract again"
        ) from error
    return NightSide(night.facts(), inputs, rules_of(night), *found)


def _near(past: History, day: date, marks_of: MarksOf, rules: RuleSet) -> list[tuple[str, str]]:
    """The posts whose days in a row over the threshold are nearly full."""
    codes = _runs_near(past, day, marks_of, rules)["code"].to_list()
    return [(team, staff) for team, _, staff in (code.partition(":") for code in codes)]


def _runs_near(past: History, day: date, marks_of: MarksOf, rules: RuleSet) -> pl.DataFrame:
    runs = runs_on(past, marks_of, day=day)
    soon = day + timedelta(rules["unusual.near_days"].whole)
    return runs.filter(
        pl.col("mark") == NAMES[0], pl.col("excess_since").is_null(), pl.col("full_on") <= soon
    )


def _figures(past: History, day: date, marks_of: MarksOf, rules: RuleSet) -> pl.DataFrame:
    """Of every unit capacity on the day before, so that what changed is not in it, and its posts near."""
    place = past.days.index(day)
    before = past.days[place - 1] if place else day
    near = _runs_near(past, before, marks_of, rules).select("code", near=pl.lit(1, pl.Int64))
    columns = ["code", "team_code", "pdu_code", "region_code", "points_x100", "available_x100"]
    posts = past.figures("post", before, before, columns).with_columns(nation_code=pl.lit(NATION))
    posts = posts.join(near, on="code", how="left", maintain_order="left")
    frames = []
    for level in LEVELS:
        code = "code" if level == "post" else f"{level}_code"
        counted = posts.group_by(code=code).agg(pl.col("near").sum())
        figures = posts if level == "post" else past.figures(level, before, before, columns, stream=HEADLINE)
        capacity = (2 * 10_000 * pl.col("points_x100") + pl.col("available_x100")) // (
            2 * pl.col("available_x100")
        )
        known = figures.select(
            "code", capacity_x100=pl.when(pl.col("available_x100") > 0).then(capacity)
        ).join(counted, on="code", how="left")
        frames.append(known.with_columns(level=pl.lit(level), near=pl.col("near").fill_null(0)))
    return pl.concat([UNIT_FIGURE.to_frame(), *(frame.select(UNIT_FIGURE.names()) for frame in frames)])


def _days_before(past: History, day: date, rules: RuleSet) -> Sequence[date]:
    """The days with figures that are looked at: the last of them is the day itself."""
    wanted = rules["unusual.long_nights"].whole + rules["unusual.base_nights"].whole
    place = past.days.index(day)
    return past.days[max(0, place + 1 - wanted) : place + 1]


def _path(past: History, day: date, what: str) -> Path:
    """Where a day's are kept: elsewhere of another night for the same day, or compared with another."""
    after, before = (name or "archive" for name in _compared(past, day))
    return past.nights / _KEPT / f"{day:%Y-%m-%d} {after} after {before} {what}.parquet"


def _compared(past: History, day: date) -> tuple[str | None, str | None]:
    """The night of a day, and that of the day with figures before it; '' for an archive's, None for none."""
    former = past.day_until(day - timedelta(1))
    return past.night_of(day), past.night_of(former) if former else None


def _read(path: Path, schema: pl.Schema) -> pl.DataFrame | None:
    """None where there is no such file, or it is of another version of the program."""
    with suppress(OSError, pl.exceptions.PolarsError):
        found = pl.read_parquet(path)
        if found.schema == schema:
            return found
    return None


def _write(path: Path, frame: pl.DataFrame) -> None:
    content = BytesIO()
    frame.write_parquet(content, compression="zstd")
    with suppress(OSError):  # a folder that cannot be written to goes without
        replace_file(path, content.getvalue())


def _forget_old(past: History, day: date) -> None:
    first = f"{day - timedelta(430):%Y-%m-%d}"
    for path in (past.nights / _KEPT).glob("*.parquet"):
        if path.name < first:
            with suppress(OSError):
                path.unlink()
