"""`wmt pipeline`: when the trainees arrive, and how many officers there will be."""

from dataclasses import replace
from typing import Annotated, Any

import typer

from wmt import rules
from wmt.cli import files, options, tables
from wmt.cli.console import out
from wmt.cli.latest_day import today
from wmt.cli.overlays import lay
from wmt.rules import RuleSet
from wmt.staffing import pipeline as model
from wmt.staffing import pipeline_told

_LEVERS = (
    "intake", "shortest_route_percent", "withdrawal_shortest_percent", "withdrawal_longest_percent",
    "take_up_percent", "leaving_percent", "promotion_percent", "returners", "external",
)  # fmt: skip

Officers = Annotated[float | None, typer.Option("--officers", help="Officers in post now (FTE).")]
Wanted = Annotated[
    float | None, typer.Option("--wanted", help="Say in how many months there are so many officers.")
]
Months = Annotated[int, typer.Option("--months", help="Months to look ahead.")]
Intake = Annotated[float | None, typer.Option("--intake", help="Trainees who start in a year.")]
Leaving = Annotated[float | None, typer.Option("--leaving", help="Per cent of officers who leave in a year.")]
TakeUp = Annotated[
    float | None, typer.Option("--take-up", help="Per cent of the qualified who take up a post.")
]
Promotion = Annotated[
    float | None, typer.Option("--promotion", help="Per cent of officers promoted, or who move, in a year.")
]


def pipeline(
    officers: Officers = None,
    months: Months = 24,
    wanted: Wanted = None,
    intake: Intake = None,
    leaving: Leaving = None,
    take_up: TakeUp = None,
    promotion: Promotion = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Say when the trainees arrive and how many officers there will be, beside the published record."""
    files.check_kind(out_file)
    ruleset = rules.load().at(rules_date or today(), lay(overlay))
    levers = model.levers_of(ruleset)
    if intake is not None:
        levers = replace(levers, intake=intake)
    given: dict[str, Any] = {"leaving": leaving, "take_up": take_up, "promotion": promotion}
    levers = replace(
        levers, **{name: percent / 100 for name, percent in given.items() if percent is not None}
    )
    now = ruleset["staffing.pipeline.officers"]
    start = float(now.hundredths / 100) if officers is None else officers
    ends = model.project(levers, start, months)
    told = pipeline_told.present(levers, start, ends, wanted)
    if json:
        files.print_json({**told, "levers": _levers(ruleset, levers)})
    else:
        _tell(told, _levers(ruleset, levers))
    if out_file is not None:
        files.write_out(out_file, {"pipeline": told["months"]}, ("month",))


def _levers(ruleset: RuleSet, levers: model.Levers) -> list[dict[str, Any]]:
    """The levers with where each comes from: what is ours is a placeholder, what is given here says so."""
    now = {
        "intake": levers.intake, "leaving_percent": levers.leaving * 100,
        "take_up_percent": levers.take_up * 100, "promotion_percent": levers.promotion * 100,
    }  # fmt: skip
    found = []
    for name in _LEVERS:
        rule = ruleset[f"staffing.pipeline.{name}"]
        value = rule.hundredths / 100
        is_given = name in now and abs(now[name] - value) > 1e-9
        source = "given here" if is_given else rule.source
        found.append(
            {
                "lever": name,
                "value": round(now[name], 4) if is_given else value,
                "source": source,
                "is_placeholder": not is_given and rule.status == "default",
            }
        )
    return found


def _tell(told: dict[str, Any], levers: list[dict[str, Any]]) -> None:
    shown = [each for each in told["months"] if each["month"] % 3 == 0 or each is told["months"][-1]]
    heads = (
        "month",
        "officers",
        "newly\nqualified",
        "in training",
        "qualified\nin the month",
        "FTE for cases",
    )
    names = ("month", "officers", "newly_qualified", "in_training", "qualified", "equivalents")
    columns = [tables.TextColumn(head) for head in heads]
    tables.table(
        "Officers and trainees at the end of each third month",
        columns,
        [tuple(f"{each[name]:,.0f}" for name in names) for each in shown],
    )
    for each in levers:
        mark = "; a placeholder, ours" if each["is_placeholder"] else ""
        out.print(
            f"{each['lever'].replace('_', ' ')}: {each['value']:g} ({each['source']}{mark})",
            markup=False,
            soft_wrap=True,
        )
    out.print(f"{told['qualify_a_year']:,.1f} of a year's intake qualify.", markup=False)
    if told["in_the_long_run"] is not None:
        out.print(f"In the long run: {told['in_the_long_run']:,.0f} officers.", markup=False)
    if told["starters_that_only_replace_leavers"] is not None:
        number = told["starters_that_only_replace_leavers"]
        out.print(f"{number:,.0f} starters a year only replace those who leave.", markup=False)
    if "wanted" in told:
        months = told["wanted"]["months"]
        when = "not within 15 years" if months is None else f"in {months} months"
        out.print(f"{told['wanted']['officers']:,.0f} officers: {when}.", markup=False)
    _tell_record(told)


def _tell_record(told: dict[str, Any]) -> None:
    columns = [
        tables.TextColumn("day", "whole"),
        *(tables.TextColumn(head) for head in ("published", "model", "model,\n% of it")),
    ]
    rows = [
        (
            f"{each['as_at']:%-d %B %Y}", f"{each['published']:,}",
            "not known" if each["model"] is None else f"{each['model']:,.0f}",
            "" if each["model"] is None else f"{each['model_percent_of_published']:.1f}",
        )
        for each in told["published"]
    ]  # fmt: skip
    tables.table("Officers in post: published, and by the model from the first of these days", columns, rows)
    for each in told["arrivals"]:
        out.print(
            f"{each['from']:%B %Y} to {each['to']:%B %Y}: about "
            f"{each['net_arrivals_a_year']:,.0f} officers a year joined, net of promotion and other moves, "
            f"where {each['leaving_percent']:.1f}% left.",
            markup=False, soft_wrap=True,
        )  # fmt: skip
    out.print(
        "The model says nothing from when a year's starters that are not published would have qualified.",
        markup=False,
        soft_wrap=True,
    )
