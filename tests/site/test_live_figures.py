"""Live figures: a change moves every figure at once, and all of them are as if worked out anew."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from conftest import Nation
from wmt.ledger import COURTS
from wmt.site.availability.change_requests import Change, ConflictError, RefusedError
from wmt.site.availability.models import Reduction
from wmt.site.availability.queries import plans_of
from wmt.site.changes import actions
from wmt.site.changes.impact import Effect
from wmt.site.changes.recalculate import turn_day
from wmt.site.changes.reconcile import differences
from wmt.site.queries.movement import NightOnDay, why_between
from wmt.site.web.availability.effect_panel import points_notes
from wmt.site.web.availability.effect_tables import effect_table
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

Post = tuple[str, str]


@pytest.fixture
def posts(nation: Nation) -> list[Post]:
    """Posts with work and time whom nobody entered anything about but their hours."""
    busy = {row.post for row in Reduction.objects.all()}
    units = Unit.objects.filter(
        load=nation.load, level="post", stream="sentence_management", grade="PO", available_x100__gt=0
    )
    found = [(unit.team_code, unit.staff_code) for unit in units.order_by("code")]
    return [post for post in found if post not in busy]


def unit(level: str, code: str) -> Unit:
    return Unit.objects.get(load_id=current_state().load_id, level=level, code=code, whole=True)


def save(*changes: Change, why: str = "") -> Any:
    return actions.save(actor=None, who="a test", changes=changes, why=why)


def wished(post: Post, **more: Any) -> Change:
    return Change(post=post, **more)


def on_a_day(day: date, settings: Any) -> None:
    """It is that day, and the figures have been turned to it."""
    settings.CONFIG = replace(settings.CONFIG, today=f"{day}")
    turn_day()


def test_what_is_shown_after_a_load_is_what_everything_worked_out_anew_gives(nation: Nation) -> None:
    assert nation.load.posts > 50
    assert differences(current_state()) == []


def test_hours_move_the_post_and_everything_above_it(posts: list[Post]) -> None:
    state, post = current_state(), posts[0]
    before = unit("post", ":".join(post))
    above = [unit(level, getattr(before, f"{level}_code")) for level in ("team", "pdu", "region")]
    above.append(unit("nation", "nation"))
    saved = save(wished(post, kind="hours", first_day=state.day, hours_micro=18_500_000))
    after = unit("post", ":".join(post))
    assert (after.available_x100, after.contracted_hours_micro) == (110_000, 18_500_000)
    lost = before.available_x100 - after.available_x100
    assert lost > 0
    for former in above:
        now = unit(former.level, former.code)
        assert former.available_x100 - now.available_x100 == lost, former
        assert (now.points_x100, now.cases) == (former.points_x100, former.cases)
        assert now.touched == saved.number
    assert current_state().revision == saved.number
    assert differences(current_state()) == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"kind": "reduction", "reason": "5"},
        {"kind": "reduction", "reason": "1", "hours_micro": 7_400_000},
        {"kind": "reduction", "reason": "26", "percent_x100": 500},
        {"kind": "reduction", "reason": "1", "hours_micro": 0},
        {"kind": "hours", "hours_micro": 0},
        {"kind": "hours", "hours_micro": 45_000_000},
        {"kind": "grade", "grade": "SPO"},
        {"kind": "grade", "grade": "DMY"},
    ],
)
def test_every_kind_of_change_is_as_if_worked_out_anew(posts: list[Post], wanted: dict[str, Any]) -> None:
    day = current_state().day
    save(wished(posts[0], first_day=day, **wanted), wished(posts[1], first_day=day, **wanted))
    assert differences(current_state()) == []


def test_all_posts_of_a_grade_leave_it_and_come_back(nation: Nation) -> None:
    day = current_state().day
    trainees = Unit.objects.filter(load=nation.load, level="post", whole=True, grade="TPO")
    found = [(each.team_code, each.staff_code) for each in trainees]
    saved = save(*(wished(post, kind="grade", grade="PO", first_day=day) for post in found))
    rows = Unit.objects.filter(load=nation.load, grade="TPO")
    assert found and not rows.exists()  # noqa: PT018 - the nation has trainees, and now it shows none
    assert not Line.objects.filter(load=nation.load, grade="TPO").exists()
    assert differences(current_state()) == []
    save(*(wished(row.post, kind="grade", key=row.key, withdraw=True) for row in saved.entries))
    assert Unit.objects.get(load=nation.load, level="nation", whole=False, grade="TPO").posts == len(found)
    assert differences(current_state()) == []


def test_a_change_that_is_withdrawn_leaves_the_figures_as_they_were(posts: list[Post]) -> None:
    day, code = current_state().day, ":".join(posts[0])
    before = unit("post", code).available_x100
    saved = save(wished(posts[0], kind="reduction", reason="2", first_day=day))
    assert unit("post", code).available_x100 == 0
    assert unit("post", code).posts_without_time == 1
    key = saved.entries[0].key
    save(wished(posts[0], kind="reduction", key=key, version=1, withdraw=True), why="a slip")
    assert unit("post", code).available_x100 == before
    versions = list(Reduction.objects.filter(key=key).order_by("version"))
    told = [(row.version, row.withdrawn, row.why) for row in versions]
    assert told == [(1, False, ""), (2, True, "a slip")]
    assert versions[0].ended_change == versions[1].change
    assert differences(current_state()) == []


def assert_foreseen(foreseen: list[Effect], saved: list[Effect], moved: set[str]) -> None:
    """A preview says of every post and team that moves what its figures will be; so does what was saved."""
    assert saved == foreseen
    today = [each for each in foreseen if each.day == current_state().day]
    assert moved <= {each.code for each in today if each.before.points_x100 != each.after.points_x100}
    for each in today:
        shown = unit(each.level, each.code)
        assert each.after.points_x100 == shown.points_x100, each
        assert each.after.available_x100 == shown.available_x100, each
    assert points_notes(foreseen)
    assert "points_after" in [column.key for column in effect_table(foreseen, current_state()).columns]


def test_a_trainees_contacts_lose_and_regain_their_points_on_both_sides(nation: Nation) -> None:
    state = current_state()
    numbers = [
        each.number
        for each in Pricing.objects.filter(load=nation.load, kind="contact", counted=True, each_x100__gt=0)
    ]
    lines = Line.objects.filter(load=nation.load, pricing__in=numbers).exclude(other_post="")
    done = next(
        line
        for line in lines.order_by("ref")
        if Unit.objects.get(load=nation.load, level="post", whole=True, number=line.post_no).code
        != line.other_post
    )
    doer = Unit.objects.get(load=nation.load, level="post", whole=True, number=done.post_no)
    before = {code: unit("post", code).contacts_x100 for code in (doer.code, done.other_post)}
    post = doer.team_code, doer.staff_code
    stage = wished(post, kind="reduction", reason="12", first_day=state.day - timedelta(100))
    foreseen = actions.preview(changes=[stage], state=state, actor=None).effects
    saved = save(stage)
    assert differences(current_state()) == []
    assert_foreseen(foreseen, saved.effects, {doer.code, done.other_post})
    assert unit("post", doer.code).contacts_x100 < before[doer.code]
    assert unit("post", done.other_post).contacts_x100 > before[done.other_post]
    assert unit("nation", "nation").contacts_x100 == 0
    listed = Line.objects.get(load=nation.load, ref=done.ref, post_no=done.post_no)
    priced = Pricing.objects.get(load=nation.load, number=listed.pricing)
    assert (listed.points_x100, priced.reason) == (0, "co-working by a trainee")
    for level, code in (("post", doer.code), ("post", done.other_post), ("team", doer.team_code)):
        shown, stood = unit(level, code), NightOnDay(state.day, state.day, state.night)
        now = why_between(current_state(), shown, stood, None)
        assert now.after == (shown.points_x100, shown.available_x100), f"why {code} moved until now"
        assert sum(cause.points_x100 for cause in now.causes) == now.after[0] - now.before[0]
    undone = wished(post, kind="reduction", key=saved.entries[0].key, version=1, withdraw=True)
    foreseen = actions.preview(changes=[undone], state=current_state(), actor=None).effects
    assert_foreseen(foreseen, save(undone).effects, {doer.code, done.other_post})
    assert differences(current_state()) == []
    assert {code: unit("post", code).contacts_x100 for code in before} == before


def test_a_page_of_any_stream_knows_that_it_shows_what_stands(
    nation: Nation, signed_in: Callable[..., Client]
) -> None:
    client = signed_in()
    post = Unit.objects.filter(load=nation.load, level="post", stream=COURTS).order_by("code")[0]

    def marks(stream: str) -> tuple[str, str]:
        page = client.get(f"/pdu/{post.pdu_code}/", {"stream": stream} if stream else {}).text
        shown = re.search(r'data-mark="([^"]*)"', page)
        return shown[1] if shown else "", client.get(f"/live/pdu/{post.pdu_code}/").json()["mark"]

    before = marks("")
    save(
        wished(
            (post.team_code, post.staff_code),
            kind="hours",
            first_day=current_state().day,
            hours_micro=1_000_000,
        )
    )
    for stream in ("", COURTS):
        shown, stands = marks(stream)
        assert shown == stands != before[0], "it says that there is something new only where there is"


def test_a_change_ahead_takes_effect_on_its_day_and_no_longer(posts: list[Post], settings: Any) -> None:
    state, post = current_state(), posts[0]
    code, first = ":".join(post), state.day + timedelta(3)
    before = unit("post", code).available_x100
    last = first + timedelta(1)
    save(wished(post, kind="reduction", reason="7", first_day=first, last_day=last))
    assert unit("post", code).available_x100 == before
    for day, available in ((first, 0), (last, 0), (last + timedelta(1), before), (state.day, before)):
        on_a_day(day, settings)
        assert current_state().day == day
        assert unit("post", code).available_x100 == available, day
        assert differences(current_state()) == []


def test_a_day_that_is_missed_altogether_is_made_up_for(posts: list[Post], settings: Any) -> None:
    state, post = current_state(), posts[0]
    save(
        wished(post, kind="hours", first_day=state.day + timedelta(2), hours_micro=30_000_000),
        wished(post, kind="hours", first_day=state.day + timedelta(40), hours_micro=20_000_000),
    )
    on_a_day(state.day + timedelta(60), settings)
    assert current_state().day == state.day + timedelta(60)
    assert unit("post", ":".join(post)).contracted_hours_micro == 20_000_000
    assert differences(current_state()) == []


def test_the_day_is_never_before_the_extract(nation: Nation, settings: Any) -> None:
    on_a_day(nation.load.as_at.date() - timedelta(30), settings)
    assert current_state().day == nation.load.as_at.date()


def test_reductions_that_would_take_more_than_there_is_are_cut_and_named(posts: list[Post]) -> None:
    day = current_state().day
    save(wished(posts[0], kind="hours", hours_micro=37_000_000, first_day=day))
    save(wished(posts[0], kind="reduction", reason="1", hours_micro=20_000_000, first_day=day))
    later = day + timedelta(5)
    saved = save(wished(posts[0], kind="reduction", reason="3", hours_micro=20_000_000, first_day=later))
    (fault,) = saved.warnings
    assert fault.code == "CUT_AT_CONTRACT"
    assert "40 hours a week, more than the 37 hours contracted" in fault.message
    assert [said.partition(":")[0] for said in fault.shown] == ["Disability", "Phased Return to Work"]
    assert fault.shown[1].endswith("takes 17 hours instead of 20 hours, cut by 3 hours")
    assert len(plans_of([posts[0]])[posts[0]].reductions) == 2
    with pytest.raises(RefusedError) as refused:
        save(wished(posts[0], kind="reduction", reason="3", hours_micro=38_000_000, first_day=later))
    assert [fault.code for fault in refused.value.faults] == ["ABOVE_HOURS"]


def test_two_who_change_one_record_do_not_overwrite_each_other(posts: list[Post]) -> None:
    day = current_state().day
    saved = save(wished(posts[0], kind="reduction", reason="1", hours_micro=5_000_000, first_day=day))
    key = saved.entries[0].key

    def mine(hours: int) -> Change:
        amounts = {"reason": "1", "hours_micro": hours, "first_day": day}
        return wished(posts[0], kind="reduction", key=key, version=1, **amounts)

    save(mine(6_000_000))
    with pytest.raises(ConflictError) as conflict:
        save(mine(7_000_000))
    assert conflict.value.faults[0].shown == [f"Disability: 6 hours from {day:%-d %B %Y} until ended"]
    assert unit("post", ":".join(posts[0])).reduction_hours_micro == 6_000_000


def test_all_or_nothing(posts: list[Post]) -> None:
    before, day = unit("nation", "nation").available_x100, current_state().day
    with pytest.raises(RefusedError) as refused:
        save(
            wished(posts[0], kind="hours", first_day=day, hours_micro=10_000_000),
            wished(posts[1], kind="hours", first_day=day, hours_micro=200_000_000),
        )
    assert [(fault.index, fault.field) for fault in refused.value.faults] == [(1, "hours_micro")]
    assert unit("nation", "nation").available_x100 == before
    assert differences(current_state()) == []


def test_past_and_coming_days_are_told_by_the_same_ledger(posts: list[Post]) -> None:
    from wmt.site.changes.impact import timeline_of as timeline

    state, post = current_state(), posts[0]
    save(
        wished(post, kind="hours", first_day=state.day + timedelta(10), hours_micro=18_500_000),
        wished(post, kind="reduction", reason="26", percent_x100=500, first_day=state.day + timedelta(20)),
    )
    told = {moment.day: moment.figures for moment in timeline(state, post)}
    assert told[state.day + timedelta(10)].available_x100 == 110_000
    assert told[state.day + timedelta(20)].available_x100 == 104_500  # 17.575 hours: measure, example 2


def test_what_says_the_same_makes_no_version(posts: list[Post]) -> None:
    wanted = wished(posts[0], kind="hours", first_day=current_state().day, hours_micro=30_000_000)
    first = save(wanted)
    same = replace(wanted, key=first.entries[0].key, version=1)
    again = save(same)
    assert (again.number, [row.version for row in again.entries]) == (first.number, [1])
    assert current_state().revision == first.number
    both = save(same, wished(posts[1], kind="hours", first_day=current_state().day, hours_micro=30_000_000))
    assert [row.version for row in both.entries] == [1, 1]
    assert both.number == first.number + 1


def test_a_last_day_that_a_table_brought_need_not_be_shortened(posts: list[Post]) -> None:
    first = current_state().day
    long = {"kind": "reduction", "reason": "12", "first_day": first, "last_day": first + timedelta(300)}
    made = actions.save(actor=None, who="a table", changes=[wished(posts[0], **long)], strict=False)
    with pytest.raises(RefusedError):
        save(wished(posts[1], **long))
    key = made.entries[0].key
    noted = save(wished(posts[0], **long, key=key, version=1, notes="deferred"))
    assert noted.entries[0].last_day == first + timedelta(300)
    with pytest.raises(RefusedError):
        save(wished(posts[0], **long | {"last_day": first + timedelta(301)}, key=key, version=2))


def test_a_reason_that_is_renamed_has_its_new_name_on_lines(posts: list[Post]) -> None:
    from wmt.site.changes.reasons import save_reason

    day = current_state().day
    save(wished(posts[0], kind="reduction", reason="22", hours_micro=2_000_000, first_day=day))
    save_reason(
        actor=None, who="a test", reason="22", first_day=day, name="Duty at court", short_name="Court",
        category="Work Circumstances", allowance_x100=None, max_x100=None, months=None,
    )  # fmt: skip
    (line,) = Line.objects.filter(load_id=current_state().load_id, about__startswith="Duty at court")
    assert line.quantity_micro == -2_000_000
    assert differences(current_state()) == []
