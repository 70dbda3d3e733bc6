"""Duties through the real door: figures of an archive, the history, a load."""

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings

from wmt.facts import NOT_KNOWN
from wmt.history import FIGURE, HistoryError, compact, open_history
from wmt.history.archive import keep
from wmt.site.audit.models import AuditEvent
from wmt.site.duties import scheduled
from wmt.site.duties.due_dates import clock_on
from wmt.site.duties.models import Duty
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State, current_state

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(nation: Any, tmp_path: Path, settings: Any) -> Path:
    """A home with the night that is shown, and no history yet."""
    from dataclasses import replace

    folder = tmp_path / "nights"
    folder.mkdir()
    (folder / nation.load.night).symlink_to(settings.CONFIG.nights / nation.load.night)
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    return folder


def archived(unit: Unit, first: date, capacities: list[int]) -> pl.DataFrame:
    """Figures of a post: its capacity in per cent on days in a row."""
    row = {name: 0 if dtype == pl.Int64 else "" for name, dtype in FIGURE.items()}
    rows = [
        {
            **row, "day": first + timedelta(number), "as_at": datetime(2026, 1, 1), "level": "post",
            "code": unit.code, "name": unit.name, "grade": unit.grade, "team_code": unit.team_code,
            "pdu_code": unit.pdu_code, "region_code": unit.region_code, "staff_code": unit.staff_code,
            "points_x100": capacity * 1_000, "available_x100": 100_000, "posts": 1,
        }
        for number, capacity in enumerate(capacities)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=dict(FIGURE))


def over(state: State) -> Unit:
    """A post that the night of the nation has over the mark."""
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, available_x100__gt=0)
    found = [each for each in posts.order_by("code") if each.points_x100 > each.available_x100 * 2]
    return found[0] if found else next(p for p in posts if p.points_x100 * 100 > p.available_x100 * 115)


def test_a_history_opens_the_duty_and_the_same_load_does_nothing_more(home: Path) -> None:
    state = current_state()
    unit, last = over(state), state.as_at.date()
    keep(home, archived(unit, last - timedelta(27), [120] * 27))
    compact(home)
    found = scheduled.after_load(state)
    assert [duty.code for duty in found.opened] == [unit.code]
    duty = Duty.objects.get()
    assert (duty.run_since, duty.excess_since) == (last - timedelta(27), last)
    assert (duty.name, duty.opened_on) == (unit.name, state.day)
    event = AuditEvent.objects.get(kind="duty")
    assert event.sentence == "Excessive workload actions: 1 opened."
    assert scheduled.after_load(state).is_nothing
    assert AuditEvent.objects.filter(kind="duty").count() == 1


def test_a_correction_of_the_archive_waits_for_a_manager(home: Path) -> None:
    state = current_state()
    unit, last = over(state), state.as_at.date()
    keep(home, archived(unit, last - timedelta(27), [120] * 27))
    compact(home)
    scheduled.after_load(state)
    keep(home, archived(unit, last - timedelta(3), [108]))
    compact(home)
    found = scheduled.after_load(state, scheduled.read_runs())
    assert [duty.confirm_why for duty in found.fell] == ["corrected"]
    data = Duty.objects.get().steps.get(kind="fell").data
    assert (data["capacity"], data["on"]) == ("108.0%", (last - timedelta(3)).isoformat())


def test_without_a_history_nothing_happens(home: Path) -> None:
    assert open_history(home).last is None
    assert scheduled.after_load(current_state()).is_nothing


def test_a_damaged_history_leaves_the_duties_and_says_so(home: Path, monkeypatch: Any, caplog: Any) -> None:
    def damaged(_: Path) -> Any:
        raise HistoryError("the month 2026-11 is damaged; wmt nights compact makes it anew")

    monkeypatch.setattr(scheduled, "open_history", damaged)
    assert scheduled.read_runs() is None
    assert "wmt nights compact" in AuditEvent.objects.get(kind="duty").sentence
    assert "duties were not judged" in caplog.text
    assert home.is_dir()


def test_placeholders_and_posts_without_figures_are_left_out(nation: Any) -> None:
    state = current_state()
    found = scheduled.posts_of(state)
    posts = nation.night.table("facts/post")
    nobody = posts.filter((pl.col("is_placeholder") == 1) | (pl.col("unmeasured") == 1))
    assert nobody.height > 0, "the nation of the tests has placeholders"
    codes = {f"{team}:{staff}" for team, staff in nobody.select("team_code", "staff_code").rows()}
    assert not codes & set(found)
    assert not any(NOT_KNOWN in code for code in found)
    assert len(found) > 50


def test_a_vacant_post_opens_no_action_and_its_page_says_why(nation: Any, signed_in: Any) -> None:
    posts = list(Unit.objects.filter(load=nation.load, level="post", whole=True, grade="PO").order_by("code"))
    there = scheduled.posts_of(current_state())
    vacant, person = [post for post in posts if post.code in there][:2]
    Unit.objects.filter(pk=vacant.pk).update(name="Vacant PO")
    Unit.objects.filter(pk=person.pk).update(name="Pool J")
    found = scheduled.posts_of(current_state())
    assert (vacant.code in found, person.code in found) == (False, True)
    client, said = signed_in(), "No action opens for this post, because its name, ‘Vacant PO’"
    assert said in client.get(f"/post/{vacant.code}/duties/").text
    assert "No action opens for this post" not in client.get(f"/post/{person.code}/duties/").text


def test_the_clock_is_that_of_the_night(nation: Any) -> None:
    assert clock_on(current_state()).review_days == 28
    assert (settings.CONFIG.nights / nation.load.night).is_dir()
