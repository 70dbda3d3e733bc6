"""Forms about hours and reductions: the effect first, then saved; faults and conflicts lose no word."""

# ruff: noqa: F401, F811 - fixtures come by import
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from hours_fixtures import TODAY, Room, day, faults, figures, hidden, room, somebody, state, words

from wmt.ledger import shown_capacity
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Hours, Reduction
from wmt.site.availability.records import ReductionRecord
from wmt.site.changes import actions
from wmt.site.workload.models import Unit

MICRO = 1_000_000
HALF = {"hours": "18.5", "why": "Asked for half time"}


def capacity(unit: Unit) -> str:
    return shown_capacity(unit.points_x100, unit.available_x100)


def hours(room: Room, do: str, **typed: str) -> Any:
    return room.client.post(f"{room.href}new/", {"do": do, **HALF, **day("first_day", TODAY), **typed})


def reduction(room: Room, do: str, **typed: Any) -> Any:
    plain = {"reason": "22", "amount": "5", "unit": "hours", **day("first_day", TODAY)}
    return room.client.post(f"/post/{room.post.code}/reductions/new/", {"do": do, **plain, **typed})


def test_the_effect_is_what_is_then_committed(room: Room) -> None:
    before = capacity(room.post), capacity(room.again_in_stream())
    answer = hours(room, "effect")
    shown = figures(answer.content.decode())
    assert answer.status_code == 200
    assert not Hours.objects.filter(team_code=room.post.team_code, staff_code=room.post.staff_code).exists()
    assert capacity(room.again(room.post)) == before[0], "the effect saved something"
    saved = hours(room, "save")
    assert (saved.status_code, saved["Location"]) == (302, room.href)
    post, team = room.again(room.post), room.again(room.team)
    team = room.again_in_stream()
    assert shown[room.post.name]["Capacity"] == (before[0], capacity(post))
    assert shown[f"Team {room.team.name}"]["Capacity"] == (before[1], capacity(team))
    assert shown[room.post.name]["Contracted hours a week"] == ("37", "18.5")
    assert capacity(post) != before[0]
    told = words(room.client.get(room.href))
    assert f"Saved. The capacity of {room.post.name} is now {capacity(post)} (was {before[0]})" in told
    assert f"capacity of the team {room.team.name} is now {capacity(team)} (was {before[1]})" in told


def test_hours_dated_ahead_are_told_of_and_move_nothing_today(room: Room) -> None:
    ahead = day("first_day", date(2027, 2, 1))
    assert "From 1 February 2027" in words(hours(room, "effect", **ahead))
    before = capacity(room.post)
    hours(room, "save", **ahead)
    assert capacity(room.again(room.post)) == before
    told = words(room.client.get(room.href))
    assert f"From 1 February 2027 the capacity of {room.post.name} is" in told
    assert f"(was {before})" in told


def test_htmx_gets_the_effect_alone(room: Room) -> None:
    address = f"{room.href}new/"
    typed = {**HALF, **day("first_day", TODAY)}
    answer = room.client.post(address, typed, headers={"HX-Request": "true"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in page
    assert figures(page)[room.post.name]["Contracted hours a week"] == ("37", "18.5")
    unfinished = room.client.post(address, {"hours": "18"}, headers={"HX-Request": "true"})
    assert "Enter the first day" in words(unfinished)
    assert room.plan.hours == ()


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"hours": ""}, "hours", "Enter the contracted hours a week"),
        ({"hours": "a few"}, "hours", "Contracted hours must be a number from 0, like 30 or 22.5"),
        ({"hours": "48.5"}, "hours", "Contracted hours must be from 0 to 48 hours, not 48.5 hours"),
        ({"hours": "30.001"}, "hours", "Contracted hours have at most two decimals"),
        ({"why": " "}, "why", "Enter why, for the history"),
        ({"why": "x" * 1001}, "why", "Why can have 1,000 characters at most"),
        (day("first_day", None), "first_day", "Enter the first day"),
        (
            {"first_day": "20/13/2026"},
            "first_day",
            "The first day must be a real date, like 27/3/2026 or 27 March 2026",
        ),
        ({"first_day": "20 11 1899"}, "first_day", "The first day must be between 1900 and 2098"),
    ],
)
def test_faults_of_hours_stand_at_their_fields(
    room: Room, typed: dict[str, str], field: str, message: str
) -> None:
    answer = hours(room, "save", **typed)
    assert answer.status_code == 422
    assert faults(answer.content.decode()) == {field: message}
    assert room.plan.hours == ()


@pytest.mark.parametrize(
    ("typed", "field", "message"),
    [
        ({"reason": ""}, "reason", "Choose a reason"),
        ({"reason": "no such"}, "reason", "There is no reason 'no such'"),
        ({"amount": ""}, "amount", "Enter hours or a percentage of the contracted hours"),
        ({"amount": "x"}, "amount", "The hours must be a number from 0, like 30 or 22.5"),
        ({"amount": "101", "unit": "percent"}, "amount", "The percentage must be from 0 to 100"),
        ({"unit": ""}, "unit", "Choose hours or a percentage"),
        ({"notes": "x" * 4001}, "notes", "Notes can have 4,000 characters at most"),
        (
            {"reason": "26"},
            "amount",
            "SPOC lead allows at most 5% of the contracted hours: 1.85 hours",
        ),
        (
            {"reason": "5"},
            "amount",
            "Maternity Leave takes off 100% of the contracted hours: 37 hours",
        ),
        (
            day("last_day", date(2026, 11, 19)),
            "last_day",
            "The last day, 19 November 2026, is before the first, 20 November 2026. Both days count.",
        ),
        (
            {"reason": "5", "amount": "", **day("last_day", date(2027, 5, 20))},
            "last_day",
            "Maternity Leave lasts up to 6 months: from 20 November 2026 to 19 May 2027 at most",
        ),
    ],
)
def test_faults_of_reductions_stand_at_their_fields(
    room: Room, typed: dict[str, str], field: str, message: str
) -> None:
    answer = reduction(room, "save", **typed)
    assert answer.status_code == 422
    assert faults(answer.content.decode()) == {field: message}
    assert room.plan.reductions == ()


def test_more_than_full_time_is_allowed_and_said(room: Room) -> None:
    said = "40 hours is more than a full-time week of 37 hours"
    assert said in words(hours(room, "effect", hours="40"))
    hours(room, "save", hours="40")
    assert said in words(room.client.get(room.href))
    assert room.again(room.post).contracted_hours_micro == 40 * MICRO


def test_no_hours_at_all_are_allowed(room: Room) -> None:
    hours(room, "save", hours="0")
    assert room.again(room.post).available_x100 == 0
    assert f"{room.post.name} has no available hours" in words(room.client.get(room.href))


def test_a_reason_with_a_share_of_its_own_fills_in_amount_and_end(room: Room) -> None:
    answer = reduction(room, "effect", reason="5", amount="")
    assert "Maternity Leave: 100% of the contracted hours, from 20 November 2026 to 19 May 2027" in words(
        answer
    )
    reduction(room, "save", reason="5", amount="")
    [cut] = room.plan.reductions
    assert (cut.percent_x100, cut.hours_micro, cut.last_day) == (10_000, None, date(2027, 5, 19))


@pytest.mark.parametrize(
    ("amount", "unit", "said"),
    [
        ("7.4", "hours", "7.4 hours from 20 November 2026 until ended (20% of 37 hours)"),
        ("7", "hours", "(about 18.91% of 37 hours)"),
        (
            "20",
            "percent",
            "20% of the contracted hours, from 20 November 2026 until ended (7.4 hours of 37 hours)",
        ),
    ],
)
def test_the_other_unit_is_worked_out_without_scripts(room: Room, amount: str, unit: str, said: str) -> None:
    assert said in words(reduction(room, "effect", amount=amount, unit=unit))


def test_an_absence_takes_the_hours_that_are_left_and_it_is_said(room: Room) -> None:
    """Rule 6: 100% sickness beside the 20% of a newly qualified officer is cut at the contract."""
    reduction(room, "save", reason="15", amount="20", unit="percent")
    shown = words(
        reduction(room, "effect", reason="2", amount="100", unit="percent", **day("first_day", LATER))
    )
    said = (
        "From 1 December 2026 these reductions add up to 44.4 hours a week, more than the 37 hours contracted"
    )
    for told in (said, "takes 7.4 hours", "takes 29.6 hours instead of 37 hours, cut by 7.4 hours"):
        assert told in shown
    assert (
        reduction(
            room, "save", reason="2", amount="100", unit="percent", **day("first_day", LATER)
        ).status_code
        == 302
    )
    assert said in words(room.client.get(room.href))
    assert len(room.plan.reductions) == 2


def test_one_reduction_above_the_contract_is_refused(room: Room) -> None:
    answer = reduction(room, "save", reason="24", amount="40", notes="typed with care")
    assert answer.status_code == 422
    said = "40 hours is more than the 37 hours contracted on 20 November 2026. Enter 37 hours or less"
    assert faults(answer.content.decode()) == {"amount": said}
    assert "typed with care" in answer.content.decode()
    assert room.plan.reductions == ()


def test_looking_at_the_effect_asks_for_no_reason_why(room: Room) -> None:
    assert hours(room, "effect", why="").status_code == 200
    assert faults(hours(room, "save", why="").content.decode()) == {"why": "Enter why, for the history"}


# ---- records that are there --------------------------------------------------------------------------------


LATER = date(2026, 12, 1)


def entered(room: Room, **more: Any) -> ReductionRecord:
    """A reduction that somebody entered."""
    typed = {"reason": "22", "hours_micro": 5 * MICRO, "first_day": TODAY, "notes": "Tuesdays", **more}
    post = room.post.team_code, room.post.staff_code
    actions.save(actor=None, who="Bob Colleague", changes=[Change(kind="reduction", post=post, **typed)])
    return room.plan.reductions[-1]


def changed(
    room: Room, cut: ReductionRecord, *, withdraw: bool = False, why: str = "Bob's own reason"
) -> None:
    """Somebody else is quicker."""
    post = room.post.team_code, room.post.staff_code
    change = Change(
        kind="reduction", post=post, key=cut.key, withdraw=withdraw, reason="22", hours_micro=9 * MICRO,
        first_day=TODAY,
    )  # fmt: skip
    actions.save(actor=None, who="Bob Colleague", changes=[change], why=why)


def form_of(page: str, **typed: str) -> dict[str, str]:
    """What a browser sends of the form of a reduction that is there."""
    plain = {"reason": "22", "amount": "8", "unit": "hours", "notes": "Mondays too", "why": "More of it"}
    found = {"version": hidden(page, "version"), "anew": hidden(page, "anew")}
    return {"do": "save", **plain, **day("first_day", TODAY), **found, **typed}


def test_a_reduction_is_changed_and_its_former_version_stays(room: Room) -> None:
    cut = entered(room)
    address = f"/post/{room.post.code}/reductions/{cut.key}/change/"
    page = room.client.get(address).content.decode()
    assert 'value="5"' in page
    assert "Tuesdays" in page
    answer = room.client.post(address, form_of(page))
    assert answer.status_code == 302
    [now] = room.plan.reductions
    assert (now.key, now.version, now.hours_micro, now.notes) == (cut.key, 2, 8 * MICRO, "Mondays too")
    assert Reduction.objects.filter(key=cut.key).count() == 2


def test_two_who_edit_one_record_never_overwrite_unawares(room: Room) -> None:
    cut = entered(room)
    address = f"/post/{room.post.code}/reductions/{cut.key}/change/"
    page = room.client.get(address).content.decode()
    changed(room, cut)
    answer = room.client.post(address, form_of(page))
    told, page = words(answer), answer.content.decode()
    assert answer.status_code == 409
    assert "Bob Colleague changed this record" in told
    assert "It now says: Court Duty: 9 hours from 20 November 2026 until ended" in told
    assert "Bob's own reason" in told
    assert "Mondays too" in page
    assert 'value="8"' in page
    assert room.plan.reductions[0].hours_micro == 9 * MICRO
    assert room.client.post(address, form_of(page)).status_code == 302
    [now] = room.plan.reductions
    assert (now.hours_micro, now.version) == (8 * MICRO, 3)


def test_a_record_withdrawn_meanwhile_can_be_entered_anew(room: Room) -> None:
    cut = entered(room)
    address = f"/post/{room.post.code}/reductions/{cut.key}/change/"
    page = room.client.get(address).content.decode()
    changed(room, cut, withdraw=True)
    answer = room.client.post(address, form_of(page))
    assert answer.status_code == 409
    assert "Bob Colleague deleted this record" in words(answer)
    assert room.client.post(address, form_of(answer.content.decode())).status_code == 302
    [now] = room.plan.reductions
    assert now.key != cut.key
    assert (now.hours_micro, now.version) == (8 * MICRO, 1)
    assert "deleted this record" in words(room.client.get(address))


@pytest.mark.parametrize("version", ["", "0", "x", "-1", "7"])
def test_a_version_that_was_not_looked_at_never_fits(room: Room, version: str) -> None:
    cut = entered(room)
    address = f"/post/{room.post.code}/reductions/{cut.key}/change/"
    assert room.client.post(address, form_of("", version=version)).status_code == 409
    assert room.plan.reductions[0].hours_micro == 5 * MICRO


def test_withdrawing_asks_first_and_keeps_the_record(room: Room) -> None:
    cut = entered(room)
    before = capacity(room.again(room.post))
    address = f"/post/{room.post.code}/reductions/{cut.key}/withdraw/"
    asked = room.client.get(address)
    page = asked.content.decode()
    assert "Delete this reduction?" in words(asked)
    assert figures(page)[room.post.name]["Capacity"][0] == before
    assert len(room.plan.reductions) == 1
    unsaid = room.client.post(address, {"do": "save", "version": hidden(page, "version")})
    assert faults(unsaid.content.decode()) == {"why": "Enter why, for the history"}
    done = room.client.post(address, {"do": "save", "version": hidden(page, "version"), "why": "Never so"})
    assert done.status_code == 302
    assert room.plan.reductions == ()
    assert capacity(room.again(room.post)) == figures(page)[room.post.name]["Capacity"][1]
    kept = Reduction.objects.get(key=cut.key, ended_change=None)
    assert (kept.withdrawn, kept.why, kept.who) == (True, "Never so", "Ann Manager")


def test_what_is_withdrawn_cannot_be_withdrawn_again(room: Room) -> None:
    cut = entered(room)
    changed(room, cut, withdraw=True)
    address = f"/post/{room.post.code}/reductions/{cut.key}/withdraw/"
    asked = room.client.get(address)
    assert "There is nothing left to do here" in words(asked)
    assert 'value="save"' not in asked.content.decode()
    again = room.client.post(address, {"do": "save", "version": "2", "why": "Once more"})
    assert again.status_code == 409
    assert Reduction.objects.filter(key=cut.key).count() == 2


def test_hours_are_changed_and_withdrawn(room: Room) -> None:
    hours(room, "save")
    [entry] = room.plan.hours
    address = f"/post/{room.post.code}/hours/{entry.key}/"
    page = room.client.get(f"{address}change/").content.decode()
    assert hidden(page, "version") == "1"
    room.client.post(f"{address}change/", {"do": "save", "version": "1", "hours": "20", "why": "A slip",
                     **day("first_day", TODAY)})  # fmt: skip
    assert [each.hours_micro for each in room.plan.hours] == [20 * MICRO]
    room.client.post(f"{address}withdraw/", {"do": "save", "version": "2", "why": "Another's"})
    assert room.plan.hours == ()
    assert capacity(room.again(room.post)) == capacity(room.post)


# ---- who ---------------------------------------------------------------------------------------------------


def test_a_record_of_another_post_is_not_found_under_this_one(room: Room) -> None:
    cut = entered(room)
    other = Unit.objects.filter(load_id=room.post.load_id, level="post", team_code=room.team.code, whole=True)
    code = other.exclude(code=room.post.code).first().code  # type: ignore[union-attr]
    for ending in ("", "change/", "withdraw/"):
        assert room.client.get(f"/post/{code}/reductions/{cut.key}/{ending}").status_code == 404
        assert room.client.get(f"/post/{code}/hours/{cut.key}/change/").status_code == 404


def test_a_manager_of_another_team_is_denied_and_that_is_written_down(
    room: Room, somebody: Callable[..., Client]
) -> None:
    teams = Unit.objects.filter(load_id=room.post.load_id, level="team", whole=True)
    team = teams.exclude(pdu_code=room.team.pdu_code).first()
    assert team is not None
    stranger = somebody("Stranger", "manager", "team", team.code)
    cut = entered(room)
    count = AuditEvent.objects.filter(kind="denied").count()
    addresses = ["hours/new/", "reductions/new/", f"reductions/{cut.key}/change/", f"reductions/{cut.key}/",
                 "mentoring/", "pqip/", "pqip/stage/", "grade/new/", "hours/history/"]  # fmt: skip
    for address in addresses:
        answer = stranger.get(f"/post/{room.post.code}/{address}")
        assert answer.status_code == 403, address
    typed = {"do": "save", **HALF, **day("first_day", TODAY)}
    assert stranger.post(f"{room.href}new/", typed).status_code == 403
    assert AuditEvent.objects.filter(kind="denied").count() == count + len(addresses) + 1
    assert room.plan.hours == ()
