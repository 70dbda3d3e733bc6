"""`wmt full`: whether units are full, from a night or an extract, without a server."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

import polars as pl
import typer

from wmt import history, ledger, nights
from wmt.cli import files, options, tables, unit_codes
from wmt.cli.console import Failure, RefusedInput, out
from wmt.cli.inputs import Opened, open_input
from wmt.cli.overlays import lay
from wmt.days import written
from wmt.facts.enums import NOT_KNOWN
from wmt.plan import full_certificate, full_history, full_pool
from wmt.plan.full_present import present
from wmt.plan.full_state import FULL, REDUCTION_LEVELS, UNEVEN, FullState, reliefs, state_of
from wmt.plan.full_words import relief_words, set_words
from wmt.rules import RuleSet
from wmt.text import counted

Verify = Annotated[
    str | None,
    typer.Option(
        "--verify", metavar="CHECKSUM", help="Say whether a certificate's checksum is that of --unit."
    ),
]


def full(
    paths: options.Paths,
    unit: unit_codes.Unit = None,
    level: unit_codes.Level = None,
    day: unit_codes.Day = None,
    verify: Verify = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    set_aside: options.SetAside = False,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Say whether units are full, by kind of case: with the best re-sharing, and without moving anybody."""
    files.check_kind(out_file)
    unit_codes.check_level(level)
    if verify is not None and unit is None:
        raise RefusedInput("--verify CHECKSUM needs --unit CODE: a certificate is of one unit")
    overlays = lay(overlay)
    opened = open_input(paths, people=people, set_aside=set_aside, as_json=json)
    night = nights.open_night(paths[0]) if nights.is_night(paths[0]) else None
    found = _Units.of(opened, opened.rule_set(rules_date, overlays), day)
    if unit is None:
        level = level or "pdu"
        rows = [found.row(level, code) for code in sorted(found.sums(level)) if code != NOT_KNOWN]
        _tell_many(level, rows, json=json)
        if out_file is not None:
            files.write_out(out_file, {"full": rows}, ("code", "name", "word"))
        return
    if out_file is not None:
        raise RefusedInput("--out writes the table of many units; leave --unit out, or use --json")
    as_loaded = None if day or overlays or rules_date else night
    told = _told(found, found.level_of(unit, level), unit, as_loaded)
    if verify is not None:
        _verify(verify, told["checksum"])
    elif json:
        files.print_json(told)
    else:
        _tell(told)


def _told(found: "_Units", level: str, code: str, night: nights.Night | None) -> dict[str, Any]:
    """A unit as plain data. The days before and the checksum are those of a night as it was loaded."""
    state, outlook, checksum = found.state(level, code), None, None
    if night is not None:
        outlook = _outlook(night, level, code, state)
        about = full_certificate.Certified(level, code, night.name, night.manifest.inputs)
        checksum = full_certificate.checksum(full_certificate.figures_of(about, state))
    told = present(state, found.day, outlook, found.reliefs(state, level, code))
    return {"level": level, "code": code, "name": found.name(level, code), **told, "checksum": checksum}


@dataclass
class _Units:
    """The units of an input, ready to be asked."""

    opened: Opened
    full_rules: full_pool.FullRules
    day: date
    lines: pl.DataFrame
    posts: pl.DataFrame
    team_sums: pl.DataFrame
    kept: dict[str, Mapping[str, full_pool.UnitSums]] = field(default_factory=dict)

    @classmethod
    def of(cls, opened: Opened, rules: RuleSet, day: date | None) -> "_Units":
        made = ledger.Ledger(opened.facts, rules, former=opened.former, day=day)
        lines, posts = made.lines(), full_pool.posts_in_stream(made.totals(["post"]), opened.facts.post)
        of_full = full_pool.FullRules(rules)
        return cls(opened, of_full, made.day, lines, posts, full_pool.team_sums(of_full, lines, posts))

    def sums(self, level: str) -> Mapping[str, full_pool.UnitSums]:
        if level not in self.kept:
            self.kept[level] = full_pool.unit_sums(self.team_sums, level)
        return self.kept[level]

    def level_of(self, code: str, wanted: str | None) -> str:
        return unit_codes.level_of(code, wanted, {level: self.sums(level) for level in ledger.LEVELS[1:]})

    def name(self, level: str, code: str) -> str:
        return unit_codes.name_of(self.opened.facts.team, level, code)

    def state(self, level: str, code: str) -> FullState:
        means = self.sums("nation")["nation"].means()
        fit = full_pool.fit_posts(self.posts.filter(pl.col(f"{level}_code") == code), level)
        return state_of(self.full_rules, self.sums(level)[code], fit.get(code, []), means)

    def reliefs(self, state: FullState, level: str, code: str) -> list[Any]:
        of_unit = self.posts.filter(pl.col(f"{level}_code") == code)
        less = full_pool.largest_reductions(self.lines, of_unit) if level in REDUCTION_LEVELS else {}
        return reliefs(state, less)

    def row(self, level: str, code: str) -> dict[str, Any]:
        """A unit in a row: its word, and of each kind the cases it could take in both ways."""
        state = self.state(level, code)
        row: dict[str, Any] = {"level": level, "code": code, "name": self.name(level, code)}
        row["word"] = state.word
        row["over_full"] = state.is_over_full
        for each in state.kinds:
            row[f"{each.kind}_spare"] = ledger.decimal(each.best.spare_x100)
            row[f"{each.kind}_cases"] = each.best.cases
            row[f"{each.kind}_cases_unmoved"] = each.alone.cases
        return row


def _outlook(
    night: nights.Night | None, level: str, code: str, state: FullState
) -> full_history.FullOutlook | None:
    """What the days before say, where the night lies in a folder with a history that can be read."""
    if night is None:
        return None
    with suppress(history.HistoryError):
        past = history.open_history(night.path.parent)
        day = night.manifest.as_at.date()
        return full_history.outlook(state, full_history.past_of(past, level, code, day), day)
    return None


def _verify(asked: str, sha256: str | None) -> None:
    if sha256 is None:
        raise RefusedInput(
            "a certificate is checked against a night as it was loaded: give its folder, and no other options"
        )
    if asked.strip().lower() != sha256:
        raise Failure(f"the checksum is not that of these figures, which is {sha256}")
    out.print("The checksum is that of these figures.", markup=False)


def _tell_many(level: str, rows: list[dict[str, Any]], *, json: bool) -> None:
    if json:
        files.print_json(rows)
        return
    kinds = dict.fromkeys(
        name.removesuffix("_spare") for row in rows for name in row if name.endswith("_spare")
    )
    columns = [
        tables.TextColumn("code", "whole"),
        tables.TextColumn("name", "text"),
        tables.TextColumn("", "text"),
        *(tables.TextColumn(f"{kind}:\n{what}") for kind in kinds for what in ("re-shared", "unmoved")),
    ]
    cells = [
        (
            row["code"], row["name"], row["word"],
            *(row.get(f"{kind}_{what}") for kind in kinds for what in ("cases", "cases_unmoved")),
        )
        for row in rows
    ]  # fmt: skip
    tables.table("Room for cases: average cases that could be taken", columns, cells)
    full = sum(row["word"] in (FULL, UNEVEN) for row in rows)
    all_of_them = counted(len(rows), "PDU" if level == "pdu" else level)
    out.print(f"{full:,} of {all_of_them} have no room, however cases were shared", markup=False)


def _tell(told: dict[str, Any]) -> None:
    columns = (
        tables.TextColumn("kind", "whole"), tables.TextColumn("today", "text"),
        tables.TextColumn("points left"),
        tables.TextColumn("cases,\nre-shared"), tables.TextColumn("cases,\nunmoved"),
        tables.TextColumn("limited by", "text"), tables.TextColumn("days to full\n(estimate)"),
        tables.TextColumn("no room since", "whole"),
    )  # fmt: skip
    cells = []
    for each in told["kinds"]:
        estimate, run = each["estimate"] or {}, each["run"] or {}
        days, since = estimate.get("days_to_full"), run.get("since")
        begun = f"{written(since)}{' or earlier' if run['since_may_be_earlier'] else ''}" if since else None
        cells.append((
            each["kind"], each["word"], each["spare"], each["cases_with_the_best_re_sharing"],
            each["cases_without_moving_anybody"], set_words(each["binding_grades"]),
            None if days is None else f"{days:,.1f}" if days else "no room now", begun,
        ))  # fmt: skip
    tables.table(f"{told['name']} ({told['code']}), {told['day']:%-d %B %Y}: {told['word']}", columns, cells)
    for note in told["notes"]:
        out.print(note, markup=False)
    for each in told["what_would_free_most"][:3]:
        points = tables.figure(each["points"])
        out.print(
            f"Would free room: {relief_words(each['what'], each['of'])} ({points} points)", markup=False
        )
    if told["checksum"]:
        out.print(f"Checksum of these figures: {told['checksum']}", markup=False)
