"""The names of all commands with what each does in a line; what one needs is imported when it is run."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

#: Name → the function, or the group of commands, and the first line of its help (a test compares them).
COMMANDS = {
    "nation": ("nation:nation", "Write a synthetic England and Wales: invented people, real formats."),
    "tour": ("tour:tour", "Walk through what the tool does, on a demonstration nation."),
    "check": (
        "check:check",
        "Read an extract, say whether it would be accepted, and place and explain every fault.",
    ),
    "measure": (
        "measure:measure",
        "Measure an extract or saved data: points, available points and capacity of every post and unit.",
    ),
    "explain": (
        "explain:explain",
        "List the lines that add up to a post's points and available points, each with its rule.",
    ),
    "compare": (
        "compare:compare",
        "Say how every unit's figure moved and why; the causes add up to the change exactly.",
    ),
    "waiting": (
        "allocation:waiting",
        "List the cases that nobody holds yet, longest waiting first: those of placeholder posts.",
    ),
    "candidates": (
        "allocation:who_could_hold",
        "Show who could hold a case: capacity now and with it, whether their grade may, and why not.",
    ),
    "full": (
        "full:full",
        "Say whether units are full, by kind of case: with the best re-sharing, and without moving anybody.",
    ),
    "staffing": (
        "staffing:staffing",
        "Say how many people the work needs, by grade, and how many are there: sentence management alone.",
    ),
    "scenario": (
        "scenario:scenario_command",
        "Say what the work would need if demand, time away or rules were different: ranges, month by month.",
    ),
    "pipeline": (
        "pipeline:pipeline",
        "Say when the trainees arrive and how many officers there will be, beside the published record.",
    ),
    "forecast": (
        "forecast:forecast",
        "Carry a series on, beside the last value, and say how well that would have done before.",
    ),
    "statistics": (
        "statistics:app",
        "Published tables (ODS) of the probation caseload and of staff in post, as series with vintages.",
    ),
    "odds": (
        "odds:odds",
        "Say how likely units are to be over the threshold for four weeks in a row within 4 or 8 weeks.",
    ),
    "allocate": (
        "allocate:allocate",
        "Give a case to somebody in the site of WMT_HOME, or undo it: figures move at once.",
    ),
    "allocate-several": (
        "allocate_several:allocate_several",
        "Spread cases of a post in the site of WMT_HOME over people, all or none, or undo it.",
    ),
    "cover": (
        "colleagues:cover",
        "Name who covers or co-works cases of a post in the site of WMT_HOME, end it, or list who does.",
    ),
    "protect": (
        "colleagues:protect",
        "Protect a post from new cases in the site of WMT_HOME, end that, or list what was decided of it.",
    ),
    "data-quality": (
        "data_quality:data_quality",
        "List what in the records is to be put right, by whom, since when, and for how many points.",
    ),
    "unusual": (
        "unusual:unusual",
        "List what changed in saved data far more often than is common, falls and rises alike.",
    ),
    "pack": (
        "pack:pack",
        "Make the monthly report of a unit in the site of WMT_HOME: figures, causes, counts and states.",
    ),
    "advice": (
        "advice:advice",
        "List the advice to courts of a unit in the site of WMT_HOME, give some, or end it.",
    ),
    "tier": (
        "tier:tier",
        "Work out the tiers of cases, with points by element, every step and what was missing.",
    ),
    "plan": ("plan:app", "Plans: what would change, measured before and after."),
    "balance": (
        "balance:balance",
        "Find the best way to share the cases of a team, a PDU or a region again, with a proof.",
    ),
    "load": ("load:load", "Load an extract into the site of WMT_HOME: all of it, or nothing at all."),
    "load-earlier": (
        "earlier:load_earlier",
        "Load many extracts of earlier days into the history, oldest first; what is shown stays as it is.",
    ),
    "recompute": (
        "recompute:recompute",
        "Recalculate saved data from its own folder and compare every byte.",
    ),
    "serve": ("site:serve", "Serve the site, with one process beside it that does what pages ask for."),
    "administrator": (
        "site:administrator",
        "Make somebody administrator and print a link, good for one use, by which they set their password.",
    ),
    "show-night": (
        "site:show_night",
        "Show saved data again, for instance after the database was lost.",
    ),
    "webhooks": (
        "webhooks:webhooks",
        "List who is sent events (WMT_WEBHOOKS): how far each is, and why the last try failed.",
    ),
    "retention": (
        "retention:retention",
        "Remove notes, reasons, audit events and other private text whose time is over. Figures stay.",
    ),
    "verify-live": (
        "verify:verify_live",
        "Recalculate the figures shown, from their data and what people entered, and compare every row.",
    ),
    "people": (
        "people:app",
        "Records people entered: contracted hours, reductions, corrections of grade, reasons.",
    ),
    "nights": ("commands:nights", "Saved data (a night is one load) and the history."),
    "loads": ("loads:app", "The loads of the site, and data that is held for a decision."),
    "ask": (
        "ask:app",
        "Ask the history: who was over a threshold and for how long, how capacity is spread, cases held.",
    ),
    "rules": ("rules:app", "Show, compare and check the rules."),
    "agreements": ("agreements:app", "Local agreements as files, and what they say of a night."),
    "policy": ("policy:app", "Show and check the policies of this installation."),
}
NIGHTS = {
    "list": (
        "nights_list:list_nights",
        "List saved data: source files, points rules, and which data is used for each day.",
    ),
    "compact": (
        "nights:compact",
        "Bring the history up to date with the saved data, and mend what is damaged. "
        "Loads bring it up to date too.",
    ),
    "verify": (
        "nights:verify",
        "Check every byte of saved data, and that the history and the loads of the site agree with it.",
    ),
    "forget": (
        "nights:forget",
        "Remove personal data before a day. Figures do not change. This cannot be undone.",
    ),
    "import-archive": (
        "nights:import_archive",
        "Import totals from another tool. Where a day has saved data, that is used instead.",
    ),
    "accept-missing": (
        "missing:accept",
        "Say that a folder of saved data, or an archive, is gone for good: the history goes on without it.",
    ),
    "withdraw": (
        "withdraw:withdraw",
        "Take saved data out of the history, as if it had never been loaded. `wmt nights restore` undoes it.",
    ),
    "restore": ("withdraw:restore", "Bring withdrawn data back, with the bytes it had."),
}


class LateCommand(TyperCommand):
    """A command that is a name and a line of help until somebody runs it, or asks for its own help."""

    def __init__(self, name: str, place: str, line: str) -> None:
        super().__init__(name, help=line)
        self.place = place

    def real(self) -> TyperCommand | TyperGroup:
        """The command itself, with all that it imports."""
        module, what = self.place.split(":")
        found = getattr(import_module(f"wmt.cli.{module}"), what)
        if isinstance(found, typer.Typer):
            return get_group(found)
        alone = typer.Typer(add_completion=False)
        alone.command(self.name)(found)
        command = get_command(alone)
        assert isinstance(command, TyperCommand)
        return command

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """What was typed, taken in by the command itself, which is then the one that runs."""
        return self.real().make_context(info_name, args, parent, **extra)


class _LateGroup(TyperGroup):
    """A group whose commands are those of a table."""

    table: Mapping[str, tuple[str, str]]

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: LateCommand(name, *of) for name, of in self.table.items()}


class Root(_LateGroup):
    """`wmt` itself."""

    table = COMMANDS


class _Nights(_LateGroup):
    table = NIGHTS


nights = typer.Typer(name="nights", help=COMMANDS["nights"][1], no_args_is_help=True, cls=_Nights)
