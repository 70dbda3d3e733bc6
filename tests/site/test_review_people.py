"""What a review of people's records found: what the site takes, loads take too; odd input ends in words."""

# ruff: noqa: F811 - fixtures come by import

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hours_fixtures import Room, day, room  # noqa: F401
from loads_fixtures import home_of_its_own, night_of, spoiled

from wmt.site.availability.change_requests import Change, ConflictError, RefusedError
from wmt.site.availability.models import Grade, Hours, Reason, Reduction
from wmt.site.changes import actions
from wmt.site.changes.recalculate import turn_day
from wmt.site.changes.reconcile import differences
from wmt.site.loads import loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.workload.models import Line, Load, Pricing, Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

UNION = "8"  # trade union facility time: at most half of the contracted hours


@pytest.fixture
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:
    return home_of_its_own(nation, settings, tmp_path)


def save(*changes: Change, **more: Any) -> Any:
    return actions.save(actor=None, who="a test", changes=changes, **more)


def loaded(written_nation: Any, number: int, people: Path | None = None) -> Load:
    paths = [str(night_of(written_nation, number) / "tidy")]
    wish = LoadRequest(paths=paths, people=str(people) if people else None)
    return loading.perform(loading.ask(wish=wish, who="a test"))


def wished(room: Room, **more: Any) -> Change:
    return Change(post=(room.post.team_code, room.post.staff_code), **more)


def cut(room: Room, hours: int, **more: Any) -> Change:
    more = {"reason": UNION, "first_day": current_state().day, **more}
    return wished(room, kind="reduction", hours_micro=hours * 1_000_000, **more)


@pytest.mark.usefixtures("home")
def test_hours_that_became_less_elsewhere_do_not_stop_a_load(room: Room, written_nation: Any) -> None:
    today = current_state().day
    save(cut(room, 18, first_day=today - timedelta(10)))
    lower = {"hours_micro": 20_000_000, "first_day": today - timedelta(5), "change": 0, "who": "an extract"}
    codes = {"team_code": room.post.team_code, "staff_code": room.post.staff_code}
    Hours.objects.create(key="lower", **codes, **lower)
    done = loaded(written_nation, 1)
    assert done.state == Load.State.LOADED, done.message
    assert done.faults.filter(code="PEOPLE_OVER_MAXIMUM", severity="warn").count() == 1
    assert differences(current_state()) == []


def hours_of(room: Room, hours: int, first: date) -> Change:
    return wished(room, kind="hours", hours_micro=hours * 1_000_000, first_day=first)


# ---- limits hold when the hours they are of change ---------------------------------------------------------


@pytest.mark.usefixtures("home")
def test_a_reduction_that_is_over_does_not_stop_the_next_load(room: Room, written_nation: Any) -> None:
    today = current_state().day
    save(cut(room, 18, first_day=today - timedelta(50), last_day=today - timedelta(40)))
    save(hours_of(room, 20, today - timedelta(10)))
    done = loaded(written_nation, 1)
    assert (done.state, done.message[:8]) == (Load.State.LOADED, "81 posts")
    assert differences(current_state()) == []


@pytest.mark.both_databases
def test_hours_that_would_put_a_reduction_above_its_highest_share_are_refused(room: Room) -> None:
    today = current_state().day
    save(cut(room, 18))
    with pytest.raises(RefusedError) as refused:
        save(hours_of(room, 30, today + timedelta(5)))
    (fault,) = refused.value.faults
    assert (fault.code, fault.index) == ("SHARE_TOO_HIGH", 0)
    assert fault.message.startswith(
        "Trade Union Facility Time allows at most 50% of the contracted hours: 15"
    )
    assert fault.shown[0].startswith("Trade Union Facility Time: 18 hours from")
    key = Reduction.objects.get(
        reason=UNION, team_code=room.post.team_code, staff_code=room.post.staff_code
    ).key
    save(cut(room, 15, key=key, version=1), hours_of(room, 30, today + timedelta(5)))


def test_a_fixed_share_that_was_typed_in_hours_is_told_of_when_the_hours_change(room: Room) -> None:
    today = current_state().day
    save(cut(room, 37, reason="7", last_day=today + timedelta(9)))
    done = save(hours_of(room, 40, today + timedelta(5)))
    assert [fault.code for fault in done.warnings] == ["MORE_THAN_FULL_TIME", "SHARE_FIXED"]


# ---- tables that come with a load --------------------------------------------------------------------------


@pytest.mark.parametrize("number", [0, 1])
@pytest.mark.parametrize(
    ("table", "rows", "said"),
    [
        (
            "contracted_hours", "team_code,staff_code,hours,valid_from\n{post},60,2026-11-01\n",
            "contracted_hours row 2, {code}: Contracted hours must be from 0 to 48 hours, not 60 hours.",
        ),
        (
            "reduction_reasons", "id,name,short_name,category\n900,Gardening,Gardening,Fun\n",
            "reduction_reasons: Choose one of the three categories.",
        ),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("home")
def test_what_the_site_cannot_keep_ends_a_load_in_words(
    room: Room, written_nation: Any, tmp_path: Path, number: int, table: str, rows: str, said: str
) -> None:
    folder, post, reasons = tmp_path / "tables", room.post, Reason.objects.count()
    folder.mkdir()
    (folder / f"{table}.csv").write_text(rows.format(post=f"{post.team_code},{post.staff_code}"))
    shown = current_state()
    done = loaded(written_nation, number, folder)
    assert done.state == Load.State.FAILED
    assert done.message.startswith(said.format(code=post.code)), done.message
    assert (current_state(), Reason.objects.count()) == (shown, reasons)


@pytest.mark.both_databases
@pytest.mark.usefixtures("home")
def test_an_extract_that_agrees_ends_the_corrections_before_the_one_it_agrees_with(
    room: Room, written_nation: Any, settings: Any
) -> None:
    today = current_state().day
    save(wished(room, kind="grade", grade="PSO", first_day=today - timedelta(50)))
    save(wished(room, kind="grade", grade="PO", first_day=today - timedelta(5)))
    done = loaded(written_nation, 1)
    after = current_state().day + timedelta(1)
    settings.CONFIG = replace(settings.CONFIG, today=f"{after}")
    turn_day()
    assert current_state().day == after
    assert Unit.objects.get(load=done, level="post", whole=True, code=room.post.code).grade == "PO"
    ends = Grade.objects.filter(staff_code=room.post.staff_code, ended_change=None)
    assert [row.last_day for row in ends] == [after - timedelta(1)] * 2
    assert differences(current_state()) == []


# ---- odd changes -------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_one_record_named_twice_in_one_step_is_refused(room: Room) -> None:
    today = current_state().day
    key = save(hours_of(room, 20, today)).entries[0].key
    there = replace(hours_of(room, 30, today), key=key, version=1)
    with pytest.raises(RefusedError) as refused:
        save(there, replace(there, hours_micro=20_000_000))
    assert [(fault.code, fault.index) for fault in refused.value.faults] == [("RECORD_TWICE", 1)]
    assert Hours.objects.get(key=key).hours_micro == 20_000_000
    assert differences(current_state()) == []


@pytest.mark.parametrize(
    "more", [{"kind": "reduction", "reason": "1", "hours_micro": 1}, {"kind": "grade", "grade": "SPO"}]
)
def test_only_hours_count_from_the_beginning(room: Room, more: dict[str, Any]) -> None:
    with pytest.raises(RefusedError) as refused:
        save(wished(room, first_day=date.min, **more))
    assert [fault.code for fault in refused.value.faults] == ["DAY_OUT_OF_RANGE"]
    save(hours_of(room, 30, date.min))
    assert room.again(room.post).contracted_hours_micro == 30_000_000


@pytest.mark.both_databases
@pytest.mark.parametrize("year", [1000, 1899, 2099, 9999])
def test_days_that_no_record_can_have_are_told_of_on_every_form(room: Room, year: int) -> None:
    stage = {"reason": "12", "percent_x100": 8_000, "first_day": current_state().day}
    key = save(wished(room, kind="reduction", **stage)).entries[0].key
    odd = date(year, 12, 31)
    forms = {
        "hours/new": day("first_day", odd) | {"hours": "30"},
        "pqip": day("first_day", date(2027, 1, 1)) | day("end_12", odd),
        "pqip/stage": day("day", odd) | {"stage": key, "version": "1"},
        "grade/new": day("first_day", odd) | {"grade": "PSO"},
    }
    for form, typed in forms.items():
        answer = room.client.post(f"/post/{room.post.code}/{form}/", typed | {"why": "a slip", "do": "save"})
        assert answer.status_code == 422, form
        assert "must be between 1900 and 2098" in answer.content.decode(), form
    answer = room.client.post(f"/team/{room.team.code}/hours/edit/", {"first_day": odd.isoformat()})
    assert "must be between 1900 and 2098" in answer.content.decode()


# ---- records of other people's posts -----------------------------------------------------------------------


@pytest.mark.both_databases
def test_a_withdrawn_record_of_another_post_is_nobody_elses_to_go_on_with(room: Room) -> None:
    others = Unit.objects.filter(
        load=room.post.load_id, level="post", whole=True, grade="PO", stale_since=None
    )
    other = others.exclude(team_code=room.team.code).order_by("code").first()
    assert other is not None
    said = {"kind": "reduction", "reason": "1", "hours_micro": 1_000_000, "first_day": current_state().day}
    told = {"post": (other.team_code, other.staff_code), "wanted_key": "R-77", "notes": "of the other alone"}
    save(Change(**said, **told))
    save(Change(kind="reduction", post=told["post"], key="R-77", withdraw=True))
    mine = wished(room, **said, wanted_key="R-77")
    with pytest.raises(ConflictError):
        actions.save(actor=room.manager, changes=[mine])
    save(mine)  # who is trusted may move it; what it said of the other post stays with that
    page = room.client.get(f"/post/{room.post.code}/reductions/R-77/").content.decode()
    assert "Disability" in page
    assert "of the other alone" not in page


@pytest.mark.both_databases
def test_tables_do_not_go_over_what_somebody_changed_meanwhile(room: Room) -> None:
    from wmt.intake.people_model import DatedHours, People
    from wmt.site.availability.queries import plans_of
    from wmt.site.availability.table_changes import changes_of

    today, post = current_state().day, (room.post.team_code, room.post.staff_code)
    key = save(hours_of(room, 20, today)).entries[0].key
    people = People(dated_hours=[DatedHours(2, post, today, 25_000_000)])
    wanted = changes_of(people, plans_of())
    save(replace(hours_of(room, 30, today), key=key, version=1))
    with pytest.raises(ConflictError):
        actions.save(actor=room.manager, changes=wanted)
    assert room.again(room.post).contracted_hours_micro == 30_000_000


@pytest.mark.usefixtures("home")
def test_tables_of_an_extract_that_is_kept_as_history_are_said_to_be_left(written_nation: Any) -> None:
    assert loaded(written_nation, 1).state == Load.State.LOADED
    people = night_of(written_nation, 0) / "people"
    before = Hours.objects.count()
    done = loaded(written_nation, 0, people)
    assert done.message.endswith("were not put into the site: `wmt people import` does that.")
    assert Hours.objects.count() == before


# ---- posts that keep an earlier night's figures ------------------------------------------------------------


@pytest.mark.both_databases
@pytest.mark.usefixtures("home")
def test_kept_figures_move_with_the_grade_and_wait_for_the_hours(
    nation: Any, written_nation: Any, tmp_path: Path
) -> None:
    wish = LoadRequest(paths=[str(spoiled(written_nation, 1, tmp_path / "spoiled", 40))], set_aside=True)
    done = loading.perform(loading.ask(wish=wish, who="a test"))
    kept = Unit.objects.filter(load=done, level="post", whole=True, stale_since__isnull=False)
    kept = kept.filter(reduction_hours_micro__gt=0).order_by("code").first()
    assert nation.load != done
    assert differences(current_state()) == []
    assert kept is not None
    kinds = Pricing.objects.filter(kind="reduction")
    lines, before = (
        Line.objects.filter(load=load, pricing__in=kinds.filter(load=load).values("number"))
        for load in (done, nation.load)
    )
    lines = lines.filter(post_no=kept.number)
    told = {ref: (about, since) for ref, about, since in before.values_list("ref", "about", "since")}
    # the details are those that the earlier night gave
    assert [(line.about, line.since) for line in lines] == [told[line.ref] for line in lines]
    assert all(line.about and line.since for line in lines)
    post, today = (kept.team_code, kept.staff_code), current_state().day
    other = "PSO" if kept.grade != "PSO" else "PO"
    hours = Change(kind="hours", post=post, hours_micro=10_000_000, first_day=today)
    made = save(hours, Change(kind="grade", post=post, grade=other, first_day=today))
    now = Unit.objects.get(pk=kept.pk)
    assert (now.grade, now.contracted_hours_micro) == (other, kept.contracted_hours_micro)
    assert differences(current_state()) == []
    save(Change(kind="grade", post=post, key=made.entries[1].key, withdraw=True))
    assert Unit.objects.get(pk=kept.pk).grade == kept.grade
    assert differences(current_state()) == []


# ---- the API -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("hours", ["٣", "1_0", "1e1", " 3 ", "7.1234567", True])
def test_the_api_takes_numbers_as_its_document_writes_them(room: Room, hours: Any) -> None:
    change = {"kind": "hours", "post": room.post.code, "hours": hours, "first_day": "2026-12-01"}
    answer = room.client.post(
        "/api/v1/changes/preview", {"changes": [change]}, content_type="application/json"
    )
    assert answer.status_code == 422
    assert answer.json()["faults"][0]["field"] == "changes.0.hours"
