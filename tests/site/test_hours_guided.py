"""Guided forms: hours for mentoring, the stages of a trainee, the change from one stage to the next."""

# ruff: noqa: F401, F811 - fixtures come by import
import shutil
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hours_fixtures import TODAY, Room, day, faults, figures, hidden, room, words

from wmt import rules
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Reason, Reduction
from wmt.site.changes import actions
from wmt.site.web.availability import guided_mentoring

pytestmark = pytest.mark.one_database

MICRO = 1_000_000
#: A reason and a stage more, as one would add them to the rules.
ADDED = """
- group: reduction_reasons
  source: a test
  status: default
  from: 2017-05-01
  fields:
    name: {unit: text, description: 'Name of {row}.'}
    short_name: {unit: text, description: 'Short name of {row}.'}
    category: {unit: text, description: 'Category of {row}.'}
    allowance_percent: {unit: percent of a whole, description: 'Share of {row}.'}
  rows:
    27: {name: The last months, short_name: PQiP - last months, category: Work, allowance_percent: 30}
- group: pqip_stage_longest_months
  description: Most months of {row}.
  unit: months
  source: a test
  status: default
  from: 2017-05-01
  rows:
    27: 9
"""
START = date(2026, 9, 1)


def address(room: Room, name: str) -> str:
    return f"/post/{room.post.code}/{name}/"


def mentor(room: Room, do: str = "save", **typed: str) -> Any:
    plain = {"do": do, "trainees": "2", "each": "1.5", **day("first_day", TODAY)}
    return room.client.post(address(room, "mentoring"), {**plain, **typed})


def stages(room: Room) -> list[tuple[str, date, date | None]]:
    return [(cut.reason, cut.first_day, cut.last_day) for cut in room.plan.reductions]


def pqip(room: Room, do: str = "save", **typed: str) -> Any:
    return room.client.post(address(room, "pqip"), {"do": do, **day("first_day", START), **typed})


def test_mentoring_takes_off_so_much_for_each_trainee(room: Room) -> None:
    assert mentor(room).status_code == 302
    [cut] = room.plan.reductions
    assert (cut.reason, cut.hours_micro) == ("mentoring", 3 * MICRO)
    assert cut.notes == "Mentors 2 trainees, 1.5 hours each."
    assert room.again(room.post).reduction_hours_micro == 3 * MICRO


def test_mentoring_has_the_hours_of_the_rules_to_begin_with(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "The rules do not give a number." in words(room.client.get(address(room, "mentoring")))
    monkeypatch.setattr(guided_mentoring, "default_micro", lambda _: 2_250_000)
    answer = room.client.get(address(room, "mentoring"))
    assert "The rules suggest 2.25 hours. You can change this." in words(answer)
    assert (
        'name="each" type="text" inputmode="decimal" autocomplete="off" spellcheck="false" value="2.25"'
        in (answer.content.decode())
    )


def test_a_reason_that_says_mentoring_is_taken_where_that_of_the_rules_is_retired(room: Room) -> None:
    for reason, name, is_in_use in (("mentoring", "Mentoring", False), ("mentor", "Mentors here", True)):
        Reason.objects.create(
            key=reason, change=1, who="the tests", reason=reason, first_day=date(2026, 1, 1), category="Work",
            name=name, short_name=name, enabled=is_in_use,
        )  # fmt: skip
    assert "the reason ‘Mentors here’" in words(room.client.get(address(room, "mentoring")))
    mentor(room)
    assert room.plan.reductions[0].reason == "mentor"


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"trainees": "0"}, "trainees", "Enter 1 trainee or more"),
        ({"trainees": "two"}, "trainees", "The number of trainees must be a whole number, like 2"),
        ({"each": ""}, "each", "Enter the hours for each trainee"),
        (day("first_day", None), "first_day", "Enter the first day"),
    ],
)
def test_faults_of_mentoring(room: Room, typed: dict[str, str], field: str, message: str) -> None:
    assert faults(mentor(room, **typed).content.decode()) == {field: message}


@pytest.mark.both_databases
def test_the_stages_follow_each_other_and_are_one_change(room: Room) -> None:
    shown = pqip(room, "effect")
    page = shown.content.decode()
    assert (
        'id="end_12" name="end_12" type="text" autocomplete="off" spellcheck="false" value="28 February 2027"'
        in page
    )
    assert (
        "PQiP - 1st 6 months: 80% of the contracted hours, from 1 September 2026 to 28 February 2027"
        in words(shown)
    )
    assert stages(room) == []
    count = AuditEvent.objects.filter(kind="reduction").count()
    assert pqip(room).status_code == 302
    assert stages(room) == [
        ("12", START, date(2027, 2, 28)),
        ("13", date(2027, 3, 1), date(2027, 8, 31)),
        ("14", date(2027, 9, 1), date(2028, 2, 29)),
    ]
    assert [cut.percent_x100 for cut in room.plan.reductions] == [8_000, 6_000, 4_000]
    assert AuditEvent.objects.filter(kind="reduction").count() == count + 1
    assert Reduction.objects.filter(staff_code=room.post.staff_code).values("change").distinct().count() == 1


def test_the_effect_of_stages_is_told_for_each_day_they_change(room: Room) -> None:
    told = words(pqip(room, "effect"))
    for words_of_day in ("Today, 20 November 2026", "From 1 March 2027", "From 1 September 2027"):
        assert words_of_day in told


def test_dates_of_stages_can_be_changed_and_the_newly_qualified_follow(room: Room) -> None:
    typed = day("end_12", date(2027, 1, 31)) | {"qualified": "on"}
    assert pqip(room, **typed).status_code == 302
    found = stages(room)
    assert [reason for reason, _, _ in found] == ["12", "13", "14", "15"]
    assert found[0][2] == date(2027, 1, 31)
    for (_, _, last), (_, first, _) in pairwise(found):
        assert last is not None
        assert first - last == timedelta(1)
    assert found[2][2] == date(2028, 2, 29), "the route is as long as it was"
    assert found[-1][2] == date(2028, 11, 30)


@pytest.mark.parametrize(
    ("months", "last"), [("15", date(2027, 11, 30)), ("18", date(2028, 2, 29)), ("21", date(2028, 5, 31))]
)
def test_routes_of_15_to_21_months_end_with_their_third_stage(room: Room, months: str, last: date) -> None:
    assert "values from before July 2022" in words(room.client.get(address(room, "pqip")))
    assert pqip(room, months=months).status_code == 302
    assert stages(room) == [
        ("12", START, date(2027, 2, 28)),
        ("13", date(2027, 3, 1), date(2027, 8, 31)),
        ("14", date(2027, 9, 1), last),
    ]


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"months": "22"}, "months", "The route must be from 15 to 21 months"),
        ({"months": "a year"}, "months", "The months of the route must be a whole number, like 18"),
        (day("first_day", None), "first_day", "Enter the first day of the route"),
        (
            day("end_12", date(2026, 8, 1)),
            "end_12",
            "This must be after the stage before it, 1 September 2026 or later",
        ),
        (
            day("end_13", date(2028, 1, 1)),
            "end_13",
            "PQiP - 6 to 12 months lasts up to 9 months: from 1 March 2027 to 30 November 2027 at most",
        ),
        (
            {"end_14": "31"},
            "end_14",
            "The last day of the third stage must be a real date, like 27/3/2026 or 27 March 2026",
        ),
    ],
)
def test_faults_of_stages_stand_at_their_days(
    room: Room, typed: dict[str, str], field: str, message: str
) -> None:
    answer = pqip(room, **typed)
    assert answer.status_code == 422
    assert faults(answer.content.decode()) == {field: message}
    assert stages(room) == []


# ---- from one stage to the next ----------------------------------------------------------------------------


def test_a_reason_and_a_stage_of_the_route_are_added_in_the_rules_alone(
    room: Room, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another last stage: the form has its field, the route its reduction, the next stage its name."""
    folder = tmp_path / "rules"
    shutil.copytree(Path(rules.__file__).parent / "hmpps", folder)
    file = folder / "reduction-reasons.yaml"
    file.write_text(file.read_text(encoding="utf-8") + ADDED, encoding="utf-8")
    more = rules.load(folder)
    monkeypatch.setattr(rules, "load", lambda: more)
    page = words(room.client.get(address(room, "pqip")))
    assert "Last day of PQiP - last months" in page
    assert "The fourth stage ends when the route ends" in page
    assert pqip(room).status_code == 302
    assert [reason for reason, _, _ in stages(room)] == ["12", "13", "14", "27"]
    assert "PQiP - last months to NQO, not entered yet" in words(room.client.get(address(room, "pqip/stage")))


def test_a_second_route_for_the_same_days_is_refused_with_what_is_there(room: Room) -> None:
    pqip(room)
    before = stages(room)
    assert words(room.client.get(address(room, "pqip"))).count("PQiP - 6 to 12 months from 1 March 2027") == 1
    for do in ("effect", "save"):
        # the last day of the first route, which ends on 29 February 2028
        answer = pqip(room, do, **day("first_day", date(2028, 2, 29)))
        assert answer.status_code == 422
        said = faults(answer.content.decode())["first_day"]
        assert "PQiP - 12 to 18 months from 1 September 2027 to 29 February 2028. Change or delete" in said
    assert stages(room) == before
    assert pqip(room, **day("first_day", date(2028, 3, 1))).status_code == 302
    assert len(stages(room)) == 2 * len(before)


def test_the_day_between_two_stages_moves_both_and_leaves_no_gap(room: Room) -> None:
    pqip(room)
    answer = room.client.get(address(room, "pqip/stage"))
    page = answer.content.decode()
    assert "PQiP - 1st 6 months to PQiP - 6 to 12 months, now on 1 March 2027" in words(answer)
    key = room.plan.reductions[0].key
    typed = {
        "stage": key,
        "version": hidden(page, "version"),
        "why": "Passed early",
        **day("day", date(2027, 2, 1)),
    }
    shown = room.client.post(address(room, "pqip/stage"), {"do": "effect", **typed})
    assert "From 1 February 2027" in words(shown)
    assert room.client.post(address(room, "pqip/stage"), {"do": "save", **typed}).status_code == 302
    assert stages(room) == [
        ("12", START, date(2027, 1, 31)),
        ("13", date(2027, 2, 1), date(2027, 7, 31)),
        ("14", date(2027, 8, 1), date(2028, 1, 29)),
    ]
    assert [cut.version for cut in room.plan.reductions] == [2, 2, 2]


def test_a_stage_cannot_last_longer_than_its_reason_allows(room: Room) -> None:
    pqip(room)
    page = room.client.get(address(room, "pqip/stage")).content.decode()
    typed = {"stage": room.plan.reductions[0].key, "version": hidden(page, "version"), "why": "Ill",
             **day("day", date(2027, 7, 1))}  # fmt: skip
    answer = room.client.post(address(room, "pqip/stage"), {"do": "save", **typed})
    assert answer.status_code == 422
    [(field, message)] = faults(answer.content.decode()).items()
    assert field == "day"
    assert message.startswith(
        "PQiP - 1st 6 months lasts up to 9 months: from 1 September 2026 to 31 May 2027"
    )
    assert stages(room)[0][2] == date(2027, 2, 28)


def test_the_next_stage_is_entered_where_it_is_not_there(room: Room) -> None:
    post = room.post.team_code, room.post.staff_code
    first = Change(kind="reduction", post=post, reason="12", first_day=date(2026, 8, 1))
    actions.save(actor=None, who="the tests", changes=[first])
    page = room.client.get(address(room, "pqip/stage"))
    assert "PQiP - 1st 6 months to PQiP - 6 to 12 months, not entered yet" in words(page)
    typed = {
        "do": "save",
        "stage": room.plan.reductions[0].key,
        "why": "Next",
        "version": hidden(page.content.decode(), "version"),
        **day("day", date(2027, 1, 15)),
    }
    assert room.client.post(address(room, "pqip/stage"), typed).status_code == 302
    assert stages(room) == [
        ("12", date(2026, 8, 1), date(2027, 1, 14)),
        ("13", date(2027, 1, 15), date(2027, 7, 14)),
    ]


def test_a_stage_somebody_else_changed_is_told_of_first(room: Room) -> None:
    pqip(room)
    page = room.client.get(address(room, "pqip/stage")).content.decode()
    first = room.plan.reductions[0]
    post = room.post.team_code, room.post.staff_code
    quicker = Change(
        kind="reduction", post=post, key=first.key, reason="12", first_day=START, last_day=date(2027, 2, 20)
    )
    actions.save(actor=None, who="Bob Colleague", changes=[quicker])
    typed = {"do": "save", "stage": first.key, "version": hidden(page, "version"), "why": "Passed early",
             **day("day", date(2027, 2, 1))}  # fmt: skip
    answer = room.client.post(address(room, "pqip/stage"), typed)
    assert answer.status_code == 409
    assert "Bob Colleague changed this record" in words(answer)
    again = {**typed, "version": hidden(answer.content.decode(), "version")}
    assert room.client.post(address(room, "pqip/stage"), again).status_code == 302
    assert stages(room)[0][2] == date(2027, 1, 31)


def test_without_stages_there_is_none_to_change(room: Room) -> None:
    assert "Enter the stages of PQiP first" in words(room.client.get(address(room, "pqip/stage")))
    typed = {"do": "save", "stage": "x", "why": "Next", **day("day", TODAY)}
    answer = room.client.post(address(room, "pqip/stage"), typed)
    assert answer.status_code == 422
    assert "Choose which change of stage" in words(answer)


def test_days_missed_between_stages_are_warned_of(room: Room) -> None:
    pqip(room)
    cut = room.plan.reductions[1]
    form = f"/post/{room.post.code}/reductions/{cut.key}/change/"
    typed = {"do": "save", "version": "1", "reason": "13", "amount": "60", "unit": "percent", "why": "Later",
             **day("first_day", date(2027, 3, 8)), **day("last_day", date(2027, 8, 31))}  # fmt: skip
    said = "From 1 March 2027 to 7 March 2027 no stage counts"
    assert said in words(room.client.post(form, {**typed, "do": "effect"}))
    assert room.client.post(form, typed).status_code == 302
    assert said in words(room.client.get(room.href))


# ---- the grade ---------------------------------------------------------------------------------------------


def test_a_grade_is_corrected_and_the_correction_ends(room: Room) -> None:
    typed = {"do": "save", "grade": "SPO", "why": "Promoted", **day("first_day", TODAY)}
    shown = room.client.post(address(room, "grade/new"), {**typed, "do": "effect"})
    moved = figures(shown.content.decode())[room.post.name]["Available points"]
    assert room.client.post(address(room, "grade/new"), typed).status_code == 302
    post = room.again(room.post)
    assert (post.grade, room.post.grade) == ("SPO", "PO")
    assert moved[0] != moved[1]
    told = words(room.client.get(room.href))
    assert "SPO from 20 November 2026, corrected by Ann Manager. The extract says PO." in told
    [entry] = room.plan.grades
    end = {
        "do": "save",
        "version": "1",
        "why": "The extract agrees",
        **day("last_day", date(2026, 11, 30)),
    }
    answer = room.client.post(address(room, f"grade/{entry.key}/end"), end)
    assert answer.status_code == 302
    assert "SPO from 20 November 2026 to 30 November 2026" in words(room.client.get(room.href))
    gone = {"do": "save", "version": "2", "why": "A slip"}
    assert room.client.post(address(room, f"grade/{entry.key}/withdraw"), gone).status_code == 302
    assert room.again(room.post).grade == "PO"


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"grade": ""}, "grade", "Choose a grade"),
        ({"grade": "XX"}, "grade", "Choose a grade"),
        (day("first_day", None), "first_day", "Enter the first day"),
    ],
)
def test_faults_of_a_grade(room: Room, typed: dict[str, str], field: str, message: str) -> None:
    plain = {"do": "save", "grade": "PSO", "why": "So", **day("first_day", TODAY)}
    answer = room.client.post(address(room, "grade/new"), {**plain, **typed})
    assert faults(answer.content.decode()) == {field: message}
