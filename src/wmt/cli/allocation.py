"""`wmt waiting` and `wmt candidates`: cases that nobody holds, and who could hold a case, in an input or, as
the site of this home shows it now, without one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from wmt import ledger
from wmt.allocation import cases as given
from wmt.allocation import waiting as unheld
from wmt.allocation.candidates import RECENT_DAYS, Candidate, candidates, not_in_data
from wmt.cli import allocation_site, files, options, tables
from wmt.cli.console import RefusedInput, out
from wmt.cli.inputs import Opened, open_input
from wmt.cli.measure import Former
from wmt.cli.overlays import lay
from wmt.facts import LOCATIONS, Facts
from wmt.grades import STAFF_GRADES
from wmt.ledger.arithmetic import shown_capacity
from wmt.rules import RuleSet
from wmt.text import counted

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="[PATH…]",
        help="A workbook, a tidy folder or zip, or a night's folder; without one the site of WMT_HOME.",
    ),
]
Cases = Annotated[
    list[str] | None, typer.Option("--case", metavar="CRN", help="A case that the data lists; repeatable.")
]
Kinds = Annotated[
    list[str] | None,
    typer.Option("--kind", metavar="TYPE:TIER", help="A case described, such as custody:B3; repeatable."),
]
Now = Annotated[
    str | None,
    typer.Option("--now", metavar="TYPE:TIER", help="What the one --case is now, where that has changed."),
]
Teams = Annotated[list[str] | None, typer.Option("--team", help="People of this team; repeatable.")]
Pdus = Annotated[list[str] | None, typer.Option("--pdu", help="People of this PDU; repeatable.")]
Regions = Annotated[list[str] | None, typer.Option("--region", help="People of this region; repeatable.")]
NewPost = Annotated[
    list[str] | None,
    typer.Option("--new-post", metavar="GRADE", help="Also a post that is not in the data; repeatable."),
]

_WAITING = (
    tables.TextColumn("case", "whole"),
    tables.TextColumn("what", "text"),
    tables.TextColumn("cases", spare=3),
    tables.TextColumn("points"),
    tables.TextColumn("team", "whole"),
    tables.TextColumn("PDU", "whole", spare=2),
    tables.TextColumn("since", "whole"),
    tables.TextColumn("days"),
    tables.TextColumn("note", "text", spare=1),
)


def waiting(
    paths: Paths = None,
    team: Teams = None,
    pdu: Pdus = None,
    region: Regions = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    set_aside: options.SetAside = False,
    former: Former = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """List the cases that nobody holds yet, longest waiting first: those of placeholder posts."""
    files.check_kind(out_file)
    if paths:
        overlays = lay(overlay)
        opened = open_input(paths, people=people, set_aside=set_aside, former=former, as_json=json)
        rows = _waiting_in(opened, opened.rule_set(rules_date, overlays), team, pdu, region)
    else:
        allocation_site.need_no_options(
            people=people, rules_date=rules_date, overlay=overlay, set_aside=set_aside, former=former
        )
        rows = allocation_site.waiting_rows({"team": team, "pdu": pdu, "region": region})
    if out_file is not None:
        files.write_out(out_file, {"waiting": rows}, unheld.WAITING.names())
    if json:
        files.print_json(rows)
        return
    tables.table("Cases that nobody holds", _WAITING, [_shown(row) for row in rows])
    number, points = sum(row["cases"] for row in rows), tables.figure(sum(row["points"] for row in rows))
    out.print(f"{counted(number, 'case')}, {points} points when somebody holds them", markup=False)


def _waiting_in(
    opened: Opened,
    rules: RuleSet,
    team: Sequence[str] | None,
    pdu: Sequence[str] | None,
    region: Sequence[str] | None,
) -> list[dict[str, Any]]:
    found = unheld.waiting(opened.ledger(rules), opened.cases())
    if team or pdu or region:
        found = found.filter(pl.col("team_code").is_in(teams_of(opened.facts, team, pdu, region)))
    return [
        {
            **{name: value for name, value in row.items() if name != "points_x100"},
            "points": ledger.decimal(row["points_x100"]),
        }
        for row in found.iter_rows(named=True)
    ]


def _shown(row: dict[str, Any]) -> tuple[object, ...]:
    what = given.case_words(row["location"], row["tier"], row["stream"], suspended=row["suspended"])
    return (
        row["ref"], what, row["cases"] if row["cases"] > 1 else None, row["points"], row["team_code"],
        row["pdu_code"], row["since"] or "not known", row["days"],
        "" if row["status"] == "active" else row["status"].replace("_", " "),
    )  # fmt: skip


def who_could_hold(
    paths: Paths = None,
    case: Cases = None,
    kind: Kinds = None,
    now: Now = None,
    team: Teams = None,
    pdu: Pdus = None,
    region: Regions = None,
    new_post: NewPost = None,
    people: options.People = None,
    rules_date: options.RulesDate = None,
    overlay: options.Overlays = None,
    set_aside: options.SetAside = False,
    former: Former = None,
    json: options.Json = False,
    out_file: options.Out = None,
) -> None:
    """Show who could hold a case: capacity now and with it, whether their grade may, and why not."""
    files.check_kind(out_file)
    for grade in new_post or ():
        if grade not in STAFF_GRADES:
            raise RefusedInput(f"--new-post {grade}: choose one of {', '.join(STAFF_GRADES)}")
    _check_asked(case or (), kind or (), now)
    if paths:
        overlays = lay(overlay)
        opened = open_input(paths, people=people, set_aside=set_aside, former=former, as_json=json)
        found = opened.ledger(opened.rule_set(rules_date, overlays))
        wanted = _wanted(found, case or (), kind or (), now)
        teams = teams_of(opened.facts, team, pdu, region) or allocation_site.of_holders(wanted)
        found_people = candidates(found, wanted, teams, _allocated(opened))
        found_people += [not_in_data(found.rules, found.day, wanted, grade) for grade in new_post or ()]
    else:
        allocation_site.need_no_options(
            people=people, rules_date=rules_date, overlay=overlay, set_aside=set_aside, former=former
        )
        wanted, found_people = allocation_site.who_could_hold(
            refs=case or (), kinds=kind or (), now=now, asked={"team": team, "pdu": pdu, "region": region},
            grades=new_post or (),
        )  # fmt: skip
    rows = [_presented(each) for each in found_people]
    if out_file is not None:
        files.write_out(out_file, {"candidates": rows}, ("code", "grade"))
    if json:
        files.print_json({"cases": [_presented_case(each) for each in wanted], "candidates": rows})
        return
    for each in wanted:
        _show_case(each)
    _show(found_people, len(wanted))


def _check_asked(refs: Sequence[str], kinds: Sequence[str], now: str | None) -> None:
    if not refs and not kinds:
        raise RefusedInput("say which case: --case CRN, or --kind custody:B3 for one that is not in the data")
    if now is not None and (len(refs) != 1 or kinds):
        raise RefusedInput("--now says what one --case is now; give that one case alone")
    twice = sorted({ref for ref in refs if refs.count(ref) > 1})
    if twice:
        raise RefusedInput(f"--case {twice[0]} is given twice; a case can be given once")


def _wanted(
    found: ledger.Ledger, refs: Sequence[str], kinds: Sequence[str], now: str | None
) -> list[given.CaseToGive]:
    wanted = given.listed(found, refs) if refs else []
    if now is not None:
        wanted = [given.changed(wanted[0], given.described(found, now))]
    return wanted + [given.described(found, each) for each in kinds]


def teams_of(
    facts: Facts,
    teams: Sequence[str] | None,
    pdus: Sequence[str] | None,
    regions: Sequence[str] | None,
) -> list[str]:
    """The teams of the units asked for, none where none was. Refuses a unit that is not there."""
    chosen: list[str] = []
    for level, codes in (("team", teams), ("pdu", pdus), ("region", regions)):
        for code in codes or ():
            of_unit = facts.team.filter(pl.col(f"{level}_code") == code)["team_code"].to_list()
            if not of_unit:
                raise RefusedInput(f"--{level} {code}: there is no such {level} in this data")
            chosen += of_unit
    return chosen


def _allocated(opened: Opened) -> pl.DataFrame | None:
    listed = opened.cases()
    if listed is None or "allocated_on" not in listed.columns:
        return None
    return listed.select("team_code", "staff_code", "allocated_on")


def _presented_case(case: given.CaseToGive) -> dict[str, Any]:
    return {
        "ref": case.ref,
        "location": case.location,
        "tier": case.tier,
        "suspended": case.suspended,
        "stream": case.stream,
        "status": case.status,
        "points": ledger.decimal(case.points_x100),
        "points_where_held": ledger.decimal(case.held_x100) if case.post else None,
        "post": case.post,
        "reason": case.reason,
        "rule": case.rule,
    }


def _presented(one: Candidate) -> dict[str, Any]:
    """A candidate as plain data; capacities are null without available hours."""

    def figures(moment: ledger.Moment) -> dict[str, Any]:
        return {
            "points": ledger.decimal(moment.points_x100),
            "remaining": ledger.decimal(ledger.remaining_x100(*moment)),
            "capacity": ledger.decimal(ledger.capacity_x100(*moment)),
        }

    return {
        "code": one.code,
        "name": one.name,
        "grade": one.grade,
        "team_code": one.team_code,
        "pdu_code": one.pdu_code,
        "eligible": one.eligible,
        "why": [*one.words, *filter(None, [one.training])],
        "available": ledger.decimal(one.now.available_x100),
        "now": figures(one.now),
        "with_all": figures(one.together),
        "over_with_all": one.over_with_all,
        "with_each": [
            {
                "case": effect.case.ref or effect.case.words,
                "eligible": effect.eligibility.eligible,
                "why": effect.eligibility.words,
                "rule": effect.eligibility.rule,
                "holds": effect.holds,
                **figures(effect.after),
            }
            for effect in one.effects
        ],
        "cases": dict(one.caseload),
        "allocated": {f"in_{days}_days": number for days, number in one.recent.items()},
    }


def _show_case(case: given.CaseToGive) -> None:
    held = f", held by {case.post}" if case.post else ""
    if case.post and case.held_x100 != case.points_x100:
        held += f" at {tables.figure(ledger.decimal(case.held_x100))} points"
    why = f" ({case.reason})" if case.reason else ""
    points = tables.figure(ledger.decimal(case.points_x100))
    title = f"{case.ref}: {case.words}" if case.ref else f"A case: {case.words}"
    out.print(f"{title}, {points} points{why}{held}", style="bold", markup=False)


def _over(one: Candidate) -> list[str]:
    if not one.over_with_all:
        return []
    return ["over the threshold already" if one.is_over else "would go over the threshold"]


def _share(moment: ledger.Moment) -> str | None:
    return shown_capacity(*moment) if moment.available_x100 else None


def _show(people: Sequence[Candidate], cases: int) -> None:
    columns = (
        tables.TextColumn("post", "whole"),
        tables.TextColumn("name", "text", spare=3),
        tables.TextColumn("grade", "whole"),
        tables.TextColumn("now"),
        tables.TextColumn("with it" if cases == 1 else "with all"),
        tables.TextColumn("points\nleft", spare=5),
        *(tables.TextColumn(location, spare=2) for location in LOCATIONS),
        *(tables.TextColumn(f"given in\n{days} days", spare=4) for days in RECENT_DAYS),
        tables.TextColumn("may hold", "whole"),
        tables.TextColumn("note", "text"),
    )
    tables.table("Who could hold it" if cases == 1 else "Who could hold them", columns, [
        (
            each.code or "(new post)", each.name if each.name != each.code else None, each.grade,
            _share(each.now), _share(each.together),
            ledger.decimal(ledger.remaining_x100(*each.together)) if each.now.available_x100 else None,
            *(each.caseload.get(location) for location in LOCATIONS),
            *(each.recent.get(days) for days in RECENT_DAYS),
            "yes" if each.eligible else "no",
            "; ".join([*_over(each), *each.words, *filter(None, [each.training])]),
        )
        for each in people
    ])  # fmt: skip
    free = sum(each.eligible and not each.over_with_all for each in people)
    out.print(
        f"{free} of {counted(len(people), 'person', 'people')} may hold "
        f"{'it' if cases == 1 else 'them'} and would not be over the threshold of excessive workload. "
        "The decision is the manager's. Who may hold what is this tool's default, not a published rule.",
        markup=False,
    )
