"""`wmt scenario`: what the work of a unit would need if demand were different, without a server."""

from pathlib import Path
from typing import Annotated, Any

import typer

from wmt import ledger
from wmt.cli import files, options, tables, unit_codes
from wmt.cli.console import RefusedInput, out
from wmt.cli.inputs import open_input
from wmt.cli.overlays import lay
from wmt.cli.staffing import By, Chain, check_choice
from wmt.ledger.arithmetic import MINUS
from wmt.plan import full_pool
from wmt.plan.demand_levers import LEVERS
from wmt.plan.demand_text import FIELDS, steps_of
from wmt.plan.plan_file import DemandStep, load_plan
from wmt.staffing import need, rates, scenario, scenario_told
from wmt.text import counted

Lever = Annotated[
    list[str] | None,
    typer.Option(
        "--lever", metavar="NAME=NUMBER",
        help="What is different: 'police=5', or a range 'police=5..8'. `wmt scenario --levers` lists all.",
    ),
]  # fmt: skip
OfPlan = Annotated[
    list[Path] | None,
    typer.Option(
        "--plan", metavar="FILE", help="A plan whose steps on demand are taken; several are compared."
    ),
]
Months = Annotated[int, typer.Option("--months", min=0, max=120, help="Months from now of grades and lines.")]
ListThem = Annotated[bool, typer.Option("--levers", help="List the levers and stop.")]
SomePaths = Annotated[
    list[Path] | None, typer.Argument(metavar="[INPUT]...", help="Saved data, a workbook or tidy tables.")
]


def scenario_command(
    paths: SomePaths = None,
    unit: unit_codes.Unit = None,
    level: unit_codes.Level = None,
    lever: Lever = None,
    plan: OfPlan = None,
    months: Months = scenario.USUAL_MONTH,
    by: By = "points",
    chain: Chain = None,
    levers: ListThem = False,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Say what the work would need if demand, time away or rules were different: ranges, month by month."""
    if levers:
        _list_levers()
        return
    if not paths:
        raise RefusedInput("no input; give saved data, a workbook or tidy tables, or --levers")
    files.check_kind(out_file)
    unit_codes.check_level(level)
    check_choice("--by", by, ("points", "hours"))
    check_choice("--chain", chain, rates.CHAINS)
    wanted = _wanted(lever or [], plan or [])
    opened = open_input(paths, people=people, as_json=json)
    of_rules = rates.Rates(opened.rule_set(rules_date, lay(overlay)), chain)
    made = ledger.Ledger(opened.facts, of_rules.ruleset, former=opened.former)
    posts = full_pool.posts_in_stream(made.totals(["post"]), opened.facts.post)
    codes = {each: posts[f"{each}_code"].unique().to_list() for each in ledger.LEVELS[1:]}
    code = unit or "nation"
    found = unit_codes.level_of(code, level, codes)
    sums = need.work_sums(made.lines(), posts, found).get(code, [])
    available = int(posts.filter(posts[f"{found}_code"] == code)["available_x100"].sum())
    name = unit_codes.name_of(opened.facts.team, found, code)
    told = [
        {
            "scenario": title, "level": found, "code": code, "name": name, "day": made.day,
            **scenario_told.present(scenario.Scenario(of_rules, sums, steps, by), available, months),
        }
        for title, steps in wanted
    ]  # fmt: skip
    if json:
        files.print_json(told if len(told) > 1 else told[0])
    else:
        for each in told:
            _tell(each)
    if out_file is not None:
        rows = [{"scenario": each["scenario"], **month} for each in told for month in each["when"]]
        files.write_out(out_file, {"scenario": rows}, ("scenario", "months"))


def _wanted(levers: list[str], plans: list[Path]) -> list[tuple[str, list[DemandStep]]]:
    """The scenarios asked for: the levers typed, and each plan."""
    typed: dict[str, str] = {}
    for each in levers:
        name, _, value = each.partition("=")
        if name not in FIELDS:
            raise RefusedInput(f"--lever {each}: there is no lever {name}; use one of {', '.join(LEVERS)}")
        if name in typed:
            raise RefusedInput(f"--lever {each}: {name} is set twice; leave one, or write a range")
        typed[name] = value
    steps, faults = steps_of(typed)
    if faults:
        raise RefusedInput("\n".join(f"--lever {name}: {said}" for name, said in faults.items()))
    found = [("levers", steps)] if steps else []
    for path in plans:
        read = load_plan(path)
        if not read.demand:
            raise RefusedInput(f"{path.name} has no step on demand; `wmt plan new` writes an example of one")
        found.append((read.name, read.demand))
    if not found:
        raise RefusedInput("nothing is different from today; give --lever NAME=NUMBER or --plan FILE")
    return found


def _list_levers() -> None:
    columns = [
        tables.TextColumn("name", "whole"),
        tables.TextColumn("what", "text"),
        tables.TextColumn("from", "text"),
    ]
    rows = [
        (name, each.title, f"{each.least} to {each.most}" if name != "volume_band" else "a band")
        for name, each in LEVERS.items()
    ]
    tables.table("Levers of demand", columns, rows)
    beside = [name for name in FIELDS if name not in LEVERS]
    out.print(f"Beside them, where a lever needs more: {', '.join(beside)}", markup=False, soft_wrap=True)


def _tell(told: dict[str, Any]) -> None:
    title = f"{told['name']} ({told['code']}), {told['day']:%-d %B %Y}"
    ends = [f"{what},\nat {end}" for what in ("need", "change", "points") for end in ("least", "most")]
    columns = [tables.TextColumn("when", "whole"), *(tables.TextColumn(head) for head in ends)]
    now = told["now"]
    rows: list[tuple[object, ...]] = [
        ("today", _tenths(now["need"]), _tenths(now["need"]), None, None, now["points"], now["points"])
    ]
    rows += [
        (
            f"in {counted(each['months'], 'month')}", _tenths(each["need_least"]), _tenths(each["need_most"]),
            _signed(each["more_least"]), _signed(each["more_most"]),
            each["points_least"], each["points_most"],
        )
        for each in told["when"]
    ]  # fmt: skip
    tables.table(f"{title}: full-time people (FTE) for the work, {told['scenario']}", columns, rows)
    for each in told["levers"]:
        more = f"{_signed(each['more_least'])} to {_signed(each['more_most'])} FTE"
        when = counted(told["months"], "month")
        out.print(f"{each['number']}. {each['words']}: {more} in {when}", markup=False, soft_wrap=True)
    for each in told["contracts"]:
        out.print(
            f"Contract {each['number']}: £{each['value_least']:,.0f} to £{each['value_most']:,.0f} a year",
            markup=False,
        )
    for question in told["questions"]:
        out.print(f"Check: {question}", markup=False, soft_wrap=True)
    for each in told["rules"]:
        mark = "a placeholder of ours" if each["is_placeholder"] else each["source"]
        out.print(f"{each['rule']} is {each['value']} ({mark})", markup=False, soft_wrap=True)


def _tenths(value: Any) -> str:
    return f"{value:,.1f}"


def _signed(value: Any) -> str:
    return f"{value:+,.2f}".replace("-", MINUS)
