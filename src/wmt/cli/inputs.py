"""Opening whatever a PATH is: a workbook, tidy tables or a night."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from wmt import nights, rules
from wmt.cli import console
from wmt.cli.files import print_json
from wmt.cli.latest_day import last_day
from wmt.facts import Facts
from wmt.intake import Import, read
from wmt.intake.tidy_in_place import ReadableTables
from wmt.ledger import Ledger
from wmt.ledger.engine import Engine
from wmt.nights.quality import input_tables
from wmt.rules.amendments import APPROVED, is_same
from wmt.text import counted


@dataclass(frozen=True)
class Opened:
    """Facts ready for a ledger, whichever door they came through."""

    facts: Facts
    former: pl.DataFrame | None
    own_rules: rules.RuleSet | None
    #: gives the cases as the input lists them, with since when each is held; None where it only counts them
    cases: Callable[[], pl.DataFrame | None] = lambda: None
    #: gives the tables of the input as it was read, by name
    tables: Callable[[], Mapping[str, pl.DataFrame]] = dict
    #: the night that was opened, where it is one
    night: nights.Night | None = None

    def rule_set(self, rules_date: date | None, overlays: Sequence[rules.Overlay]) -> rules.RuleSet:
        """The rules to price by: those asked for, else the night's own, else those of its day."""
        if self.own_rules is not None and rules_date is None and not overlays:
            return self.own_rules
        lost = set(self.own_rules.overlays if self.own_rules else ()) - {laid.name for laid in overlays}
        if lost:
            raise console.RefusedInput(
                f"this night was priced with {', '.join(sorted(lost))} laid over the rules, and other rules "
                "would drop that without a word. Give its file with --overlay too"
            )
        approved = [value for value in self.own_rules or () if value.status == APPROVED]
        if self.own_rules is not None and approved and rules_date is None:
            # the program alone does not know what the installation approved for the night
            return rules.as_tree(self.own_rules, rules.load()).at(self.own_rules.day, overlays)
        found = rules.load().at(rules_date or self.facts.day, overlays)
        _refuse_dropped(approved, found)
        return found

    def ledger(self, ruleset: rules.RuleSet, *, engine: Engine | None = None, prefix: str = "") -> Ledger:
        """The ledger of these facts."""
        return Ledger(self.facts, ruleset, engine=engine, prefix=prefix, former=self.former)


def _refuse_dropped(approved: Sequence[rules.DatedValue], found: rules.RuleSet) -> None:
    """Raise RefusedInput where other rules would drop what an installation approved for the night."""
    dropped = []
    for value in approved:
        now = found.get(value.path) if value.valid_from <= found.day else value
        if now is None or (now.overlay is None and not is_same(now.value, value.value)):
            dropped.append(value.path)
    if dropped:
        more = f" and {len(dropped) - 3} more" if len(dropped) > 3 else ""
        raise console.RefusedInput(
            f"this night was priced with values approved where it was made ({', '.join(dropped[:3])}{more}), "
            f"and the rules of {found.day} would drop them without a word. Write them to a file there "
            "(wmt rules proposals NUMBER --out FILE) and give it with --overlay too"
        )


def open_input(
    paths: Sequence[Path] | ReadableTables,
    *,
    people: Path | None = None,
    set_aside: bool = False,
    former: Path | None = None,
    as_json: bool = False,
) -> Opened:
    """Open a night, or read an extract. Refused input is told in full and raises Refusal."""
    if isinstance(paths, Sequence) and any(nights.is_night(path) for path in paths):
        if len(paths) > 1 or people:
            raise console.RefusedInput(
                "a night holds everything already; give one night, without other paths and --people"
            )
        night = whole_night(paths[0])
        listed = "input/case"
        is_listed = f"{listed}.parquet" in night.manifest.files
        return Opened(
            night.facts(),
            night.former(),
            night.rules(),
            lambda: night.table(listed) if is_listed else None,
            lambda: input_tables(night),
            night,
        )
    with console.progress() as tell:
        taken = read(paths, people=people, set_aside=set_aside, progress=tell, last_day=last_day())
    if taken.facts is None:
        if as_json:
            print_json(nights.check_report(taken))
        tell_faults(taken, only="refuse")
        raise console.RefusedInput("the input was refused; nothing was measured")
    tell_warnings(taken)
    facts, lines = nights.keep_former(taken.facts, whole_night(former) if former else None)
    for aside in taken.set_aside:
        console.complain(f"set aside {aside.team_code}:{aside.staff_code}: {aside.message}")
    return Opened(facts, lines, None, lambda: taken.canonical.get("case"), lambda: taken.canonical)


def tell_warnings(taken: Import) -> None:
    """How many warnings an input has, on standard error: figures alone do not show them."""
    number = sum(fault.severity == "warn" for fault in taken.faults)
    if number:
        console.complain(f"{counted(number, 'warning')}; `wmt check` tells {'it' if number == 1 else 'them'}")


def whole_night(path: Path) -> nights.Night:
    """A night whose files are all as they were written. Raises NightError naming those that are not."""
    night = nights.open_night(path)
    if damaged := night.damage():
        raise nights.NightError(
            f"{path} was changed after it was written: {', '.join(damaged)}. Use a copy that is whole, or "
            "load the extract again into another folder"
        )
    return night


def tell_faults(taken: Import, only: str | None = None) -> None:
    """The faults in words, refusals first."""
    for fault in sorted(taken.faults, key=lambda fault: fault.severity):
        if only in (None, fault.severity):
            style = "bold red" if fault.severity == "refuse" else "yellow"
            # where it is, as far as its message does not say so already
            sheet, row, column = fault.sheet, f"row {fault.row}" if fault.row else None, fault.column
            parts = ((sheet, f"sheet {sheet}"), (row, str(row)), (column, f"column {column}"))
            told = [words for name, words in parts if name and name not in fault.message]
            place = f" ({', '.join(told)})" if told else ""
            console.say_aloud(f"{fault.severity} {fault.code}{place}", style, fault.message)
