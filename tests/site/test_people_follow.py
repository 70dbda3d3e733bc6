"""What is entered for an officer follows them to the new code of their team, or is named as left behind."""

import shutil
from collections import defaultdict
from datetime import date
from operator import itemgetter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from loads_fixtures import home_of_its_own, night_of, signed

from wmt.history import formers, open_history
from wmt.nights import open_night
from wmt.nights.names import night_names
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.carried_links import carried_links
from wmt.site.availability.models import KINDS, Hours, Reduction
from wmt.site.availability.records import HoursRecord, PostRecords, ReductionRecord
from wmt.site.changes.carry_over import carry
from wmt.site.changes.follow_officer import followed
from wmt.site.changes.reconcile import differences
from wmt.site.duties import labels, scheduled
from wmt.site.duties.models import Duty, Request, Step
from wmt.site.duties.projection import PLACE
from wmt.site.duties.steps import put, stepped
from wmt.site.loads import loading, withdrawal
from wmt.site.loads.load_request import LoadRequest
from wmt.site.loads.withdrawal import Deed, WithdrawalRequest
from wmt.site.workload import swap
from wmt.site.workload.models import Load, Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

DAY = date(2026, 11, 21)
OLD, NEW, OTHER = ("N01A", "S1"), ("N01B", "S1"), ("N01C", "S1")
HOURS = PostRecords(hours=(HoursRecord(key="h", first_day=date.min, hours_micro=20_000_000),))


def cut(last: date | None) -> PostRecords:
    each = ReductionRecord(key="c", reason="5", percent_x100=2000, first_day=date(2026, 1, 1), last_day=last)
    return PostRecords(reductions=(each,))


@pytest.mark.parametrize(
    ("former", "shown", "plans", "moves", "left"),
    [
        ({OLD}, {NEW}, {OLD: HOURS}, [(OLD, NEW)], []),
        ({OLD}, {NEW}, {OLD: cut(None)}, [(OLD, NEW)], []),
        ({OLD}, {NEW}, {OLD: cut(date(2026, 11, 20))}, [], []),
        ({OLD}, {NEW}, {OLD: HOURS, NEW: HOURS}, [], [OLD]),
        ({OLD}, {NEW}, {OLD: HOURS, NEW: cut(None)}, [], [OLD]),
        ({OLD}, {NEW}, {OLD: HOURS, NEW: cut(date(2026, 11, 20))}, [(OLD, NEW)], []),
        ({OLD}, {NEW, OTHER}, {OLD: HOURS}, [], [OLD]),
        ({OLD, OTHER}, {NEW}, {OLD: HOURS}, [], [OLD]),
        ({OLD, OTHER}, {NEW, OTHER}, {OLD: HOURS, OTHER: HOURS}, [(OLD, NEW)], []),
        ({OLD}, {("N01B", "S2")}, {OLD: HOURS}, [], [OLD]),
        ({OLD}, set(), {OLD: HOURS}, [], [OLD]),
        ({OLD}, {NEW}, {}, [], []),
        ({OLD, NEW}, {NEW}, {OLD: HOURS}, [], [OLD]),
    ],
)  # fmt: skip
def test_what_follows_is_certain(former: Any, shown: Any, plans: Any, moves: Any, left: Any) -> None:
    found = followed(former, shown, plans, DAY)
    assert (list(found.moves), list(found.left)) == (moves, left)


@pytest.fixture
def home(nation: Any, settings: Any, tmp_path: Path) -> Path:
    return home_of_its_own(nation, settings, tmp_path)


def recoded(written: Any, to: Path, old: str, new: str, only: str | None = None) -> Any:
    """The second night's tables with another code for a team, or for one officer of it."""
    shutil.copytree(night_of(written, 1) / "tidy", to)
    for file in to.glob("*.parquet"):
        frame = pl.read_parquet(file)
        for column in (name for name in frame.columns if name.endswith("team_code")):
            staff = column.replace("team", "staff")
            hit = pl.col(column) == old
            if only is not None and staff in frame.columns:
                hit &= pl.col(staff) == only
            frame = frame.with_columns(pl.when(hit).then(pl.lit(new)).otherwise(column).alias(column))
        if file.stem == "team" and only is not None:
            kept = pl.read_parquet(file).filter(team_code=old)
            frame = pl.concat([frame, kept])
        frame.write_parquet(file)
    signed(to)
    wish = LoadRequest(paths=[str(to)])
    return loading.perform(loading.ask(wish=wish, who="a test", accept="a team was renamed"))


def team_with_records() -> tuple[str, set[str]]:
    """A team, and its officers who have reductions that run."""
    rows = Reduction.objects.filter(ended_change=None, withdrawn=False, last_day=None)
    row = rows.order_by("team_code").first()
    assert row is not None
    return row.team_code, set(rows.filter(team_code=row.team_code).values_list("staff_code", flat=True))


@pytest.mark.both_databases
@pytest.mark.usefixtures("home")
def test_records_follow_a_team_that_got_another_code(written_nation: Any, tmp_path: Path) -> None:
    team, officers = team_with_records()
    hours = dict(
        Hours.objects.filter(ended_change=None, withdrawn=False, team_code=team).values_list(
            "staff_code", "hours_micro"
        )
    )
    load = recoded(written_nation, tmp_path / "night", team, "NEWCODE")
    assert load.state == Load.State.LOADED, load.message
    standing = Reduction.objects.filter(ended_change=None, withdrawn=False, last_day=None)
    assert set(standing.filter(team_code="NEWCODE").values_list("staff_code", flat=True)) == officers
    assert not standing.filter(team_code=team).exists()
    units = Unit.objects.filter(load=load, level="post", whole=True, team_code="NEWCODE")
    assert {
        unit.staff_code: unit.contracted_hours_micro for unit in units if unit.staff_code in hours
    } == hours
    assert [fault.rows for fault in load.faults.filter(code="RECORDS_FOLLOWED")] >= [len(officers)]
    assert AuditEvent.objects.filter(kind="records followed").exists()
    assert differences(current_state()) == []
    # runs follow the same officers, and whoever else the team has
    posts = formers(open_history(settings.CONFIG.nights).links, "post", date.max)
    assert {(f"NEWCODE:{code}", f"{team}:{code}") for code in officers} <= set(
        posts.select("code", "former_code").iter_rows()
    )
    assert {(f"NEWCODE:{code}", f"{team}:{code}") for code in officers} <= {
        (code, former) for code, former, _ in carried_links()
    }


def standing() -> set[tuple[Any, ...]]:
    """Every record that counts, with its post."""
    return {
        (model.__name__, *row)
        for model in KINDS.values()
        for row in model._default_manager.filter(ended_change=None, withdrawn=False).values_list(
            "key", "team_code", "staff_code", "first_day"
        )
    }


def available(load: Load) -> dict[str, int]:
    """The available points of every post that is shown."""
    return dict(
        Unit.objects.filter(load=load, level="post", whole=True).values_list("code", "available_x100")
    )


@pytest.mark.both_databases
@pytest.mark.usefixtures("home")
def test_the_night_that_is_kept_has_the_hours_that_followed(written_nation: Any, tmp_path: Path) -> None:
    team, officers = team_with_records()
    load = recoded(written_nation, tmp_path / "night", team, "NEWCODE")
    night = open_night(settings.CONFIG.nights / load.night)
    totals = night.table("results/totals").filter(level="post")
    assert dict(totals.select("code", "available_x100").iter_rows()) == available(load)
    kept = night.table("input/people_reductions")
    assert set(kept.filter(team_code="NEWCODE")["staff_code"]) >= officers
    assert team not in set(kept["team_code"])


@pytest.mark.both_databases
@pytest.mark.usefixtures("home")
def test_records_come_back_with_the_night_before(written_nation: Any, tmp_path: Path) -> None:
    team, _ = team_with_records()
    ended = Reduction.objects.filter(ended_change=None, withdrawn=False, team_code=team, last_day__lt=DAY)
    assert ended.exists()  # they stay at the former post
    shown = swap.shown()
    assert shown is not None
    with_words(team)
    before, figures, words = standing(), available(shown), places()
    assert set(words) == {team}
    load = recoded(written_nation, tmp_path / "night", team, "NEWCODE")
    assert standing() != before
    assert places() == {"NEWCODE": words[team]}
    late = Request.objects.filter(kind="concern", answered_on=None).exclude(staff_code="").get()
    late.pk, late.moves, late.asked_on = None, [], current_state().day  # one raised under the wrong code
    late.save()
    for deed, is_back in ((Deed.WITHDRAW, True), (Deed.RESTORE, False), (Deed.WITHDRAW, True)):
        wanted = WithdrawalRequest(deed, load.night, "the file of another region")
        done = withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))
        assert (standing() == before) is is_back, done.message
        assert (available(done) == figures) is is_back
        assert differences(current_state()) == []
        assert places() == {team if is_back else "NEWCODE": [*words[team], late.pk]}
    assert Duty.objects.count() == 1
    story = [
        labels.sentence(step) for step in Duty.objects.get().steps.order_by("pk") if step.kind == "followed"
    ]
    assert [said.split(" team")[0] for said in story] == [
        "Followed to",
        "Data was withdrawn, so this is back in",
    ] * 2


@pytest.mark.both_databases
@pytest.mark.usefixtures("home")
def test_records_come_back_although_no_figures_were_shown_in_between(
    written_nation: Any, tmp_path: Path
) -> None:
    team, officers = team_with_records()
    shown, before = swap.shown(), standing()
    assert shown is not None
    figures, load = available(shown), recoded(written_nation, tmp_path / "night", team, "NEWCODE")

    def do(deed: Deed, night: str) -> Load:
        wanted = WithdrawalRequest(deed, night, "the file of another region")
        return withdrawal.perform(withdrawal.ask(wanted=wanted, who="a test"))

    nights = [each.name for each in night_names(settings.CONFIG.nights)]
    for night in sorted(nights, key=load.night.__eq__):  # the wrong one goes last
        do(Deed.WITHDRAW, night)
    assert swap.shown() is None
    do(Deed.RESTORE, shown.night)
    done = do(Deed.SHOW, shown.night)
    assert standing() == before
    assert available(done) == figures
    assert differences(current_state()) == []
    assert [fault.rows for fault in done.faults.filter(code="RECORDS_FOLLOWED")] >= [len(officers)]


def with_words(team: str, day: date = date(2026, 11, 20)) -> None:
    """A duty of somebody in a team, and requests about them and about the team: one of them answered."""
    state = current_state()
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, team_code=team)
    post = next(
        each for each in posts.order_by("code") if each.points_x100 > each.available_x100 * 115 // 100
    )
    place = scheduled.posts_of(state)[post.code]
    where = {name: getattr(place, name) for name in PLACE}
    duty = Duty(**where, mark="excessive_workload", percent_x100=11_000, days=28, opened_on=day, seen_on=day)
    data = dict.fromkeys(("run_since", "excess_since", "acknowledge_by", "decide_by"), day)
    put([stepped(duty, Step.Kind.OPENED, day, data=data)])
    more = {"asked_who": "x", "asked_on": day, "answer_by": day, "words": "private"}
    answered = {"answered_on": day, "placed_on": day, "answer": "no"}
    where.pop("grade")
    for kind, about in (
        ("relief", {}),
        ("concern", {}),
        ("concern", answered),
        ("concern", {"staff_code": ""}),
    ):
        Request.objects.create(kind=kind, **{**where, **more, **about})


def places() -> dict[str, list[int]]:
    """The requests by the team whose managers read them; the duty is with the first of them."""
    found: dict[str, list[int]] = defaultdict(list)
    for request in Request.objects.order_by("pk"):
        found[request.team_code].append(request.pk)
    assert list(Duty.objects.values_list("team_code", flat=True)) == [
        min(found.items(), key=itemgetter(1))[0]
    ]
    return dict(found)


@pytest.mark.both_databases
@pytest.mark.usefixtures("home")
def test_records_left_behind_are_named_and_carried_over(
    written_nation: Any, tmp_path: Path, signed_in: Any
) -> None:
    team, officers = team_with_records()
    officer = min(officers)
    other = Unit.objects.filter(level="post", whole=True).exclude(team_code=team).exclude(staff_code=officer)
    target = (other[0].team_code, other[0].staff_code)
    folder = tmp_path / "night"
    shutil.copytree(night_of(written_nation, 1) / "tidy", folder)
    for file in folder.glob("*.parquet"):
        frame = pl.read_parquet(file)
        pairs = [
            c
            for c in frame.columns
            if c.endswith("team_code") and c.replace("team", "staff") in frame.columns
        ]
        for column in pairs:
            gone = (pl.col(column) == team) & (pl.col(column.replace("team", "staff")) == officer)
            frame = frame.filter(~gone.fill_null(False))
        frame.write_parquet(file)
    signed(folder)
    wish = LoadRequest(paths=[str(folder)])
    load = loading.perform(loading.ask(wish=wish, who="a test", accept="somebody left"))
    assert load.state == Load.State.LOADED, load.message
    (told,) = load.faults.filter(code="RECORDS_LEFT_BEHIND")
    assert f"{team}:{officer}" in told.message
    way = f"/hours/carry-over/?from={team}%3A{officer}"
    assert way in signed_in("administrator").get(f"/loads/{load.pk}/").content.decode()
    assert way not in signed_in("analyst").get(f"/loads/{load.pk}/").content.decode()
    checked = carry((team, officer), target, who="a test", only_check=True)
    assert not checked.faults
    assert Reduction.objects.filter(
        ended_change=None, withdrawn=False, staff_code=officer, team_code=team
    ).exists()
    done = carry((team, officer), target, who="a test", why="took over")
    assert (done.records, done.faults) == (checked.records, ())
    standing = Reduction.objects.filter(ended_change=None, withdrawn=False)
    assert not standing.filter(team_code=team, staff_code=officer, last_day=None).exists()
    assert AuditEvent.objects.filter(kind="records carried over").exists()
    assert way not in signed_in("administrator", email="b@x.org").get(f"/loads/{load.pk}/").content.decode()
    assert differences(current_state()) == []


@pytest.mark.usefixtures("home")
def test_what_counts_is_not_carried_away(nation: Any) -> None:
    shown = nation.unit("post", grade="PO", available_x100__gt=0)
    here = shown.team_code, shown.staff_code
    assert "is in the figures shown" in carry(here, here, who="a test").faults[0]
    assert "There is no post N99:X" in carry(("N98", "X"), ("N99", "X"), who="a test").faults[0]
    assert "has no current or future records" in carry(("N98", "X"), here, who="a test").faults[0]
