"""`wmt check`: would this input be taken, and what is wrong with it?"""

from typing import Any

from wmt import nights, policy, rules
from wmt.cli import console, inputs, options
from wmt.cli.files import print_json
from wmt.cli.latest_day import last_day
from wmt.cli.load_outcome import table_differences
from wmt.cli.tables import TextColumn, table
from wmt.days import moment_words
from wmt.intake import Import, read
from wmt.ledger import Ledger
from wmt.nights.comparison_nights import ComparisonRequest, weigh
from wmt.nights.summary import summary_of
from wmt.text import counted

REFUSED, HELD = 2, 3


def check(
    paths: options.Paths,
    people: options.People = None,
    set_aside: options.SetAside = False,
    against: options.Against = None,
    json: options.Json = False,
) -> int:
    """Read an extract, say whether it would be accepted, and place and explain every fault.

    With --against, also whether it would be held because it differs too far from a night: exit code 3.
    """
    if len(paths) == 1 and nights.is_night(paths[0]):
        return _night(inputs.whole_night(paths[0]).report(), json)
    with console.progress() as tell:
        taken = read(paths, people=people, set_aside=set_aside, progress=tell, last_day=last_day())
        verdict = _beside(taken, inputs.whole_night(against)) if against and taken.facts else None
    if json:
        print_json(nights.check_report(taken) | ({"verdict": verdict.as_data()} if verdict else {}))
        inputs.tell_warnings(taken)
    else:
        if taken.layout:
            when = moment_words(taken.as_at) if taken.as_at else "a day that is not known"
            console.out.print(f"Layout {taken.layout}, tiers {taken.tier_scheme}, as at {when}")
        if taken.sheets:
            columns = (TextColumn("sheet", "text"), TextColumn("rows"), TextColumn("set aside,\nno keys"))
            rows = [(name, sheet.rows, sheet.orphan_rows) for name, sheet in taken.sheets.items()]
            table("Sheets", columns, rows)
        inputs.tell_faults(taken)
        for aside in taken.set_aside:
            console.complain(f"would be set aside: {aside.team_code}:{aside.staff_code}: {aside.message}")
        console.out.print(_verdict(taken))
        if not taken.accepted and all(fault.posts for fault in taken.faults if fault.severity == "refuse"):
            console.out.print("The faults touch named posts only: --set-aside would measure everybody else.")
        _say_verdict(verdict)
    if verdict and verdict.is_held:
        return HELD
    return 0 if taken.accepted else REFUSED


def _beside(taken: Import, night: nights.Night) -> nights.Verdict:
    """How an extract that would be accepted compares with a night."""
    assert taken.facts is not None
    facts, lines = nights.keep_former(taken.facts, None)
    totals = Ledger(facts, rules.load().at(facts.day), former=lines).totals()
    now = summary_of("this extract", facts.as_at, totals, nights.check_report(taken), taken.layout or "")
    wanted = ComparisonRequest(nights.summary_of_night(night), None, history=True, correction=True)
    return weigh(now, [night], wanted, policy.at(facts.day))


def _say_verdict(verdict: nights.Verdict | None) -> None:
    if verdict is None:
        return
    table_differences(f"Compared with {', '.join(verdict.beside)}", (each for _, each in verdict.differences))
    console.out.print(
        "[bold yellow]would be held[/] for a decision" if verdict.is_held else "plausible beside it"
    )


def _night(report: dict[str, Any], json: bool) -> int:
    """The report a night was loaded with."""
    if json:
        print_json(report)
    else:
        console.out.print(f"Data from {report['as_at']}, layout {report['layout']}; it was accepted.")
        for fault in report["faults"]:
            console.out.print(f"{fault['severity']} {fault['code']}: {fault['message']}", markup=False)
    return 0


def _verdict(taken: Import) -> str:
    warned = _number_of(taken, "warn", "warning")
    if not taken.accepted:
        return f"[bold red]refused[/]: {_number_of(taken, 'refuse', 'fault')} against it, {warned}"
    without = f" without {counted(len(taken.set_aside), 'post')}" if taken.set_aside else ""
    return f"[bold green]accepted[/]{without}: {warned}"


def _number_of(taken: Import, severity: str, name: str) -> str:
    """How many faults of a severity there are, and in how many rows where these are more."""
    found = [fault.rows for fault in taken.faults if fault.severity == severity]
    rows = sum(found)
    return counted(len(found), name) + (f" in {counted(rows, 'row')}" if rows > len(found) else "")
