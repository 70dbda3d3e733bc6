"""The monthly report of a unit: its counts by hand, its figures those of the pages, and nobody in it."""

# ruff: noqa: F811 - fixtures come by import
import io
import json
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.test import Client
from duties_fixtures import Scene, scene  # noqa: F401
from exports_fixtures import body

from wmt.cli import pack as pack_command
from wmt.cli.console import Failure, RefusedInput
from wmt.ledger import decimal, shown_capacity
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes import agreements
from wmt.site.links import unit_url
from wmt.site.loads import past_nights
from wmt.site.queries import month_counts, report_month
from wmt.site.queries.histories import history_of
from wmt.site.queries.month_counts import DutyStep, PlanStep, TeamMove
from wmt.site.queries.month_records import places_of
from wmt.site.queries.month_report import MonthReport, report_of
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
FIRST, LAST = date(2026, 11, 1), date(2026, 11, 30)


def step(kind: str, day: int, *, duty: int = 1, month: int = 11, what: str = "") -> DutyStep:
    return DutyStep(duty, kind, date(2026, month, day), what)


@pytest.mark.unit
@pytest.mark.parametrize(
    ("steps", "counts"),
    [
        ([], (0, 0, 0, 0, 0)),
        ([step("opened", 2), step("acknowledged", 3), step("closed", 20)], (1, 1, 1, 0, 0)),
        # a deadline that passed in the month before is met late in this one, and was missed in that one
        (
            [step("opened", 1, month=10), step("escalated", 8, month=10, what="decide"), step("decided", 5)],
            (0, 0, 1, 1, 0),
        ),
        # one that passed for one action says nothing of another, nor of another deadline
        (
            [
                step("opened", 1), step("escalated", 4, what="acknowledge"), step("decided", 9),
                step("opened", 1, duty=2), step("acknowledged", 2, duty=2),
            ],
            (2, 0, 2, 1, 1),  # the decision is the acknowledgement too, which was late
        ),
        # a deadline is met once, however often it is decided: late here, and acknowledged with it in time
        (
            [step("opened", 1), step("escalated", 8, what="decide"), step("decided", 9),
             step("decided", 10), step("decided", 11)],
            (1, 0, 1, 1, 1),
        ),
        # who says that the action stays open has taken it up
        ([step("opened", 1), step("kept", 3), step("acknowledged", 4), step("decided", 5)], (1, 0, 2, 0, 0)),
        # resumed, it goes on with its clock: that is no acknowledgement, and what was late is late
        (
            [step("opened", 1), step("escalated", 4, what="acknowledge"), step("closed", 5),
             step("resumed", 6), step("acknowledged", 7)],
            (2, 1, 0, 1, 1),
        ),
        ([step("opened", 1), step("closed", 2), step("resumed", 3)], (2, 1, 0, 0, 0)),
        # every review is a deadline of its own, and another decision answers one that is late
        (
            [step("opened", 1), step("decided", 2), step("reviewed", 5), step("reviewed", 9),
             step("escalated", 13, what="review"), step("decided", 14), step("reviewed", 20)],
            (1, 0, 5, 1, 1),
        ),
        # an action that opens again begins anew
        (
            [step("opened", 1), step("escalated", 4, what="acknowledge"), step("closed", 5),
             step("reopened", 10), step("acknowledged", 11)],
            (2, 1, 1, 0, 1),
        ),
        # a request has its own clock, and what comes after the month is not of it
        (
            [step("opened", 2), step("escalated", 3, what="answer"), step("closed", 1, month=12)],
            (1, 0, 0, 0, 0),
        ),
    ],
)  # fmt: skip
def test_duties_of_a_month_by_hand(steps: list[DutyStep], counts: tuple[int, ...]) -> None:
    assert month_counts.duty_counts(steps, FIRST, LAST) == month_counts.DutyCounts(*counts)


MOVES = [
    TeamMove("A", "A", was_waiting=True, undone=False),
    TeamMove("A", "B", was_waiting=True, undone=False),
    TeamMove("A", "A", was_waiting=False, undone=False),
    TeamMove("C", "A", was_waiting=False, undone=False),
    TeamMove("A", "C", was_waiting=False, undone=False),
    TeamMove("A", "C", was_waiting=False, undone=True),
    TeamMove("C", "C", was_waiting=False, undone=False),
]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("teams", "counts"),
    [
        ({"A"}, (1, 1, 1, 2, 1)),  # a waiting case that went to another unit was given up
        ({"A", "B"}, (2, 1, 1, 1, 1)),
        ({"C"}, (0, 1, 1, 1, 1)),
        ({"D"}, (0, 0, 0, 0, 0)),
        (None, (2, 4, 0, 0, 1)),
    ],
)
def test_moves_of_a_month_by_hand(teams: set[str] | None, counts: tuple[int, ...]) -> None:
    assert month_counts.move_counts(MOVES, teams) == month_counts.MoveCounts(*counts)


# a plan that moves cases from A to B, one that withdraws a reduction in A, one that ends a level of PDU P
MADE = [["allocation", "7", "B:2"], ["allocation", "8", "B:2"]]
STEPS = (
    (MADE, "{do: move, cases: [X1, X2], to: ['B:2']}"),
    ([], "{do: end_reductions, post: 'A:1', reductions: [k]}"),
    ([], "{do: priority, pdu: P, level: green}"),
)
PLAN = [
    PlanStep(number, places_of(made, f"name: P\nsteps:\n- {text}\n", {"7": "A:1", "8": "A:1"}), number == 2)
    for number, (made, text) in enumerate(STEPS, 1)
]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("teams", "pdus", "counts"),
    [
        ({"A"}, (), (2, 2, 1)),  # whoever gives cases away has the plan too
        ({"B"}, (), (1, 1, 0)),
        ({"A", "B"}, ("P",), (3, 3, 1)),  # each once, and what only withdraws something at every level
        ({"C"}, (), (0, 0, 0)),
        (None, (), (3, 3, 1)),
    ],
)
def test_plans_of_a_month_by_hand(teams: set[str] | None, pdus: tuple[str, ...], counts: Any) -> None:
    assert month_counts.plan_counts(PLAN, teams, pdus) == month_counts.PlanCounts(*counts)


@pytest.mark.unit
def test_what_happened_after_the_last_night_is_of_its_month() -> None:
    may = date(2026, 5, 1)
    ends = [
        report_month.counted_to(may, date(2026, 5, 29), latest)
        for latest in (date(2026, 5, 29), date(2026, 5, 30), date(2026, 6, 20))
    ]
    assert ends == [date(2026, 5, day) for day in (29, 30, 31)]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("night", "newest", "ended"),
    [
        (30, LAST, True),
        (29, date(2026, 11, 29), False),  # the night of the 30th is still to come
        (26, date(2026, 12, 1), True),
        (25, date(2026, 12, 1), False),  # it is too old to stand for the 30th
        (3, date(2026, 11, 3), False),
    ],
)
def test_a_month_is_complete_where_its_last_night_stands_for_its_last_day(
    night: int, newest: date, *, ended: bool
) -> None:
    assert report_month.has_ended(FIRST, date(2026, 11, night), newest, 4) is ended


@pytest.mark.unit
def test_a_month_that_was_corrected_says_so() -> None:
    month = report_month.ReportMonth(FIRST, date(2026, 11, 27), LAST, True, None, corrected=(
        report_month.corrected_words(["1 December 2026"], is_correction=False)
    ))  # fmt: skip
    unit: Any = None
    assert MonthReport(unit, unit, month, {}).notes == [
        "The last data for November 2026 is from 27 November 2026.",
        "What happened is counted to 30 November 2026.",
        "This data was corrected on 1 December 2026. The figures here are those from before.",
    ]
    assert report_month.corrected_words([], is_correction=False) == ""


@pytest.mark.unit
@pytest.mark.parametrize("fault", ["NotThere", "TotalsOnly", "ToCome"])
def test_a_month_whose_folder_is_gone_is_said_by_the_command(
    monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    def gone(wanted: Any) -> Any:
        more = (None, None, 4) if fault == "NotThere" else (FIRST,)
        raise getattr(past_nights, fault)(wanted, *more)

    monkeypatch.setattr(past_nights, "state_of", gone)
    past: Any = OfDays(date(2026, 10, 30))
    now: Any = type("Now", (), {"day": LAST})
    with (
        pytest.raises(Failure, match="2026-10-30 are not in the folder"),
        pack_command._state_of(date(2026, 10, 1), past, now),
    ):
        pass


@pytest.mark.unit
def test_months_are_read_as_addresses_have_them() -> None:
    assert report_month.read("2026-11") == FIRST
    wrong = ("", "2026-13", "2026-00", "11-2026", "2026-1", "0000-01", "9999-12", "2026-11-30", "٢٠٢٦-11")
    assert [report_month.read(text) for text in wrong] == [None] * len(wrong)
    assert [report_month.last_of(date(year, 2, 1)).day for year in (2026, 2028)] == [28, 29]
    assert report_month.before(date(2026, 1, 1)) == date(2025, 12, 1)
    assert report_month.key_of(FIRST) == "2026-11"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("until", "has_ended", "said"),
    [
        (LAST, True, ""),
        (date(2026, 11, 27), True, "The last data for November 2026 is from 27 November 2026."),
        (
            date(2026, 11, 27),
            False,
            "This report of November 2026 is not complete: it has what was known on 27 November 2026.",
        ),
    ],
)
def test_a_report_says_until_when_it_goes(until: date, has_ended: bool, said: str) -> None:
    assert report_month.standing_words(report_month.ReportMonth(FIRST, until, until, has_ended, None)) == said


class OfDays:
    """A history by its days, of which all but an archive's have nights."""

    def __init__(self, *days: date, archived: tuple[date, ...] = ()) -> None:
        self.days, self._archived = sorted(days), archived

    def standing(self, day: date) -> Any:
        return (
            type("Stood", (), {"night": "" if day in self._archived else f"{day}"})
            if day in self.days
            else None
        )


@pytest.mark.unit
def test_the_month_that_is_meant_is_the_last_one_that_ended() -> None:
    past: Any = OfDays(
        date(2026, 10, 30), date(2026, 10, 31), date(2026, 11, 20), archived=(date(2026, 10, 31),)
    )
    assert report_month.usual(past, date(2026, 11, 20)) == date(2026, 10, 1)
    assert report_month.usual(past, date(2026, 10, 31)) == date(2026, 10, 1)  # September has none
    assert report_month.night_in(past, date(2026, 10, 1)) == date(2026, 10, 30)  # of the 31st only totals
    assert report_month.night_in(past, date(2026, 9, 1)) is None
    assert report_month.none_words(past, date(2026, 9, 1)) == (
        "There is no data for September 2026. There is data for months from October 2026 to November 2026."
    )


@pytest.mark.one_database
@pytest.mark.parametrize("level", ["nation", "region", "pdu", "team"])
def test_the_page_has_the_figures_of_the_unit_and_names_nobody(
    nation: Any, signed_in: SignIn, level: str
) -> None:
    unit = nation.unit(level)
    page = signed_in().get(unit_url(level, unit.code, "month")).text
    assert f"{unit.name}: November 2026" in page
    assert "This report of November 2026 is not complete: it has what was known on 20 November 2026." in page
    assert shown_capacity(unit.points_x100, unit.available_x100) in page
    assert "No allocation had been recorded in this tool by 20 November 2026." in page
    posts = Unit.objects.filter(load=nation.load, level="post").values_list("name", "staff_code")
    names = {text for post in posts for text in post if len(text) > 5}
    assert not {name for name in names if name in page}


@pytest.mark.one_database
def test_a_month_without_data_says_which_have_some(nation: Any, signed_in: SignIn) -> None:
    url = unit_url("team", nation.unit("team").code, "month")
    client = signed_in()
    assert (
        "There is no data for March 2025. There is data for months from November 2026"
        in client.get(f"{url}?month=2025-03").text
    )
    assert "Choose a month from the list." in client.get(f"{url}?month=soon").text
    assert client.get(unit_url("post", nation.unit("post").code, "month")).status_code == 404


@pytest.mark.one_database
def test_the_spread_and_the_counts_are_those_of_the_posts(
    nation: Any, program: Callable[..., Program]
) -> None:
    team = nation.unit("team")
    case: dict[str, Any] = {
        "ref": "A1", "tier_scheme": nation.load.tier_scheme, "reason": "other", "change": 1, "who": "x",
        "kind_no": 1, "points_x100": 100, "first_day": date(2026, 11, 3), "is_open": False,
    }  # fmt: skip
    ways = [("T0:", True, "given"), (f"{team.code}:1", False, "given"), ("T0:1", False, "undone")]
    for number, (start, waited, state) in enumerate(ways):
        CaseAllocation.objects.create(
            key=f"m{number}",
            from_post=start,
            to_post=f"{team.code}:2",
            was_waiting=waited,
            state=state,
            **case,
        )
    CaseAllocation.objects.create(
        key="m9", from_post="T0:1", to_post=f"{team.code}:2", was_waiting=False,
        **case | {"first_day": date(2026, 10, 31)},
    )  # fmt: skip
    told = program("practitioner").get(f"units/team/{team.code}/month-report")
    found = {table["name"]: table for table in told["tables"]}
    assert (told["month"], told["until"], told["complete"], told["before"]) == (
        "2026-11", "2026-11-20", False, None,
    )  # fmt: skip
    moved = [row["values"]["number"]["value"] for row in found["moves"]["rows"]]
    assert moved == [1, 1, 0, 0, 1, 0]
    posts = Unit.objects.filter(load=nation.load, level="post", team_code=team.code, stream=team.stream)
    with_time = [post for post in posts if post.available_x100]
    spread = [row["values"]["now"]["value"] for row in found["spread"]["rows"]]
    over = [post for post in with_time if post.points_x100 * 100 > post.available_x100 * 110]
    assert (sum(spread), spread[-1], sum(spread[4:7])) == (len(posts), len(posts) - len(with_time), len(over))
    figures = found["streams"]["rows"][0]["values"]
    assert figures["points"]["value"] == float(decimal(team.points_x100) or 0)
    assert figures["capacity_before"]["text"] == "no data"
    assert found["causes"]["note"].startswith("There is no data for 31 October 2026")


@pytest.mark.one_database
def test_the_workbook_has_a_sheet_for_every_table(nation: Any, signed_in: SignIn) -> None:
    unit = nation.unit("pdu")
    answer = signed_in().get(unit_url("pdu", unit.code, "month") + "month.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(body(answer)))
    assert [name.lower() for name in book.sheetnames[1:]] == [
        "notes", "streams", "spread", "causes", "duties", "moves", "plans", "agreements", "records",
    ]  # fmt: skip
    assert isinstance(book.worksheets[0]["B1"].value, str | datetime)


def tables_of(unit: Unit) -> dict[str, Any]:
    """The tables of the report of a unit as it is shown now."""
    state, past = current_state(), history_of(unit)
    month = report_month.month_of(state, past)
    assert month is not None
    return report_of(state, unit, month, past).tables


@pytest.mark.one_database
def test_actions_of_the_month_are_counted_and_nobody_is_named(scene: Scene) -> None:
    team = Unit.objects.get(load_id=scene.state.load_id, level="team", whole=True, code=scene.duty.team_code)
    rows = tables_of(team)["duties"].rows
    counts = {row.values["what"].text: row.values["number"].raw for row in rows}
    assert {what: number for what, number in counts.items() if number} == {"Opened, or opened again": 1}
    assert scene.duty.name not in scene.manager.get(unit_url("team", team.code, "month")).text


@pytest.mark.one_database
def test_states_of_agreements_are_on_it(nation: Any) -> None:
    team = nation.unit("team", available_x100__gt=0, points_x100__gt=0)
    wanted = agreements.AgreementRequest(
        level="team", code=team.code, first_day=current_state().day, mode="shadow", pack="north-yorkshire",
        levels="team.red = 1\nteam.double red = 2",
    )  # fmt: skip
    agreements.switch_on(actor=None, who="Ann", wanted=wanted)
    (row,) = tables_of(team)["agreements"].rows
    assert row.values["agreement"].text.endswith("(in shadow)")
    assert row.values["state"].text == "double red"


@pytest.mark.one_database
def test_the_command_has_the_tables_of_the_page_and_refuses_what_it_cannot(
    nation: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(pack_command, "site", nullcontext)
    unit = nation.unit("pdu")
    pack_command.pack(unit.code, month="2026-11", json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["level"], told["month"], told["complete"]) == ("pdu", "2026-11", False)
    assert told["streams"]["rows"][0]["points"] == float(decimal(unit.points_x100) or 0)
    assert [row["number"] for row in told["moves"]["rows"]] == []
    pack_command.pack(unit.code, month="2026-11", out_folder=tmp_path)
    (path,) = tmp_path.iterdir()
    assert path.name == f"wmt-monthly-report-pdu-{unit.code}-2026-11.xlsx"
    for code, month, words in (
        (unit.code, "2026-12", "There is no data for December 2026"),
        (unit.code, "soon", "write a month as 2026-11"),
        ("NOBODY", "2026-11", "there is no such team, PDU or region"),
    ):
        with pytest.raises(RefusedInput, match=words):
            pack_command.pack(code, month=month)
