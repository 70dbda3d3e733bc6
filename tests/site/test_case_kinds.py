"""A case of another tier or type: priced anew at once, until an extract says so too."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.conf import settings
from test_allocate import cases_of, give, posts, unit, why
from test_allocations_load import home, load_night  # noqa: F401 - fixtures

from conftest import Nation
from wmt.nights import open_night
from wmt.nights.kept_transfers import kept_transfers
from wmt.nights.recompute import recompute
from wmt.site.allocation.models import CaseAllocation, CaseKindChange
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import ConflictError, RefusedError
from wmt.site.changes import allocate, case_kinds
from wmt.site.changes.case_deltas import case_lines
from wmt.site.changes.case_kinds import KindChangeRequest
from wmt.site.changes.reconcile import differences
from wmt.site.workload.models import Line, Load, Pricing, Unit
from wmt.site.workload.state import current_state

Now = CaseKindChange.State
Change = Callable[..., Load]


def change(ref: str, location: str, tier: str, **more: Any) -> CaseKindChange:
    wanted = {"reason": "assessed_again", **more}
    row, _ = case_kinds.change_kind(
        actor=None, who="a test", wanted=KindChangeRequest(ref=ref, location=location, tier=tier, **wanted)
    )
    return row


def undo(row: CaseKindChange) -> None:
    case_kinds.undo_kind(actor=None, who="a test", row=row)


def is_now(ref: str) -> str:
    """What the lines of the figures say a case is, by the rows alone: 'custody B3 active 59.00'."""
    state = current_state()
    (line,) = (line for line in case_lines(state, [ref]) if line.listed_cases)
    by = Pricing.objects.get(load_id=state.load_id, number=line.pricing)
    return f"{by.location} {by.tier}{'S' * by.suspended} {by.status}"


def worth(ref: str) -> int:
    return sum(line.points_x100 for line in case_lines(current_state(), [ref]))


@pytest.fixture
def case(nation: Nation) -> tuple[Unit, str]:
    """A practitioner and an active case of theirs in the community, tier C1."""
    assert nation.load.posts > 50
    state = current_state()
    kinds = Pricing.objects.filter(
        load_id=state.load_id,
        kind="case",
        stream="standard",
        status="active",
        location="community",
        tier="C1",
        suspended=False,
    )
    held = {row.number: row for row in posts(stream="sentence_management", grade="PO", available_x100__gt=0)}
    line = Line.objects.filter(
        load_id=state.load_id, pricing__in=kinds.values("number"), post_no__in=held, listed_cases=1
    ).order_by("post_no", "ref")[0]
    return held[line.post_no], line.ref


def test_the_old_price_comes_off_and_the_new_one_on_everywhere(case: tuple[Unit, str]) -> None:
    post, ref = case
    above = [(level, getattr(post, f"{level}_code")) for level in ("team", "pdu", "region")]
    before = {where: unit(*where) for where in (("post", post.code), *above, ("nation", "nation"))}
    was = worth(ref)
    row = change(ref, "custody", "B3")
    assert is_now(ref) == "custody B3 active"
    assert (row.from_x100, row.to_x100) == (was, worth(ref))
    assert worth(ref) == 5_900  # the table of 2021: custody B3 earns 59 points
    assert worth(ref) != was
    for where, old in before.items():
        now = unit(*where)
        assert now.points_x100 == old.points_x100 + 5_900 - was, where
        assert (now.cases, now.cases_all) == (old.cases, old.cases_all)
    assert (row.state, row.first_day, row.post) == (Now.GIVEN, current_state().day, post.code)
    assert current_state().revision == row.change
    assert differences(current_state()) == []
    undo(row)
    assert {where: unit(*where).points_x100 for where in before} == {
        where: old.points_x100 for where, old in before.items()
    }
    assert is_now(ref) == "community C1 active"
    assert differences(current_state()) == []


def test_a_case_of_every_price_can_be_of_another_tier_and_back(nation: Nation) -> None:
    """One case of each price: in custody, in the community, suspended; all as if worked out anew."""
    state, refs = current_state(), []
    made_of = (
        ("custody", "A3", False), ("community", "0", False),
        ("licence", "D1", True), ("community", "B2", False),
    )  # fmt: skip
    for by in Pricing.objects.filter(
        load=nation.load, kind__in=("case", "unpaid_only", "unpaid_work", "iom")
    ):
        if by.stream == "standard":
            rows = Line.objects.filter(load=nation.load, pricing=by.number).exclude(ref="").order_by("ref")
            refs += [line.ref for line in rows[:1]]
    made = []
    for number, ref in enumerate(sorted(set(refs))):
        holders = {line.post_no for line in case_lines(state, [ref]) if line.listed_cases == 1}
        if len(holders) != 1 or not posts(number=holders.pop()):
            continue
        location, tier, suspended = made_of[number % 4]
        if is_now(ref).split()[:2] != [location, f"{tier}{'S' * suspended}"]:
            made.append(change(ref, location, tier, suspended=suspended))
    assert len(made) > 20
    assert differences(current_state()) == []
    for row in reversed(made):
        undo(row)
    assert differences(current_state()) == []


def test_a_flag_weighs_where_the_new_type_lets_it(nation: Nation) -> None:
    """A case with a flag of unpaid work is one that has it alone in the community, nowhere else."""
    flags = nation.night.facts().flag.filter(flag="U")
    listed = nation.night.facts().caseload.filter(pl.col("case_ref").is_not_null())
    both = flags.join(listed, on=["post_no", "case_ref"]).join(
        pl.DataFrame({"post_no": [post.number for post in posts()]}, {"post_no": pl.Int64}), on="post_no"
    )
    ref = next(ref for ref in both["case_ref"].sort() if "active" in is_now(ref))
    first = change(ref, "custody", "B2")
    assert not any(_kind(line) == "unpaid_only" for line in case_lines(current_state(), [ref]))
    second = change(ref, "community", "B2")
    assert [_kind(line) for line in case_lines(current_state(), [ref])].count("unpaid_only") == 1
    assert differences(current_state()) == []
    undo(second)
    undo(first)
    assert differences(current_state()) == []


def _kind(line: Line) -> str:
    return Pricing.objects.get(load_id=line.load_id, number=line.pricing).kind


def test_it_can_be_given_on_and_changed_in_any_order(case: tuple[Unit, str]) -> None:
    old, ref = case
    new = next(each for each in posts(grade="PO", available_x100__gt=0) if each.pdu_code != old.pdu_code)
    since = next(line.since for line in case_lines(current_state(), [ref]) if line.listed_cases)
    tier = change(ref, "licence", "A1")
    given = give(ref, new)
    assert given.words == "licence A1"
    assert given.points_x100 == worth(ref) == tier.to_x100
    again = change(ref, "custody", "D2")
    tier.refresh_from_db()
    assert (tier.state, tier.is_open, again.post) == (Now.PASSED_ON, True, new.code)
    assert differences(current_state()) == []
    allocate.undo(actor=None, who="a test", allocation=given)
    assert (is_now(ref), ref in cases_of(old)) == ("custody D2 active", True)
    assert differences(current_state()) == []
    with pytest.raises(ConflictError, match="changed again since"):
        undo(tier)
    undo(again)
    tier.refresh_from_db()
    assert tier.state == Now.GIVEN
    undo(tier)
    assert is_now(ref) == "community C1 active"
    assert since == next(line.since for line in case_lines(current_state(), [ref]) if line.listed_cases)
    assert differences(current_state()) == []


def test_why_it_moved_says_type_and_tier(case: tuple[Unit, str]) -> None:
    post, ref = case
    was = worth(ref)
    change(ref, "custody", "B3")
    places = [("post", post.code), ("team", post.team_code), ("pdu", post.pdu_code), ("nation", "nation")]
    for level, code in places:
        found, shown = why(level, code), unit(level, code)
        assert found.after == (shown.points_x100, shown.available_x100)
        assert sorted(str(each.cause) for each in found.causes) == ["retiered", "type_changed"]
        assert sum(each.points_x100 for each in found.causes) == 5_900 - was
        (move,) = found.lines_of(found.causes[0].cause).iter_rows(named=True)
        assert (move["ref"], move["tier_before"], move["tier_after"]) == (ref, "C1", "B3")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"tier": "Z9"}, "TIER"),
        ({"tier": "A"}, "TIER"),  # of a later scheme
        ({"location": "moon"}, "TYPE"),
        ({"location": "community", "tier": "C1"}, "SAME"),
        ({"reason": ""}, "REASON"),
        ({"notes": "see www.example.org"}, "LINK"),
        ({"ref": "X999999"}, "CASE_UNKNOWN"),
        ({"ref": ""}, "CASE_UNKNOWN"),
    ],
)
def test_what_cannot_be_is_told_and_changes_nothing(
    case: tuple[Unit, str], more: dict[str, str], code: str
) -> None:
    before = unit("post", case[0].code).points_x100
    with pytest.raises(RefusedError) as told:
        change(**{"ref": case[1], "location": "custody", "tier": "B3", **more})
    assert [fault.code for fault in told.value.faults] == [code]
    assert CaseKindChange.objects.count() == 0
    assert unit("post", case[0].code).points_x100 == before


def test_t2a_cases_are_left_to_ndelius(nation: Nation) -> None:
    numbers = Pricing.objects.filter(load=nation.load, kind="case", stream="t2a").values("number")
    ref = Line.objects.filter(load=nation.load, pricing__in=numbers).exclude(ref="").order_by("ref")[0].ref
    with pytest.raises(RefusedError, match="T2A"):
        change(ref, "custody", "B3")


def test_sent_twice_it_is_done_once_and_a_stale_page_is_told(case: tuple[Unit, str]) -> None:
    post, ref = case
    state = current_state()
    wanted = KindChangeRequest(ref=ref, location="custody", tier="B3")
    seen = case_kinds.look(actor=None, wanted=wanted, state=state).mark
    row = change(ref, "custody", "B3", key="form 1", seen=seen)
    assert change(ref, "custody", "B3", key="form 1", seen=seen).pk == row.pk
    points = unit("post", post.code).points_x100
    with pytest.raises(RefusedError, match="Another change was made with this key"):
        change(ref, "custody", "B2", key="form 1")
    with pytest.raises(ConflictError, match="The case is custody B3, 59 points by now"):
        change(ref, "custody", "B2", seen=seen)
    assert (CaseKindChange.objects.count(), unit("post", post.code).points_x100) == (1, points)
    undo(row)
    with pytest.raises(ConflictError, match="undone by a test"):
        change(ref, "custody", "B3", key="form 1")


def test_the_audit_says_what_and_never_which(case: tuple[Unit, str]) -> None:
    post, ref = case
    row = change(ref, "custody", "B3", notes="because of her health")
    event = AuditEvent.objects.filter(kind="case change").get()
    assert event.sentence == f"a test changed a case of {post.code} from community C1 to custody B3."
    undo(row)
    for each in AuditEvent.objects.filter(kind="case change"):
        assert ref not in f"{vars(each)}"
        assert "health" not in f"{vars(each)}"


# ---- the next extract ------------------------------------------------------------------------------------


def as_kind(ref: str, location: str, tier: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    hit = pl.col("case_ref") == ref
    return lambda cases: cases.with_columns(
        location=pl.when(hit).then(pl.lit(location)).otherwise("location"),
        tier=pl.when(hit).then(pl.lit(tier)).otherwise("tier"),
    )


def gone(ref: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda cases: cases.filter(pl.col("case_ref") != ref)


@pytest.fixture
def changed(case: tuple[Unit, str], home: Path) -> tuple[Unit, str, CaseKindChange]:  # noqa: ARG001,F811
    return *case, change(case[1], "custody", "B3")


def test_an_extract_that_does_not_show_it_yet_is_worked_out_with_it(
    changed: tuple[Unit, str, CaseKindChange],
    load_night: Change,  # noqa: F811
) -> None:
    _, ref, row = changed
    load = load_night(as_kind(ref, "community", "C1"))
    row.refresh_from_db()
    assert (row.state, row.is_open, is_now(ref)) == (Now.GIVEN, True, "custody B3 active")
    assert differences(current_state()) == []
    night = open_night(settings.CONFIG.nights / load.night)
    assert [(each.ref, each.from_kind, each.to_kind) for each in kept_transfers(night)] == [
        (ref, "community:C1", "custody:B3")
    ]
    kept = night.table("results/lines").filter(ref=ref, kind="case")
    assert kept.select("location", "tier", "points_x100").rows() == [("custody", "B3", 5_900)]
    assert recompute(night).differing == []
    CaseKindChange.objects.update(first_day=current_state().day)
    undo(row)
    assert is_now(ref) == "community C1 active"
    assert differences(current_state()) == []


@pytest.mark.parametrize(
    ("extract", "state", "shown"),
    [
        (("custody", "B3"), Now.CONFIRMED, "custody B3 active"),
        (("licence", "A2"), Now.ELSEWHERE, "licence A2 active"),
        (None, Now.ENDED, ""),
    ],
)
def test_an_extract_settles_it(
    changed: tuple[Unit, str, CaseKindChange],
    load_night: Change,  # noqa: F811
    extract: Any,
    state: str,
    shown: str,
) -> None:
    _, ref, row = changed
    load = load_night(as_kind(ref, *extract) if extract else gone(ref))
    row.refresh_from_db()
    assert (row.state, row.is_open, row.settled_as_at) == (state, False, load.as_at)
    assert row.found_kind == ("licence:A2" if state == Now.ELSEWHERE else "")
    assert shown == "" or is_now(ref) == shown
    assert load.faults.filter(code="CASE_CHANGES_CONTRADICTED").exists() == (state != Now.CONFIRMED)
    assert not load.faults.filter(message__contains=ref).exists()
    assert differences(current_state()) == []


def test_where_it_is_and_what_it_is_are_settled_apart(
    changed: tuple[Unit, str, CaseKindChange],
    load_night: Change,  # noqa: F811
) -> None:
    """The extract shows it with whom it was given to in its former tier, then in the new one with a third."""
    old, ref, row = changed
    others = [each for each in posts(grade="PO", available_x100__gt=0) if each.pdu_code != old.pdu_code]
    new, third = others[:2]
    given = give(ref, new)

    def with_post(post: Unit, *kind: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
        hit = pl.col("case_ref") == ref
        return lambda cases: as_kind(ref, *kind)(cases).with_columns(
            team_code=pl.when(hit).then(pl.lit(post.team_code)).otherwise("team_code"),
            staff_code=pl.when(hit).then(pl.lit(post.staff_code)).otherwise("staff_code"),
        )

    load_night(with_post(new, "community", "C1"))
    row.refresh_from_db()
    given.refresh_from_db()
    assert (given.state, row.state) == (CaseAllocation.State.CONFIRMED, Now.GIVEN)
    assert (ref in cases_of(new), is_now(ref)) == (True, "custody B3 active")
    assert differences(current_state()) == []
    load_night(with_post(third, "custody", "B3"), days=1)
    row.refresh_from_db()
    given.refresh_from_db()
    assert (given.state, row.state) == (CaseAllocation.State.CONFIRMED, Now.CONFIRMED)
    assert (ref in cases_of(third), is_now(ref)) == (True, "custody B3 active")
    assert differences(current_state()) == []


def test_a_post_that_keeps_earlier_lines_keeps_the_tier_of_the_extract(
    changed: tuple[Unit, str, CaseKindChange],
    load_night: Change,  # noqa: F811
) -> None:
    post, ref, row = changed
    load_night(as_kind(ref, "community", "C1"))
    load_night(as_kind(ref, "community", "C1"), days=1, aside=post)
    row.refresh_from_db()
    assert (row.state, is_now(ref)) == (Now.GIVEN, "community C1 active")
    assert differences(current_state()) == []
    load_night(as_kind(ref, "community", "C1"), days=2)
    assert is_now(ref) == "custody B3 active"
    assert differences(current_state()) == []


def test_a_case_that_is_overdue_by_now_keeps_that_and_the_tier(
    changed: tuple[Unit, str, CaseKindChange],
    load_night: Change,  # noqa: F811
) -> None:
    _, ref, row = changed
    hit = pl.col("case_ref") == ref
    load_night(
        lambda cases: as_kind(ref, "community", "C1")(cases).with_columns(
            counted_active=pl.when(hit).then(pl.lit(False)).otherwise("counted_active")
        )
    )
    row.refresh_from_db()
    assert row.state == Now.GIVEN
    said = is_now(ref).split()
    assert said[:2] == ["custody", "B3"]
    assert said[2] != "active"
    assert differences(current_state()) == []


def test_giving_cases_and_tiers_in_one_night_counts_each_once(
    changed: tuple[Unit, str, CaseKindChange],
    load_night: Change,  # noqa: F811
) -> None:
    """One decision is in the night, a later one beside it, and the first is undone: the last word counts."""
    _, ref, row = changed
    load_night(as_kind(ref, "community", "C1"))
    again = change(ref, "licence", "A1")
    assert (is_now(ref), again.from_kind) == ("licence A1 active", "custody:B3")
    assert differences(current_state()) == []
    load_night(as_kind(ref, "community", "C1"), days=1)
    again.refresh_from_db()
    assert (again.state, is_now(ref)) == (Now.GIVEN, "licence A1 active")
    load_night(as_kind(ref, "custody", "B3"), days=2)
    again.refresh_from_db()
    row.refresh_from_db()
    assert (row.state, again.state, is_now(ref)) == (Now.PASSED_ON, Now.GIVEN, "licence A1 active")
    assert differences(current_state()) == []
