"""`wmt plan`: a file of steps laid over a night, its figures before and after, and two plans side by side."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer

from wmt import ledger
from wmt.cli import console, files, options, plan_apply, tables
from wmt.cli.compare import CAUSE_COLUMNS, Top, causes_of, compared, show_level
from wmt.cli.explain import explained
from wmt.cli.inputs import Opened, open_input
from wmt.cli.measure import Former
from wmt.cli.post import show_post
from wmt.plan.at_levels import differences_x100
from wmt.plan.laid_plan import LaidPlan, StepOutcome
from wmt.plan.plan_file import Plan, load_plan, plan_of
from wmt.plan.steps import lay
from wmt.rules import RuleSet
from wmt.text import counted

app = typer.Typer(help="Plans: what would change, measured before and after.", no_args_is_help=True)
app.command()(plan_apply.apply)

Night = Annotated[Path, typer.Argument(metavar="NIGHT", help="Saved data, a workbook or a tidy folder.")]
File = Annotated[Path, typer.Argument(metavar="PLAN", help="The file of the plan.")]
Other = Annotated[
    list[Path], typer.Argument(metavar="PLAN", help="Files of plans; one is compared with no change.")
]
Post = Annotated[
    str, typer.Option("--post", metavar="TEAM:STAFF", help="The lines of this post with the plan.")
]
Leaves = Annotated[
    list[str] | None,
    typer.Option("--leaves", metavar="TEAM:STAFF", help="A post whose officer leaves; repeatable."),
]
NewFile = Annotated[Path, typer.Argument(metavar="FILE", help="Where the example goes; it must not exist.")]

_EXAMPLE = """\
# A plan: steps laid over saved data, done in this order. `wmt plan show NIGHT FILE` measures them.
# Take out what you do not need. A post is TEAM:STAFF; from and to may be a team where that makes sense.
name: Two officers leave
note: Who asked for it, and why.
steps:
  # cases by their references, or so many of a kind (written as for `wmt candidates --kind`)
  - {do: move, cases: [X000001], to: TEAM:STAFF}
  - {do: move, number: 10, kind: community:C2, from: TEAM:STAFF, to: [TEAM:OTHER, TEAM:THIRD]}
  - {do: become, cases: [X000002], becomes: community:B2}
  - {do: end, number: 5, kind: licence:D1, from: TEAM}
  - {do: arrive, a_week: 4, weeks: 6, kind: community:C2, to: TEAM}
  # people and their time
  - {do: leave, post: TEAM:STAFF}            # the cases wait in the team; `to` gives them to others in turn
  - {do: start, team: TEAM, grade: PO, posts: 2, hours: 37}
  - {do: hours, post: TEAM:STAFF, hours: 30}
  - {do: reduce, post: TEAM:STAFF, percent: 20}
  - {do: end_reductions, post: TEAM:STAFF}
  - {do: grade, post: TEAM:STAFF, grade: PO}
  # the priority level of a PDU: business as usual stays, the responsive figures change
  - {do: priority, pdu: PDU, level: amber}
  # demand: what the work would need, shown by `wmt scenario NIGHT --plan FILE`; no figure changes
  - {do: demand, lever: police, low: 5, high: 8}
  - {do: demand, lever: days_away, low: 3}
  # a rule for everybody (`wmt rules show` lists them)
  - {do: rules, reference: a draft, values: {tier_points.pc16.community.C2: 70}}
"""


@dataclass(frozen=True)
class _Planned:
    """A plan laid over an input: what became of its steps, its facts and its rules."""

    plan: Plan
    laid: LaidPlan
    outcomes: Sequence[StepOutcome]
    opened: Opened
    rules: RuleSet


@app.command()
def new(file: NewFile, leaves: Leaves = None) -> None:
    """Write an example of a plan with every kind of step, to be changed; or a plan of people who leave."""
    text = _leaving(leaves) if leaves else _EXAMPLE
    try:
        with file.open("x", encoding="utf-8") as written:
            written.write(text)
    except FileExistsError:
        raise console.RefusedInput(f"{file} is there already; choose another name") from None
    except OSError as error:
        raise console.RefusedInput(f"{file} cannot be written: {error}") from None
    console.out.print(f"Written to {file}", markup=False)


def _leaving(posts: Sequence[str]) -> str:
    """A plan of people who leave. Raises PlanError where one is no post."""
    once = list(dict.fromkeys(posts))
    name = counted(len(once), "person leaves", "people leave")
    plan = plan_of({"name": name, "steps": [{"do": "leave", "post": post} for post in once]}, "--leaves")
    return plan.text


@app.command()
def show(
    night: Night,
    plan: File,
    post: Post = "",
    people: options.People = None,
    former: Former = None,
    level: options.Level = None,
    stream: options.Stream = None,
    top: Top = 20,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Measure what a plan would change: every unit before and after, with the causes of the difference."""
    files.check_kind(out_file)
    asked, levels = options.chosen_stream(stream), options.chosen_levels(level, ledger.LEVELS)
    wanted = load_plan(plan)
    opened = open_input([night], people=people, former=former, as_json=json)
    found = _planned(wanted, opened)
    rows = compared(opened, opened.rule_set(None, ()), found.opened, found.rules, levels)
    rows = [row for row in rows if row["causes"] and asked in (None, row["stream"])]
    if out_file is not None:
        files.write_out(out_file, {"causes": causes_of(rows)}, CAUSE_COLUMNS)
    lines = explained(found.opened, found.rules, post) if post else None
    responsive = _responsive(found)
    if json:
        steps = [outcome._asdict() for outcome in found.outcomes]
        files.print_json({"plan": wanted.name, "steps": steps, "units": rows, "post": lines,
                          "responsive": responsive})  # fmt: skip
        return
    _tell(found)
    for at in reversed(levels):
        shown = asked or ledger.HEADLINE
        show_level(at, shown, [row for row in rows if (row["level"], row["stream"]) == (at, shown)], top)
    _show_responsive(responsive)
    if lines is not None:
        show_post(lines, found.rules)
    if out_file is not None:
        console.out.print(f"Written to {out_file}", markup=False)


@app.command()
def compare(
    night: Night,
    plans: Other,
    people: options.People = None,
    former: Former = None,
    level: options.Level = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Put plans side by side with no change: the capacity of every unit that one of them touches."""
    files.check_kind(out_file)
    levels = options.chosen_levels(level, ledger.LEVELS)
    wanted = [load_plan(plan) for plan in plans]
    opened = open_input([night], people=people, former=former, as_json=json)
    found = [_planned(plan, opened) for plan in wanted]
    names = [f"{number}. {plan.name}" for number, plan in enumerate(wanted, 1)]
    measured = [_totals(opened, opened.rule_set(None, ()), levels)]
    measured += [_totals(each.opened, each.rules, levels) for each in found]
    rows = _side_by_side(names, measured)
    if out_file is not None:
        files.write_out(out_file, {"plans": rows}, ("level", "code"))
    if json:
        files.print_json(rows)
        return
    for each in found:
        _tell(each)
    columns = [tables.TextColumn("unit", "whole"), tables.TextColumn("name", "text", spare=1)]
    columns += [tables.TextColumn(name) for name in ("no change", *names)]
    for at in reversed(levels):
        cells = [
            (row["code"], row["name"], *(console.capacity(row[f"{name} points"], row[f"{name} available"])
             for name in ("no change", *names)))
            for row in rows if row["level"] == at
        ]  # fmt: skip
        tables.table(f"{at.capitalize()}: capacity in sentence management", columns, cells)
    if out_file is not None:
        console.out.print(f"Written to {out_file}", markup=False)


def _planned(plan: Plan, opened: Opened) -> _Planned:
    laid, outcomes = lay(plan, opened.facts)
    rules = opened.rule_set(None, laid.overlays)
    return _Planned(plan, laid, outcomes, replace(opened, facts=laid.facts), rules)


def _responsive(found: _Planned) -> list[dict[str, Any]]:
    """What the PDUs whose level the plan sets, their teams and posts have to do with the plan: as usual, and
    at the level."""
    set_to = found.laid.levels
    if not set_to:
        return []
    made = found.opened.ledger(found.rules)
    moved = differences_x100(made, found.rules, set_to)
    return [
        {
            "level": row["level"], "code": row["code"], "name": row["name"], "pdu": pdu, "at": set_to[pdu],
            "points": ledger.decimal(row["points_x100"]),
            "responsive_points": ledger.decimal(
                row["points_x100"] + moved.get((row["level"], row["code"]), 0)
            ),
            "available": ledger.decimal(row["available_x100"]),
        }
        for row in reversed(made.totals(("post", "team", "pdu")).to_dicts())
        if (pdu := row["code"] if row["level"] == "pdu" else row["pdu_code"]) in set_to
        and (row["level"] == "post" or row["stream"] == ledger.HEADLINE)
    ]  # fmt: skip


def _show_responsive(rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    columns = [tables.TextColumn("level"), tables.TextColumn("unit", "whole")]
    columns += [tables.TextColumn("name", "text", spare=1), tables.TextColumn("at")]
    columns += [tables.TextColumn("as usual"), tables.TextColumn("responsive")]
    cells = [
        (row["level"], row["code"], row["name"], row["at"],
         *(console.capacity(row[name], row["available"]) for name in ("points", "responsive_points")))
        for row in rows
    ]  # fmt: skip
    tables.table("Capacity with the plan, as usual and at the priority level", columns, cells)


def _tell(found: _Planned) -> None:
    """The plan and its steps; what could not be done is said."""
    console.out.print(found.plan.name, style="bold", markup=False)
    for outcome in found.outcomes:
        words, style = f"{outcome.number}. {outcome.words}", ""
        if outcome.missing:
            words += f". {'In part' if outcome.done else 'Not done'}: {'; '.join(outcome.missing)}"
            style = "yellow"
        console.out.print(words, style=style, markup=False)
    touched = counted(len(found.laid.touched), "post")
    console.out.print(f"{touched} touched\n", markup=False)


def _totals(opened: Opened, rules: RuleSet, levels: Sequence[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """The sums of every unit in sentence management, and of every post, by level and code."""
    totals = opened.ledger(rules).totals(levels).iter_rows(named=True)
    return {
        (row["level"], row["code"]): row
        for row in totals
        if row["level"] == "post" or row["stream"] == ledger.HEADLINE
    }


def _side_by_side(
    names: Sequence[str], measured: Sequence[dict[tuple[str, str], dict[str, Any]]]
) -> list[dict[str, Any]]:
    """A row for every unit that has other points or available points in one of the plans."""
    rows = []
    for key in dict.fromkeys(key for each in measured for key in each):
        of_plans = [each.get(key) for each in measured]
        figures = [(row["points_x100"], row["available_x100"]) if row else None for row in of_plans]
        if len(set(figures)) > 1:
            known = next(row for row in of_plans if row)
            row = {"level": key[0], "code": key[1], "name": known["name"]}
            for name, figure in zip(("no change", *names), figures, strict=True):
                points, available = figure or (0, 0)
                row[f"{name} points"] = ledger.decimal(points)
                row[f"{name} available"] = ledger.decimal(available)
            rows.append(row)
    return rows
