"""What people entered and loads: which counts, also where both come at once."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from loads_fixtures import home_of_its_own, night_of, wished

from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Grade, Reduction
from wmt.site.changes import actions
from wmt.site.changes.reconcile import differences
from wmt.site.loads import loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.workload import swap
from wmt.site.workload.models import Current, Line, Load, Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


@pytest.fixture(autouse=True)
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:
    """A home of its own for every test, with a copy of the night that is shown."""
    return home_of_its_own(nation, settings, tmp_path)


def shown() -> int:
    return Current.objects.get().load_id


@pytest.mark.both_databases
def test_an_extract_without_tables_of_people_takes_what_stands(nation: Any, written_nation: Any) -> None:
    alone = LoadRequest(paths=[str(night_of(written_nation, 0) / "tidy")])
    again = loading.perform(loading.ask(wish=alone, who="a test"))
    assert (again.state, shown()) == (Load.State.UNCHANGED, nation.load.pk)
    before = {row.key: row.version for row in Reduction.objects.filter(ended_change=None)}
    alone = LoadRequest(paths=[str(night_of(written_nation, 1) / "tidy")])
    later = loading.perform(loading.ask(wish=alone, who="a test"))
    assert (later.state, shown()) == (Load.State.LOADED, later.pk)
    assert {row.key: row.version for row in Reduction.objects.filter(ended_change=None)} == before
    assert Line.objects.filter(load=later, ref__in=before).exists()
    assert differences(current_state()) == []


def test_tables_that_come_with_the_same_extract_are_taken_in_at_once(
    nation: Any, written_nation: Any, tmp_path: Path
) -> None:
    post = nation.unit("post", grade="PO", available_x100__gt=0)
    (tmp_path / "contracted_hours.csv").write_text(
        f"team_code,staff_code,hours,valid_from\n{post.team_code},{post.staff_code},18.5,2026-11-20\n"
    )
    paths = [str(night_of(written_nation, 0) / "tidy")]
    done = loading.perform(loading.ask(wish=LoadRequest(paths=paths, people=str(tmp_path)), who="a test"))
    assert (done.state, shown()) == (Load.State.LOADED, nation.load.pk)
    assert "1 record" in done.message
    assert nation.unit("post", code=post.code).contracted_hours_micro == 18_500_000
    assert differences(current_state()) == []


@pytest.mark.both_databases
def test_what_is_entered_while_a_load_is_put_in_counts(
    nation: Any, written_nation: Any, monkeypatch: Any
) -> None:
    post = nation.unit("post", grade="PO", available_x100__gt=0)
    put = swap.put

    def and_meanwhile(load: Any, rows: Any, told: Any) -> None:
        put(load, rows, told)
        codes = post.team_code, post.staff_code
        change = Change(kind="hours", post=codes, first_day=date(2026, 11, 21), hours_micro=20_000_000)
        actions.save(actor=None, who="somebody", changes=[change])

    monkeypatch.setattr(swap, "put", and_meanwhile)
    later = loading.perform(wished(written_nation, 1))
    assert (later.state, shown()) == (Load.State.LOADED, later.pk)
    row = Unit.objects.get(load=later, level="post", code=post.code, whole=True)
    assert row.contracted_hours_micro == 20_000_000
    assert differences(current_state()) == []


@pytest.mark.both_databases
def test_what_is_entered_after_a_load_was_killed_counts_when_it_is_run_again(
    nation: Any, written_nation: Any, monkeypatch: Any
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(swap, "put", killed)
        with pytest.raises(KeyboardInterrupt):
            loading.perform(wished(written_nation, 1))
    post = nation.unit("post", grade="PO", available_x100__gt=0)
    change = Change(kind="hours", post=(post.team_code, post.staff_code), first_day=date(2026, 11, 21),
                    hours_micro=20_000_000)  # fmt: skip
    actions.save(actor=None, who="somebody", changes=[change])
    later = loading.perform(loading.ask(wish=LoadRequest(
        paths=[str(night_of(written_nation, 1) / "tidy")]), who="a test"))  # fmt: skip
    row = Unit.objects.get(load=later, level="post", code=post.code, whole=True)
    assert (later.state, row.contracted_hours_micro) == (Load.State.LOADED, 20_000_000)
    assert differences(current_state()) == []


@pytest.mark.both_databases
def test_a_correction_of_grade_ends_when_the_extract_agrees(nation: Any, written_nation: Any) -> None:
    post = nation.unit("post", grade="PO", available_x100__gt=0)
    codes, day = (post.team_code, post.staff_code), date(2026, 11, 20)
    other = nation.unit("post", grade="PSO", available_x100__gt=0)
    agreed = Change(kind="grade", post=codes, grade="PO", first_day=day, wanted_key="agreed")
    stays = Change(
        kind="grade", post=(other.team_code, other.staff_code), grade="SPO", first_day=day, wanted_key="stays"
    )
    actions.save(actor=None, who="somebody", changes=[agreed, stays])
    loading.perform(wished(written_nation, 1))
    standing = {row.key: row for row in Grade.objects.filter(ended_change=None)}
    assert (standing["agreed"].last_day, standing["stays"].last_day) == (date(2026, 11, 21), None)
    assert "gives the same grade" in standing["agreed"].why
    assert differences(current_state()) == []


def test_a_night_shown_again_brings_back_what_people_entered(nation: Any) -> None:
    from wmt.site.availability.models import KINDS

    before = Unit.objects.get(load=nation.load, level="nation", whole=True)
    entered = {row.key: row.hours_micro for row in Reduction.objects.all()}
    for model in KINDS.values():  # as after the database was lost
        model._default_manager.all().delete()
    again = loading.show_again(nation.night.path, loading.ask(wish=LoadRequest(paths=[]), who="a test"))
    assert (again.state, shown()) == (Load.State.LOADED, again.pk)
    assert {row.key: row.hours_micro for row in Reduction.objects.all()} == entered
    after = Unit.objects.get(load=again, level="nation", whole=True)
    assert (after.available_x100, after.points_x100) == (before.available_x100, before.points_x100)
    assert differences(current_state()) == []


def test_a_night_shown_again_counts_what_stands_now(nation: Any) -> None:
    post = nation.unit("post", grade="PO", available_x100__gt=0)
    change = Change(kind="hours", post=(post.team_code, post.staff_code), first_day=date(2026, 11, 19),
                    hours_micro=11_000_000)  # fmt: skip
    actions.save(actor=None, who="somebody", changes=[change])
    again = loading.show_again(nation.night.path, loading.ask(wish=LoadRequest(paths=[]), who="a test"))
    row = Unit.objects.get(load=again, level="post", code=post.code, whole=True)
    assert row.contracted_hours_micro == 11_000_000
    assert differences(current_state()) == []
