"""`wmt data-quality`: what in the records is to be put right, by whom, and the points that hang on it."""

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated, Any

import polars as pl
import typer

from wmt import ledger
from wmt.cli import files, inputs, options, tables, unit_codes
from wmt.cli.console import RefusedInput, out
from wmt.data_quality import find, kinds, present, sums
from wmt.ledger.arithmetic import Moment
from wmt.nights import quality
from wmt.text import counted

Unit = Annotated[
    str | None,
    typer.Option("--unit", metavar="CODE", help="A post (TEAM:STAFF), team, PDU or region, or nation."),
]
Level = Annotated[
    str | None,
    typer.Option("--level", help="Every unit of a level: post, team, pdu, region; or the level of --unit."),
]
Kind = Annotated[str | None, typer.Option("--kind", help="Only this kind, such as uncommenced.")]
#: Rows that are told one by one.
_TOLD = 50
_OWNERS = {
    "practitioner": "practitioner",
    "admin": "admin",
    "manager": "manager",
    "other_office": "another office",
}


def data_quality(
    paths: options.Paths,
    unit: Unit = None,
    level: Level = None,
    kind: Kind = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    set_aside: options.SetAside = False,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """List what in the records is to be put right, by whom, since when, and for how many points."""
    files.check_kind(out_file)
    _check(level, kind)
    opened = inputs.open_input(paths, people=people, set_aside=set_aside, as_json=json)
    known = Records(opened, opened.rule_set(rules_date, ()), kind)
    if unit is None and level is not None:
        _tell_units(known, level, json=json, out_file=out_file)
        return
    code = unit or "nation"
    found = known.of(known.level_of(code, level), code)
    if out_file is not None:
        files.write_out(out_file, {"records": found["records"]})
    if json:
        files.print_json(found)
    else:
        _tell(found)
    if out_file is not None and not json:
        out.print(f"Written to {out_file}", markup=False)


def _check(level: str | None, kind: str | None) -> None:
    if level is not None and level not in ledger.LEVELS:
        raise RefusedInput(f"--level {level}: choose one of {', '.join(ledger.LEVELS)}")
    known = [each.value for each in kinds.QualityKind]
    if kind is not None and kind not in known:
        raise RefusedInput(f"--kind {kind}: choose one of {', '.join(known)}")


class Records:
    """What is to be put right in an input, ready to be asked by unit."""

    def __init__(self, opened: inputs.Opened, ruleset: Any, kind: str | None) -> None:
        self._opened, self._kind = opened, kind
        self._ledger = opened.ledger(ruleset)
        self.kinds = kinds.kind_rules(ruleset)

    @cached_property
    def found(self) -> pl.DataFrame:
        opened = self._opened
        table = quality.kept(opened.night) if opened.night is not None else None
        if table is None:
            table = find.find(opened.facts, opened.tables(), self._ledger.rules, self._ledger.lines())
        table = table if self._kind is None else table.filter(pl.col("kind") == self._kind)
        return sums.placed(table, opened.facts.team)

    @cached_property
    def totals(self) -> pl.DataFrame:
        return self._ledger.totals()

    def moments(self, level: str) -> Mapping[str, Moment]:
        """The figures of the units of a level: of a post its own, else of sentence management."""
        rows = self.totals.filter(pl.col("level") == level)
        rows = rows if level == "post" else rows.filter(pl.col("stream") == ledger.HEADLINE)
        amounts = rows.select("code", "points_x100", "available_x100").iter_rows()
        return {code: Moment(*rest) for code, *rest in amounts}

    def summed(self, level: str) -> pl.DataFrame:
        """What belongs to the figures of a level: streams are never added."""
        posts = self.totals.filter(pl.col("level") == "post", pl.col("stream") == ledger.HEADLINE)
        return (
            self.found
            if level == "post"
            else self.found.filter(pl.col("post_code").is_in(posts["code"].implode()))
        )

    def level_of(self, code: str, wanted: str | None) -> str:
        if ":" in code and code in self.moments("post"):
            return "post"
        codes = {level: self.moments(level).keys() for level in ledger.LEVELS[1:]}
        return unit_codes.level_of(code, wanted, codes)

    def of(self, level: str, code: str) -> dict[str, Any]:
        here = pl.col(f"{level}_code") == code
        own = self.found.filter(here)
        told = present.present_unit(self.summed(level).filter(here), self.moments(level)[code], self.kinds)
        records = [present.present_finding(row) for row in own.iter_rows(named=True)]
        day = self._opened.facts.day
        return {
            "level": level,
            "code": code,
            "name": self.name(level, code),
            "day": day,
            **told,
            "records": records,
        }

    def name(self, level: str, code: str) -> str:
        return code if level == "post" else unit_codes.name_of(self._opened.facts.team, level, code)

    def rows(self, level: str) -> list[dict[str, Any]]:
        """Every unit of a level that has something to put right."""
        moments = self.moments(level)
        rows = []
        for (code,), own in self.summed(level).group_by(f"{level}_code", maintain_order=True):
            now = moments.get(str(code))
            if now is not None:
                whole = present.present_sum(sums.all_together(own, self.kinds), now)
                capacity = ledger.decimal(ledger.capacity_x100(*now))
                rows.append(
                    {"code": code, "name": self.name(level, str(code)), "capacity": capacity, **whole}
                )
        return sorted(rows, key=lambda row: str(row["code"]))


def _tell_units(known: Records, level: str, *, json: bool, out_file: Any) -> None:
    rows = known.rows(level)
    if out_file is not None:
        files.write_out(out_file, {"units": rows})
    if json:
        files.print_json(rows)
        return
    heads = ("records", "least", "expected", "most", "capacity\nnow", "if put right")
    columns = [
        tables.TextColumn("code", "whole"),
        tables.TextColumn("name", "text"),
        *map(tables.TextColumn, heads),
    ]
    cells = [
        (
            *(row[name] for name in ("code", "name", "records", "least", "expected", "most")),
            *(_percent(row[name]) for name in ("capacity", "expected_capacity")),
        )
        for row in rows
    ]
    tables.table("Records to put right", columns, cells)
    out.print(f"{counted(len(rows), 'unit')} with records to put right", markup=False)


def _tell(told: Mapping[str, Any]) -> None:
    heads = ("records", "least", "expected", "most", "available\nexpected", "if put right", "since")
    columns = [
        tables.TextColumn("kind", "text"),
        tables.TextColumn("who can put it right", "text"),
        *map(tables.TextColumn, heads),
    ]
    cells = [
        (
            each["name"],
            _OWNERS[each["who"]],
            *(each[name] for name in ("records", "least", "expected", "most", "expected_available")),
            _percent(each["expected_capacity"]),
            each["since"],
        )
        for each in told["kinds"]
    ]
    tables.table(f"{told['name']} ({told['code']}), {told['day']:%-d %B %Y}", columns, cells)
    whole = told["all"]
    out.print(
        f"{counted(whole['records'], 'record')} to put right. Capacity is {_percent(told['capacity'])} and "
        f"would be {_percent(whole['expected_capacity'])} (from {_percent(whole['least_capacity'])} to "
        f"{_percent(whole['most_capacity'])}).",
        markup=False, soft_wrap=True,
    )  # fmt: skip
    rows = [
        (row["post"], row["ref"], row["kind"], row["recorded"], row["instead"], row["expected"], row["since"])
        for row in told["records"][:_TOLD]
    ]
    texts = ("post", "case or contact", "kind", "recorded", "it may be")
    named = [tables.TextColumn(head, "text") for head in texts]
    tables.table("One by one", [*named, tables.TextColumn("expected"), tables.TextColumn("since")], rows)
    if len(told["records"]) > _TOLD:
        out.print(f"and {len(told['records']) - _TOLD:,} more; --out writes them all", markup=False)


def _percent(value: Any) -> str:
    return "not known" if value is None else f"{value:,.2f}%"
