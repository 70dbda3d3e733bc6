"""The events between nights explain every difference between them, and nothing else happened."""

from typing import Any

import polars as pl
import pytest
from demo_nations import Written

CASE_KINDS = {
    "allocated", "terminated", "tier", "recalled", "released", "warrant", "warrant_ended", "overdue",
    "suspended", "moved", "commenced",
}  # fmt: skip
LATER = [1, 2, 3]


def states(nation: Written, night: int) -> dict[str, str]:
    """The state of each case in the words of events.csv, read from the tidy tables."""
    flags: dict[str, set[str]] = {}
    for ref, flag in nation.tidy(night, "case_flag").select("case_ref", "flag").rows():
        flags.setdefault(ref, set()).add(flag)
    found = {}
    for case in nation.tidy(night, "case").iter_rows(named=True):
        mine = flags.get(case["case_ref"], set())
        inactive = {"W": "warrant", "O": "overdue", "L": "suspended_lifer", "R": "uncommenced"}
        status = next((word for flag, word in inactive.items() if flag in mine), "active")
        if status == "active" and not case["counted_active"]:
            status = "filtered"
        letters = "".join(letter for letter in "UIPS" if letter in mine) or "-"
        suffix = "S" if case["suspended"] else ""
        found[case["case_ref"]] = (
            f"{case['team_code']}:{case['staff_code']} {case['location']} {case['tier']}{suffix} "
            f"{case['stream']} {status} {letters}"
        )
    return found


def events(nation: Written, night: int, *kinds: str) -> list[dict[str, Any]]:
    found = nation.truth.events.filter(pl.col("night") == night, pl.col("kind").is_in(list(kinds)))
    return list(found.iter_rows(named=True))


@pytest.mark.parametrize("night", LATER)
def test_case_events_make_the_next_night(nation: Written, night: int) -> None:
    cases = states(nation, night - 1)
    for event in events(nation, night, *CASE_KINDS):
        assert cases.pop(event["ref"], "") == event["before"]
        if event["after"]:
            cases[event["ref"]] = event["after"]
    assert cases == states(nation, night)


def test_every_kind_of_event_happens(nation: Written) -> None:
    kinds = set(nation.truth.events["kind"])
    assert kinds >= CASE_KINDS | {"hours", "reduction_started", "reduction_ended", "report_completed"}


@pytest.mark.parametrize(
    ("kind", "before", "after"),
    [
        ("recalled", " licence ", " custody "),
        ("released", " custody ", " licence "),
        ("warrant", " active ", " warrant "),
        ("warrant_ended", " warrant ", " active "),
        ("overdue", " active ", " overdue "),
        ("commenced", " uncommenced ", " active "),
    ],
)
def test_an_event_does_what_it_is_called(nation: Written, kind: str, before: str, after: str) -> None:
    for night in LATER:
        for event in events(nation, night, kind):
            assert before in event["before"]
            assert after in event["after"]


def test_a_move_changes_the_post_and_a_new_tier_the_tier(nation: Written) -> None:
    for night in LATER:
        for event in events(nation, night, "moved"):
            was, now = event["before"].split(), event["after"].split()
            assert was[0] != now[0]
            assert was[1:] == now[1:]
        for event in events(nation, night, "tier"):
            was, now = event["before"].split(), event["after"].split()
            assert was[2] != now[2]
            assert was[:2] + was[3:] == now[:2] + now[3:]


@pytest.mark.parametrize("night", LATER)
@pytest.mark.parametrize(
    ("table", "key", "came", "went"),
    [
        ("report", "report_id", "report_in", "report_out"),
        ("contact", "contact_id", "contact_in", "contact_out"),
        ("assessment", "seq", "assessment_in", "assessment_out"),
    ],
)
def test_rows_come_and_go_as_told(
    nation: Written, night: int, table: str, key: str, came: str, went: str
) -> None:
    before, after = ({str(k) for k in nation.tidy(n, table)[key]} for n in (night - 1, night))
    arrived = {event["ref"] for event in events(nation, night, came)}
    left = {event["ref"] for event in events(nation, night, went)}
    assert (before - left) | arrived == after
    assert left <= before
    assert not arrived & before


@pytest.mark.parametrize("night", LATER)
def test_people_files_change_as_told(nation: Written, night: int) -> None:
    before, after = (set(nation.people(n, "reductions").rows()) for n in (night - 1, night))
    told = events(nation, night, "reduction_started", "reduction_ended")
    assert {row[0] for row in before ^ after} == {event["ref"] for event in told}
    day = nation.truth.nights[night].as_at.date().isoformat()
    new = set(nation.people(night, "contracted_hours").rows())
    new -= set(nation.people(night - 1, "contracted_hours").rows())
    hours = {(f"{team}:{staff}", entered) for team, staff, entered, since in new if since == day}
    assert hours == {(event["ref"], event["after"]) for event in events(nation, night, "hours")}
    assert len(hours) == len(new)


def test_posts_stay(nation: Written) -> None:
    for night in LATER:
        assert nation.tidy(night, "staff").equals(nation.tidy(0, "staff"))
        assert nation.tidy(night, "team").equals(nation.tidy(0, "team"))
