"""The responsive figure on pages, in lists, files and the API: held to the ledger with one more rule set."""

# ruff: noqa: F811 - fixtures come by import
import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.test import Client
from django.utils import timezone
from tabs_fixtures import in_sight, number, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_priority_levels import pdus, set_to

from wmt import rules
from wmt.ledger import LEVELS, Ledger, LedgerError, shown_points
from wmt.nights.unit_slice import sides_of
from wmt.rules import Overlay, RuleSet, priorities
from wmt.site.changes import allocate
from wmt.site.changes.allocation_preview import AllocationRequest
from wmt.site.links import unit_url
from wmt.site.priorities import levels
from wmt.site.priorities.models import PriorityLevel
from wmt.site.queries import responsive, responsive_then
from wmt.site.web.priorities import level_tables
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
MATRIX = {"amber": {"planned_contact": "0.5", "home_visit": "0.25"}, "red": {"planned_contact": "0"}}


def laid(**more: str) -> RuleSet:
    entries = [
        (f"priority_factors.{level}.{activity}", rules.ALWAYS, Decimal(factor))
        for level, factors in MATRIX.items()
        for activity, factor in factors.items()
    ]
    entries += [(path.replace("__", "."), rules.ALWAYS, Decimal(value)) for path, value in more.items()]
    return rules.load().at(current_state().rules_date, [Overlay("matrix", "a test", tuple(entries))])


def forget() -> None:
    for kept in (responsive._posts, responsive._pdus, responsive._regions):
        kept.cache_clear()


def use(monkeypatch: pytest.MonkeyPatch, ruleset: RuleSet) -> None:
    """As if the night had been loaded with a matrix: nothing else of its rules is another."""
    forget()
    for module in (responsive, level_tables):
        monkeypatch.setattr(module, "rules_of", lambda _: ruleset)


@pytest.fixture
def matrix(nation: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[RuleSet]:  # noqa: ARG001
    use(monkeypatch, ruleset := laid())
    yield ruleset
    forget()


def by_ledger(nation: Any, ruleset: RuleSet, levels: dict[str, str]) -> dict[tuple[str, str], int]:
    """The points of every unit's headline with PDUs at these levels, by ledgers under one more rule set."""
    night = nation.night
    ledger, found = Ledger(night.facts(), ruleset, former=night.former()), {}
    usual = {
        (row["level"], row["code"]): row for row in ledger.totals(LEVELS).to_dicts() if _is_headline(row)
    }
    found = {key: row["points_x100"] for key, row in usual.items()}
    for name in set(levels.values()):
        ledger.reprice(priorities.at_level(ruleset, name))
        for row in ledger.totals(("post", "team", "pdu")).to_dicts():
            place = row["code"] if row["level"] == "pdu" else row["pdu_code"]
            if not _is_headline(row) or levels.get(place) != name:
                continue
            key = row["level"], row["code"]
            if row["level"] == "pdu":
                moved = row["points_x100"] - usual[key]["points_x100"]
                found["region", row["region_code"]] += moved
                found["nation", "nation"] += moved
            found[key] = row["points_x100"]
    return found


def _is_headline(row: dict[str, Any]) -> bool:
    return row["level"] == "post" or row["stream"] == "sentence_management"


def test_every_unit_has_the_figure_of_a_ledger_with_one_more_rule_set(
    nation: Any, matrix: RuleSet, program: Any
) -> None:
    one, other = pdus(nation)
    set_to(one.code, "amber")
    set_to(other.code, "red")
    expected = by_ledger(nation, matrix, {one.code: "amber", other.code: "red"})
    found, moved = responsive.Responsive.of(current_state()), set()
    for unit in Unit.objects.filter(load=nation.load, whole=True):
        if unit.level == "post" and unit.stream == "omic":
            continue
        assert found.points_x100(unit) == expected[unit.level, unit.code], unit
        assert (found.points_x100(unit) != unit.points_x100) <= found.differs(unit)
        moved |= {(unit.level, unit.pdu_code)} if found.points_x100(unit) != unit.points_x100 else set()
    assert {place for level, place in moved if level == "team"} == {one.code, other.code}
    parts = Unit.objects.filter(load=nation.load, whole=False, level__in=("team", "pdu", "region", "nation"))
    by_grade = [part for part in parts if part.grade and part.stream == "sentence_management"]
    for unit in (one, other, Unit.objects.get(load=nation.load, level="nation", whole=True)):
        grades = [part for part in by_grade if (part.level, part.code) == (unit.level, unit.code)]
        assert sum(map(found.points_x100, grades)) == expected[unit.level, unit.code]
    shown = program("analyst").get(f"units/pdu/{one.code}")["figures"]
    assert shown["responsive_points"] == expected["pdu", one.code] / 100
    assert shown["points"] == one.points_x100 / 100
    assert shown["responsive_capacity"] < shown["capacity"]


def test_pages_lists_and_files_show_it_beside_business_as_usual(
    nation: Any, matrix: RuleSet, signed_in: SignIn
) -> None:
    one, _ = pdus(nation)
    client = signed_in("administrator")
    region = unit_url("region", one.region_code)
    assert "Responsive" not in client.get(region).text
    set_to(one.code)
    expected = by_ledger(nation, matrix, {one.code: "amber"})
    page = in_sight(client.get(unit_url("pdu", one.code)).text)
    points = shown_points(expected["pdu", one.code])
    capacity = f"{expected['pdu', one.code] / one.available_x100:.1%}"
    assert f"The responsive figure at amber is {capacity} ({points:,} points)." in page
    assert f"Business as usual is {one.points_x100 / one.available_x100:.1%}" in page
    assert "The responsive figure with these levels is" in in_sight(client.get(region).text)
    rows = {row["PDU"]: row for row in table_of(client.get(region + "?list=pdu").text, "overview")}
    assert rows[one.name]["Priority level"] == "Amber"
    assert number(rows[one.name]["Responsive points"]) == points
    assert rows[one.name]["Points"] == f"{shown_points(one.points_x100):,}"
    others = [row for name, row in rows.items() if name not in (one.name, "Total")]
    assert all(row["Responsive points"] == row["Points"] for row in others)
    assert number(rows["Total"]["Responsive points"]) == shown_points(expected["region", one.region_code])
    by_points = unit_url("pdu", one.code) + "?list=post&sort=responsive_points"
    ordered = table_of(client.get(by_points).text, "overview")
    found = [number(row["Responsive points"]) for row in ordered[:-1]]
    assert found == sorted(found)
    answer = client.get(unit_url("pdu", one.code) + "overview.csv?list=post")
    file = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = {row["Code"]: row for row in csv.DictReader(io.StringIO(file)) if row["Code"]}
    for code, row in lines.items():
        assert Decimal(row["Responsive points"]) * 100 == expected["post", code], code
        assert row["Priority level"] == "Amber"


def test_what_amber_changes_is_said_case_by_case_and_adds_up(
    nation: Any, matrix: RuleSet, signed_in: SignIn
) -> None:
    one, _ = pdus(nation)
    set_to(one.code)
    expected = by_ledger(nation, matrix, {one.code: "amber"})
    client = signed_in("analyst")
    for level, code, points in (("pdu", one.code, one.points_x100),):
        page = client.get(unit_url(level, code, "priority")).text
        rows = table_of(page, "priority-cases")
        difference = sum(Decimal(row["Difference"].replace("−", "-").replace(",", "")) for row in rows[:-1])
        assert difference * 100 == expected[level, code] - points
        d1 = next(row for row in rows if row["Cases"].endswith("D1") and "ommunity" in row["Cases"])
        # 13 hours of contacts halved, 1.5 of home visits quartered, of 36.5: 49 × 28.875 ÷ 36.5
        assert (d1["Points each"], d1["Points each at amber"]) == ("49", "38.76")
        order = table_of(page, "priority-order")
        assert [row["Work"] for row in order[:2]] == ["Home visit", "Planned supervision contact"]
        assert [row["Put aside"] for row in order[:3]] == ["1", "2", "–"]
        assert [row["Expected at amber, %"] for row in order[:3]] == ["25", "50", "100"]
        assert "European Probation Rules, Rule 29" in page
        assert "Examples from elsewhere, which bind nobody here" in page


@pytest.mark.usefixtures("matrix")
def test_the_order_of_work_is_for_whoever_is_over_or_not_at_green(nation: Any, signed_in: SignIn) -> None:
    same = {"load": nation.load, "level": "post", "whole": True, "stream": "sentence_management"}
    over = Unit.objects.filter(**same, posts_over=1, points_x100__gt=0)[0]
    under = Unit.objects.filter(**same, posts_over=0, available_x100__gt=0)[0]
    client = signed_in("analyst")
    page = in_sight(client.get(unit_url("post", over.code, "priority")).text)
    assert f"{over.name} is over 110%, by" in page
    assert "The PDU is at green, so nothing is put aside without a decision by management" in page
    assert 'id="table-priority-order"' in client.get(unit_url("post", over.code, "priority")).text
    assert "Which work comes first" not in client.get(unit_url("post", under.code, "priority")).text


def test_while_nobody_has_set_the_matrix_one_sentence_says_so(
    nation: Any, signed_in: SignIn, program: Any
) -> None:
    forget()
    one, _ = pdus(nation)
    set_to(one.code)
    client = signed_in("analyst")
    said = "The responsive figure at amber is the same, because nobody has set what is put aside at amber."
    for tab in ("", "priority"):
        page = client.get(unit_url("pdu", one.code, tab)).text
        assert said in in_sight(page)
        assert "Responsive points" not in page
    assert "There is no order of work to show" in page
    figures = program("analyst").get(f"units/pdu/{one.code}")["figures"]
    assert figures["responsive_points"] == figures["points"]
    assert figures["responsive_capacity"] == figures["capacity"]


@pytest.mark.usefixtures("matrix")
def test_runs_and_the_count_of_those_over_stay_on_business_as_usual(nation: Any, program: Any) -> None:
    one, _ = pdus(nation)
    analyst, asked = program("analyst"), (f"units/pdu/{one.code}/runs", f"units/pdu/{one.code}/duties")
    before = [analyst.get(address) for address in asked], analyst.get(f"units/pdu/{one.code}")["figures"]
    set_to(one.code, "red")
    after = [analyst.get(address) for address in asked], analyst.get(f"units/pdu/{one.code}")["figures"]
    assert before[0] == after[0]
    changed = {name for name, value in before[1].items() if after[1][name] != value}
    assert changed == {"priority_level", "responsive_points", "responsive_capacity"}


@pytest.mark.usefixtures("matrix")
def test_a_case_that_is_given_moves_the_responsive_figure_at_once(pdu: Pdu) -> None:
    set_to(pdu.code)
    posts = [pdu.holder, pdu.free[0]]
    before = [responsive.Responsive.of(current_state()).points_x100(post) for post in posts]
    wanted = AllocationRequest(
        ref=pdu.held.ref, to_post=pdu.free[0].code, reason="caseload_adjustment",
        why_not_eligible="x", why_over="x",
    )  # fmt: skip
    allocate.allocate(actor=None, who="Ann", wanted=wanted)
    for post in posts:
        post.refresh_from_db()
    after = [responsive.Responsive.of(current_state()).points_x100(post) for post in posts]
    assert before[0] - after[0] == after[1] - before[1]
    assert before[0] - after[0] <= pdu.held.points_x100
    unit = Unit.objects.get(load_id=current_state().load_id, level="pdu", whole=True, code=pdu.code)
    everybody = Unit.objects.filter(load_id=unit.load_id, level="post", pdu_code=pdu.code, stream=unit.stream)
    found = responsive.Responsive.of(current_state())
    assert found.points_x100(unit) == sum(map(found.points_x100, everybody))


def test_a_figure_that_cannot_be_worked_out_says_why(
    nation: Any, monkeypatch: pytest.MonkeyPatch, signed_in: SignIn
) -> None:
    use(monkeypatch, laid(case_weighting__iom="150"))
    one, _ = pdus(nation)
    set_to(one.code)
    page = in_sight(signed_in("analyst").get(unit_url("pdu", one.code)).text)
    assert "The responsive figure at amber is the same, because it cannot be worked out: " in page
    assert "makes fractions of a hundredth of a point" in page
    forget()


def test_what_changed_and_trends_say_the_level_and_the_figure_of_a_day(
    nation: Any, matrix: RuleSet, signed_in: SignIn
) -> None:
    one, other = pdus(nation)
    set_to(one.code, "amber")
    set_to(other.code, "red")
    expected = by_ledger(nation, matrix, {one.code: "amber", other.code: "red"})
    not_green = {row.pdu: row for row in PriorityLevel.objects.all()}
    team = Unit.objects.filter(load=nation.load, level="team", whole=True, pdu_code=one.code).first()
    region = Unit.objects.get(load=nation.load, level="region", whole=True, code=one.region_code)
    post = Unit.objects.filter(load=nation.load, level="post", whole=True, pdu_code=other.code).first()
    whole = Unit.objects.get(load=nation.load, level="nation", whole=True)
    for unit in (one, other, team, region, post, whole):
        side, _ = sides_of(nation.night, nation.night, unit.level, unit.code)
        found = responsive_then.of_side(unit, replace(side, rules=matrix), not_green)
        if unit.stream != "omic":
            assert unit.points_x100 + found == expected[unit.level, unit.code], unit
    # set today, so it is known of today and not of the day before
    today = timezone.localdate()
    stood = levels.by_day(one.code, [today - timedelta(1), today])
    assert set(stood) <= {today}
    assert {row.pdu for row in levels.not_green_on(max(today, current_state().day)).values()} == {
        one.code,
        other.code,
    }
    page = in_sight(
        signed_in().get(unit_url("pdu", one.code, "why", **{"from": "2026-11-20"})).content.decode()
    )
    assert "the PDU is at amber, and the responsive figure is" in page
    assert "The causes below are of business as usual." in page


def test_a_day_of_trends_has_its_level_as_it_was_known_then() -> None:
    def row(**more: Any) -> PriorityLevel:
        made = timezone.make_aware(datetime(2026, 3, 2, 9))
        return PriorityLevel(level="amber", first_day=date(2026, 3, 2), recorded_at=made, **more)

    ended = timezone.make_aware(datetime(2026, 3, 10, 9))
    assert levels._stood(row(), date(2026, 3, 2))
    assert not levels._stood(row(), date(2026, 3, 1))
    assert levels._stood(row(ended_at=ended), date(2026, 3, 9))
    assert not levels._stood(row(ended_at=ended), date(2026, 3, 10))
    assert not levels._stood(row(last_day=date(2026, 3, 5)), date(2026, 3, 6))


def test_at_green_the_page_says_what_each_level_would_make_of_the_figure(
    nation: Any, matrix: RuleSet, signed_in: SignIn
) -> None:
    one, _ = pdus(nation)
    post = Unit.objects.filter(load=nation.load, level="post", whole=True, pdu_code=one.code, cases__gt=9)
    client = signed_in("administrator")
    for unit in (one, post.exclude(stream="omic").order_by("code")[0]):
        shown = table_of(client.get(unit_url(unit.level, unit.code, "priority")).text, "priority-levels")
        usual, *rest = (Decimal(row["Points"].replace(",", "")) for row in shown)
        assert [row["Level"] for row in shown] == ["Green", "Amber", "Red"]
        assert usual * 100 == unit.points_x100
        for points, level in zip(rest, ("amber", "red"), strict=True):
            assert points * 100 == by_ledger(nation, matrix, {one.code: level})[unit.level, unit.code]
            assert points < usual
    assert "is at green" in in_sight(client.get(unit_url("pdu", one.code, "priority")).text)


def test_without_a_matrix_the_page_says_why_no_level_changes_the_figure(
    nation: Any, signed_in: SignIn
) -> None:
    forget()
    one, _ = pdus(nation)
    page = signed_in("administrator").get(unit_url("pdu", one.code, "priority")).text
    _, amber, red = table_of(page, "priority-levels")
    for row, level in ((amber, "amber"), (red, "red")):
        assert row["Note"] == f"nobody has set what is put aside at {level}"
        assert (row["Capacity"], row["Points"], row["Difference"]) == ("–", "–", "–")


def test_what_cannot_be_worked_out_at_a_level_has_no_figure(
    nation: Any,
    matrix: RuleSet,  # noqa: ARG001
    signed_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, _ = pdus(nation)

    def fails(*_: Any) -> Any:
        raise LedgerError("no price for C2")

    monkeypatch.setattr(responsive, "level_prices", fails)
    page = signed_in("administrator").get(unit_url("pdu", one.code, "priority")).text
    green, amber, _ = table_of(page, "priority-levels")
    assert "no price for C2" in amber["Note"]
    assert (amber["Points"], amber["Capacity"], amber["Difference"]) == ("–", "–", "–")
    assert green["Points"] != "–"
