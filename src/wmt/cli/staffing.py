"""`wmt staffing`: how many people the work of units needs, beside those in post, without a server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Annotated, Any

import polars as pl
import typer

from wmt import ledger
from wmt.cli import files, options, tables, unit_codes
from wmt.cli.console import RefusedInput, out
from wmt.cli.inputs import Opened, open_input
from wmt.cli.overlays import lay
from wmt.facts.enums import NOT_KNOWN
from wmt.ledger.arithmetic import MINUS
from wmt.plan import full_pool
from wmt.staffing import gap, need, rates, supply
from wmt.text import counted

By = Annotated[
    str, typer.Option("--by", metavar="points|hours", help="What need by grade is worked out from.")
]
Chain = Annotated[
    str | None,
    typer.Option(
        "--chain", metavar="product|sum",
        help="Whether NET and NAT are taken off one after the other, or together; else as the rules say.",
    ),
]  # fmt: skip


def staffing(
    paths: options.Paths,
    unit: unit_codes.Unit = None,
    level: unit_codes.Level = None,
    day: unit_codes.Day = None,
    by: By = "points",
    chain: Chain = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    set_aside: options.SetAside = False,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Say how many people the work needs, by grade, and how many are there: sentence management alone."""
    files.check_kind(out_file)
    unit_codes.check_level(level)
    check_choice("--by", by, ("points", "hours"))
    check_choice("--chain", chain, rates.CHAINS)
    if unit is not None and out_file is not None:
        raise RefusedInput("--out writes the table of many units; leave --unit out, or use --json")
    overlays = lay(overlay)
    opened = open_input(paths, people=people, set_aside=set_aside, as_json=json)
    of_rules = rates.Rates(opened.rule_set(rules_date, overlays), chain)
    units = _StaffedUnits(
        opened, of_rules, ledger.Ledger(opened.facts, of_rules.ruleset, former=opened.former, day=day), by
    )
    if unit is None:
        rows = [_row(units, level or "pdu", code) for code in units.codes(level or "pdu")]
        _tell_many(level or "pdu", rows, json=json)
        if out_file is not None:
            files.write_out(out_file, {"staffing": rows}, ("code", "name", "need"))
        return
    found = unit_codes.level_of(unit, level, {each: units.codes(each) for each in ledger.LEVELS[1:]})
    told = {
        "level": found, "code": unit, "name": units.name(found, unit), "day": units.made.day,
        **gap.present(units.of(found, unit)),
    }  # fmt: skip
    if json:
        files.print_json(told)
    else:
        _tell(told)


def check_choice(option: str, given: str | None, allowed: tuple[str, ...]) -> None:
    """Refuses an option that is none of those there are."""
    if given is not None and given not in allowed:
        raise RefusedInput(f"{option} {given}: choose {' or '.join(allowed)}")


@dataclass(frozen=True)
class _StaffedUnits:
    """The units of an input, ready to be asked for their staffing."""

    opened: Opened
    rates: rates.Rates
    made: ledger.Ledger
    by: str
    kept: dict[str, tuple[Mapping[str, Any], Mapping[str, supply.Supply]]] = field(default_factory=dict)

    def sums(self, level: str) -> tuple[Mapping[str, Any], Mapping[str, supply.Supply]]:
        """Work and people of every unit of a level."""
        if level not in self.kept:
            lines, posts = self.lines_and_posts
            people = supply.supplies(self.rates, lines, posts, self.opened.facts.reduction, level)
            self.kept[level] = need.work_sums(lines, posts, level), people
        return self.kept[level]

    @cached_property
    def lines_and_posts(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        posts = full_pool.posts_in_stream(self.made.totals(["post"]), self.opened.facts.post)
        return self.made.lines(), posts

    def codes(self, level: str) -> list[str]:
        work, people = self.sums(level)
        return sorted({*work, *people} - {NOT_KNOWN})

    def name(self, level: str, code: str) -> str:
        return unit_codes.name_of(self.opened.facts.team, level, code)

    def of(self, level: str, code: str) -> gap.Staffing:
        return gap.staffing_of(self.rates, *self.sums(level), code, by=self.by)


def _row(units: _StaffedUnits, level: str, code: str) -> dict[str, Any]:
    """A unit in a row: what is needed and there, and the ratio of each grade."""
    found = units.of(level, code)
    row: dict[str, Any] = {"level": level, "code": code, "name": units.name(level, code)}
    told = gap.present(found)
    row |= told["all"]
    for each in told["grades"]:
        row |= {f"{each['grade']}_{what}": each[what] for what in ("need", "in_post", "short", "ratio")}
    return {**row, "binding_grade": told["binding_grade"]}


def _tell_many(level: str, rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        files.print_json(rows)
        return
    grades = [name.removesuffix("_need") for row in rows for name in row if name.endswith("_need")]
    columns = [
        tables.TextColumn("code", "whole"),
        tables.TextColumn("name", "text"),
        *(tables.TextColumn(head) for head in ("need\n(FTE)", "there\n(FTE)", "short\n(FTE)", "ratio")),
        *(tables.TextColumn(f"{grade}:\nratio") for grade in dict.fromkeys(grades)),
    ]
    cells = [
        (
            row["code"], row["name"], *(_tenths(row[name]) for name in ("need", "in_post", "short")),
            _percent(row["ratio"]), *(_percent(row.get(f"{grade}_ratio")) for grade in dict.fromkeys(grades)),
        )
        for row in rows
    ]  # fmt: skip
    tables.table("People needed for the work, and people there", columns, cells)
    short = sum(row["short"] > 0 for row in rows)
    all_of_them = counted(len(rows), "PDU" if level == "pdu" else level)
    has, their = ("has", "its") if len(rows) == 1 else ("have", "their")
    out.print(f"{short:,} of {all_of_them} {has} fewer people than {their} work needs", markup=False)


def _tell(told: dict[str, Any]) -> None:
    title = f"{told['name']} ({told['code']}), {told['day']:%-d %B %Y}"
    kinds = [
        (each["kind"], each["points"], each["hours"], each["fte_by_points"], each["fte_by_hours"])
        for each in told["kinds"]
    ]
    columns = ("kind of work", "points", "hours a year", "FTE\nby points", "FTE\nby hours")
    heads = [tables.TextColumn(columns[0], "whole"), *(tables.TextColumn(head) for head in columns[1:])]
    tables.table(f"{title}: people that the work needs", heads, kinds)
    _tell_grades(told)
    work, reconciled = told["work"], told["reconciliation"]
    out.print(
        f"One full-time officer carries {told['points_of_one_fte']:,.2f} points through the year, "
        f"{told['hours_of_one_fte']:,.2f} hours ({told['chain']} of NET {told['net_percent']:.2f}% and NAT "
        f"{told['nat_percent']:.2f}%). Both readings: {work['fte_by_points_product']:,.2f} FTE by product, "
        f"{work['fte_by_points_sum']:,.2f} by sum.",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    out.print(
        f"By hours {reconciled['fte_by_hours']:,.2f} FTE. Points give "
        f"{_signed(reconciled['points_more_than_hours'])} because they are rounded; full targets "
        f"{_signed(reconciled['targets_more_than_points'])} more because a target is a rounded number too.",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    for place, fte in told["reductions"].items():
        out.print(f"Reductions of {fte:,.2f} FTE: {place}.", markup=False)
    for each in told["by_measured_time"]:
        out.print(
            f"If {each['share_missing_percent']:.0f}% of the true need is missing from the table "
            f"({each['source']}): {each['work']:,.2f} FTE for the work.",
            markup=False, soft_wrap=True,
        )  # fmt: skip


def _tell_grades(told: dict[str, Any]) -> None:
    rows: list[tuple[object, ...]] = [
        (
            each["grade"], _tenths(each["work"]), _tenths(sum(each["roles"].values())), _tenths(each["need"]),
            _tenths(each["in_post"]), _tenths(each["short"]), _percent(each["ratio"]),
        )
        for each in told["grades"]
    ]  # fmt: skip
    whole = told["all"]
    rows.append(
        (
            "all",
            None,
            None,
            *(_tenths(whole[name]) for name in ("need", "in_post", "short")),
            _percent(whole["ratio"]),
        )
    )
    heads = ("grade", "for work", "for roles", "need", "there", "short", "ratio")
    columns = [tables.TextColumn(heads[0], "whole"), *(tables.TextColumn(head) for head in heads[1:])]
    tables.table("Full-time people (FTE) by grade", columns, rows)
    if told["binding_grade"]:
        out.print(f"The grade that is shortest of people: {told['binding_grade']}", markup=False)


def _tenths(value: Decimal | int | None) -> Decimal | None:
    # what rounds to nothing has no sign
    return None if value is None else Decimal(value).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0


def _percent(ratio: Decimal | None) -> str | None:
    return None if ratio is None else f"{(ratio * 100).quantize(Decimal('0.1'), ROUND_HALF_UP)}%"


def _signed(value: Decimal) -> str:
    return f"{value:+,.2f}".replace("-", MINUS)
