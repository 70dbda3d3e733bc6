"""Cover and co-working of cases: no figure moves, who sees which, and how each ends."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from api_fixtures import program  # noqa: F401
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, links, table_of
from test_allocate import cases_of, give, posts, unit

from wmt.site.allocation.models import CaseColleague
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import Change, ConflictError, RefusedError
from wmt.site.changes import actions, allocate, colleagues
from wmt.site.changes.case_deltas import case_lines
from wmt.site.changes.colleague_ends import judged, settle_colleagues
from wmt.site.changes.colleagues import CaseNamed, ColleaguesRequest
from wmt.site.changes.reconcile import differences
from wmt.site.links import unit_url
from wmt.site.queries.colleagues import Colleagues
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
Role, End = CaseColleague.Role, CaseColleague.End


@dataclass
class Away:
    """Somebody away entirely for ten days, three of their cases, two colleagues, and a manager's PDU."""

    holder: Unit
    refs: list[str]
    one: Unit
    other: Unit
    day: date
    reduction: str

    def named(self, *given: tuple[str, str], role: str = Role.COVER, **more: Any) -> list[CaseColleague]:
        usual: dict[str, Any] = {"first_day": self.day, "holder": self.holder.code, "role": role}
        wanted = ColleaguesRequest(given=[CaseNamed(*each) for each in given], **{**usual, **more})
        return colleagues.name_colleagues(actor=None, who="Ann", wanted=wanted)[0]

    def absent(self, days: int) -> None:
        """The absence lasts so many days instead."""
        change = Change(
            post=(self.holder.team_code, self.holder.staff_code), kind="reduction", key=self.reduction,
            version=actions.queries.standing("reduction", self.reduction).version, reason="2",
            percent_x100=10_000, first_day=self.day, last_day=self.day + timedelta(days),
        )  # fmt: skip
        actions.save(actor=None, who="a test", changes=[change])

    def end(self) -> str:
        """How the only one of them stands."""
        (found,) = judged(current_state(), CaseColleague.objects.all())
        return found.end


@pytest.fixture
def away(nation: Any) -> Away:
    assert nation.load.posts > 50
    working = posts(stream="sentence_management", available_x100__gt=0, cases__gt=5, grade="PO")
    by_pdu = {post.pdu_code: [each for each in working if each.pdu_code == post.pdu_code] for post in working}
    holder, one, other = next(found for found in by_pdu.values() if len(found) > 2)[:3]
    day = current_state().day
    change = Change(
        post=(holder.team_code, holder.staff_code), kind="reduction", reason="2", percent_x100=10_000,
        first_day=day, last_day=day + timedelta(9),
    )  # fmt: skip
    saved = actions.save(actor=None, who="a test", changes=[change])
    lines = case_lines(current_state(), cases_of(holder))
    refs = sorted({line.ref for line in lines if line.points_x100})[:3]
    return Away(holder, refs, one, other, day, saved.entries[0].key)


def test_cover_moves_no_figure_and_is_shown_beside_it_by_the_lines(away: Away, signed_in: SignIn) -> None:
    before = {code: unit("post", code).points_x100 for code in (away.holder.code, away.one.code)}
    pdu = unit("pdu", away.holder.pdu_code)
    head = signed_in("head", "pdu", away.holder.pdu_code)
    page = reverse("cover", args=[away.holder.code])
    assert page in links(head.get(unit_url("post", away.holder.code, "allocations")).text)
    two, (third,) = away.refs[:2], away.refs[2:]
    assert two[0] in head.get(page).text
    every = cases_of(away.holder)
    sent = {"ref": every, "to": [""] * len(every), "first_day": "20 November 2026", "key": "k"}
    people = [away.one.code, away.other.code]
    # spread evenly: two and one
    filled = head.post(page, sent | {"do": "fill", "case": away.refs, "person": people}).text
    chosen = [part for part in filled.split('<option value="')[1:] if "selected" in part.split(">")[0]]
    spread = Counter(each.split('"')[0] for each in chosen)
    assert spread == {away.one.code: 2, away.other.code: 1}
    to = [away.one.code if ref in two else "" for ref in every]
    answer = head.post(page, sent | {"do": "save", "to": to})
    assert answer["Location"] == unit_url("post", away.holder.code, "allocations")
    head.post(page, sent | {"do": "save", "to": to})
    assert sorted(CaseColleague.objects.values_list("ref", flat=True)) == sorted(two)
    assert third in head.get(page).text
    assert f'value="{two[0]}"' not in head.get(page).text
    worth = sum(line.points_x100 for line in case_lines(current_state(), two))
    assert worth > 0
    said = f"Covers 2 cases of others: {Decimal(worth) / 100:,.2f}".rstrip("0").rstrip(".")
    for tab in ("", "caseload", "allocations"):
        shown = in_sight(head.get(unit_url("post", away.one.code, tab)).text)
        assert said in shown
        assert "not in the figure" in shown
        assert "2 cases are covered by colleagues" in in_sight(
            head.get(unit_url("post", away.holder.code, tab)).text
        )
    assert {code: unit("post", code).points_x100 for code in before} == before
    assert unit("pdu", pdu.code).points_x100 == pdu.points_x100
    assert differences(current_state()) == []
    rows = table_of(head.get(f"{reverse('case')}?crn={two[0]}").text, "colleagues")
    (row,) = rows
    assert (row["Role"], row["State"], row["Until"]) == ("covers it", "in force", "29 Nov 2026")
    (event,) = AuditEvent.objects.filter(kind="colleague")
    assert (event.code, two[0] in event.sentence) == (away.one.code, False)
    assert "cover 2 cases" in event.sentence


def test_cover_ends_when_the_holder_is_back_and_lasts_as_long_as_the_absence(away: Away) -> None:
    (row,) = away.named((away.refs[0], away.one.code))

    def until() -> date | None:
        return judged(current_state(), [row])[0].until

    assert until() == away.day + timedelta(9)
    away.absent(20)
    assert until() == away.day + timedelta(20)
    away.absent(9)
    assert away.end() == ""
    assert Colleagues.of_posts(current_state(), [away.one.code]).covers(away.one.code).cases == 1
    later = _on(away.day + timedelta(9))
    assert judged(later, [row])[0].end == ""
    later = _on(away.day + timedelta(10))
    assert judged(later, [row])[0].end == End.RETURNED
    assert Colleagues.of_posts(later, [away.one.code]).covers(away.one.code).cases == 0


def _on(day: date) -> Any:
    from dataclasses import replace

    return replace(current_state(), day=day)


@pytest.mark.parametrize("cut", [{"percent_x100": 5_000}, {"hours_micro": 1_000_000}])
def test_who_is_not_away_entirely_is_not_covered(away: Away, cut: dict[str, int]) -> None:
    post = away.other.team_code, away.other.staff_code
    change = Change(post=post, kind="reduction", reason="1", first_day=away.day, **cut)  # type: ignore[arg-type]
    actions.save(actor=None, who="a test", changes=[change])
    ref = cases_of(away.other)[0]
    with pytest.raises(RefusedError, match="is not away entirely from 20 November 2026 on"):
        away.named((ref, away.one.code), holder=away.other.code)
    # as many hours as the contract are the whole of it
    hours = unit("post", away.other.code).contracted_hours_micro
    change = Change(post=post, kind="reduction", reason="1", first_day=away.day, hours_micro=hours)
    actions.save(actor=None, who="a test", changes=[change])
    assert away.named((ref, away.one.code), holder=away.other.code)
    with pytest.raises(RefusedError, match="cannot cover cases: away entirely"):
        away.named((away.refs[0], away.other.code))


def test_one_covers_a_case_at_a_time(away: Away) -> None:
    (row,) = away.named((away.refs[0], away.one.code), last_day=away.day + timedelta(3))
    words = f"{away.refs[0]}: .* covers it from 20 November 2026 until 23 November 2026, named by Ann"
    with pytest.raises(ConflictError, match=words):
        away.named((away.refs[1], away.other.code), (away.refs[0], away.other.code))
    assert CaseColleague.objects.count() == 1
    away.named((away.refs[0], away.other.code), first_day=away.day + timedelta(4))
    assert colleagues.end_colleague(actor=None, number=row.pk, who="Bo").end == End.HAND
    away.named((away.refs[0], away.other.code), last_day=away.day + timedelta(2))
    with pytest.raises(ConflictError, match="ended already: ended by hand, by Bo"):
        colleagues.end_colleague(actor=None, number=row.pk)


def test_it_ends_with_an_allocation_and_is_back_when_that_is_undone(away: Away) -> None:
    (row,) = away.named((away.refs[0], away.one.code))
    made = give(away.refs[0], away.other)
    row.refresh_from_db()
    assert (row.end, row.ended_by, row.allocation) == (End.GIVEN, "a test", made)
    allocate.undo(actor=None, who="a test", allocation=made)
    row.refresh_from_db()
    assert (row.end, row.ended_on, row.allocation) == ("", None, None)
    colleagues.end_colleague(actor=None, number=row.pk, who="Bo")
    made = give(away.refs[0], away.other)
    allocate.undo(actor=None, who="a test", allocation=made)
    row.refresh_from_db()
    assert (row.end, row.ended_by) == (End.HAND, "Bo")  # what had ended before stays so


def test_what_the_data_says_ends_it_and_an_earlier_extract_takes_that_back(away: Away) -> None:
    state = current_state()
    roles = Role.COVER, Role.CO_WORKER, Role.MENTOR
    gone, moved, left = (
        away.named((ref, away.one.code), role=role)[0] for ref, role in zip(away.refs, roles, strict=True)
    )
    CaseColleague.objects.filter(pk=gone.pk).update(ref="X999999")
    CaseColleague.objects.filter(pk=moved.pk).update(holder=away.other.code)
    CaseColleague.objects.filter(pk=left.pk).update(post="N00XXX:GONE")
    settle_colleagues(state, state.as_at, {}, "a load")
    ends = {row.pk: row.end for row in CaseColleague.objects.all()}
    assert ends == {gone.pk: End.GONE, moved.pk: End.MOVED, left.pk: End.LEFT}
    (event,) = AuditEvent.objects.filter(kind="colleague", who="a load")
    assert "3 covers or co-workings of cases ended" in event.sentence
    # a post that goes on under another code takes them along; the extract that had ended them is withdrawn
    CaseColleague.objects.filter(pk=gone.pk).update(ref=away.refs[0])
    codes = {"N00XXX:GONE": away.other.code, "N00YYY:OLD": away.holder.code}
    CaseColleague.objects.filter(pk=moved.pk).update(holder="N00YYY:OLD")
    settle_colleagues(state, state.as_at - timedelta(1), codes, "a load")
    rows = {row.pk: row for row in CaseColleague.objects.all()}
    assert {row.end for row in rows.values()} == {""}
    assert (rows[left.pk].post, rows[moved.pk].holder) == (away.other.code, away.holder.code)


def test_what_an_extract_found_over_by_days_goes_on_where_it_is_withdrawn(away: Away) -> None:
    before = current_state()
    (row,) = away.named((away.refs[0], away.one.code), role=Role.MENTOR, last_day=away.day)
    later = replace(before, day=away.day + timedelta(1))
    settle_colleagues(later, before.as_at + timedelta(1), {}, "a load")
    row.refresh_from_db()
    assert (row.end, row.ended_on) == (End.OVER, away.day)
    settle_colleagues(before, before.as_at, {}, "a withdrawal")
    (found,) = Colleagues.of_case(before, away.refs[0]).found
    assert found.in_force(before.day)


def test_co_working_is_shown_at_the_case_the_posts_and_in_choosing(away: Away, signed_in: SignIn) -> None:
    head, ref = signed_in("head", "pdu", away.other.pdu_code), cases_of(away.other)[0]
    case = f"{reverse('case')}?crn={ref}"
    (page,) = [href for href in links(head.get(case).text) if href.startswith("/case/colleague/")]
    answer = head.post(page, {"first_day": "20 November 2026", "role": "mentor", "key": "a"})
    assert answer.status_code == 422
    sent = {"first_day": "20 November 2026", "role": "co-worker", "post": away.one.code, "key": "a"}
    assert head.post(page, sent)["Location"] == case
    assert head.post(page, sent | {"key": "b"}).status_code == 409
    (row,) = table_of(head.get(case).text, "colleagues")
    assert (row["Role"], row["Until"], row["Points, not in the figure"]) == ("co-works it", "no last day", "")
    for post in (away.one, away.other):
        assert ref in in_sight(head.get(unit_url("post", post.code, "allocations")).text)
        assert "Covers" not in in_sight(head.get(unit_url("post", post.code)).text)
    choosing = unit_url("pdu", away.other.pdu_code, "candidates", crn=ref)
    notes = {row["Practitioner"]: row["Notes"] for row in table_of(head.get(choosing).text, "candidates")}
    assert [name for name, said in notes.items() if "co-works it" in said] == [away.one.name]
    (made,) = CaseColleague.objects.all()
    end = reverse("colleague-end", args=[made.pk])
    assert end in links(head.get(case).text)
    assert "Today is the last day" in in_sight(head.get(end).text)
    head.post(end)
    (row,) = table_of(head.get(case).text, "colleagues")
    assert row["State"] == "ended on 20 November 2026: ended by hand, by A head"


def test_who_may_read_and_end_which(away: Away, signed_in: SignIn, program: Any) -> None:
    (row,) = away.named((away.refs[0], away.one.code))
    far = next(each for each in posts(stream="sentence_management") if each.pdu_code != away.one.pdu_code)
    outsider = signed_in("manager", "team", far.team_code)
    listed = unit_url("post", away.one.code, "allocations")
    shown = outsider.get(listed).text
    assert away.refs[0] not in shown
    assert "Covers 1 case of others" in in_sight(shown)  # figures are open
    assert outsider.get(reverse("colleague-end", args=[row.pk])).status_code == 404
    assert outsider.post(reverse("cover", args=[away.holder.code])).status_code == 404
    own = signed_in("practitioner", "team", away.one.team_code, staff_code=away.one.staff_code)
    assert away.refs[0] in own.get(listed).text
    assert own.post(reverse("colleague-end", args=[row.pk])).status_code == 403
    far_program = program("manager", "team", far.team_code)
    (item,) = far_program.get(f"posts/{away.one.code}/case-colleagues")["items"]
    assert (item["ref"], item["by"], item["ended"]) == ("", "", "")
    body = {
        "holder": away.holder.code, "role": "cover", "first_day": "2026-11-20",
        "given": [{"ref": away.refs[1], "post": away.one.code}],
    }  # fmt: skip
    assert far_program.ask("post", "case-colleagues", body).status_code == 422  # told as a post without cases
    assert far_program.ask("post", f"case-colleagues/{row.pk}/end").status_code == 404


def test_programs_name_read_and_end(away: Away, program: Any) -> None:
    head = program("head", "pdu", away.holder.pdu_code)
    body = {
        "holder": away.holder.code, "role": "cover", "first_day": "2026-11-20", "key": "k",
        "given": [{"ref": ref, "post": away.one.code} for ref in away.refs],
    }  # fmt: skip
    made = head.ask("post", "case-colleagues", body).json()["items"]
    assert head.ask("post", "case-colleagues", body).json()["items"] == made
    worth = {ref: sum(x.points_x100 for x in case_lines(current_state(), [ref])) for ref in away.refs}
    assert {each["ref"]: round(each["points"] * 100) for each in made} == worth
    found = head.get(f"posts/{away.one.code}/case-colleagues")
    assert (found["covers"], round(found["covers_points"] * 100)) == (3, sum(worth.values()))
    assert found["credit"] == "not counted"
    answer = head.ask("post", "case-colleagues", body | {"role": "mentor"})
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, "KEY_TAKEN")
    ended = head.ask("post", f"case-colleagues/{made[0]['number']}/end").json()
    assert (ended["ended"], ended["points"]) == ("by hand", None)
    assert head.ask("post", f"case-colleagues/{made[0]['number']}/end").status_code == 409
    assert [each["ended"] for each in head.get("case-colleagues", ref=made[0]["ref"])["items"]] == ["by hand"]
    assert head.ask("post", "case-colleagues", body | {"key": "", "given": []}).status_code == 422


def test_colleagues_of_the_team_come_first_and_each_case_is_offered_those_ticked(
    away: Away, signed_in: SignIn
) -> None:
    manager, page = (
        signed_in("manager", "pdu", away.holder.pdu_code),
        reverse("cover", args=[away.holder.code]),
    )
    whole = manager.get(page).text
    first, _, rest = whole.partition("Colleagues in other teams of this PDU")
    ticks = re.compile(r'name="person" type="checkbox" value="([^"]+)"')
    near, far = ticks.findall(first), ticks.findall(rest)
    assert near
    assert far
    assert {code.partition(":")[0] for code in near} == {away.holder.team_code}
    assert away.holder.team_code not in {code.partition(":")[0] for code in far}
    assert offered(whole) == set(near)
    typed = {
        "first_day": "20 11 2026",
        "person": [far[0], near[0]],
        "ref": away.refs[0],
        "to": "",
        "do": "use",
    }
    again = manager.post(page, typed).text
    assert offered(again) == {far[0], near[0]}
    assert '<details class="govuk-details" open>' in again  # what was ticked there is seen
    spread_out = manager.post(
        page, {**typed, "case": away.refs, "ref": away.refs, "to": ["", "", ""], "do": "fill"}
    )
    assert set(re.findall(r'<option value="([^"]+)" selected', spread_out.text)) == {far[0], near[0]}


def offered(page: str) -> set[str]:
    """Who can be chosen for each case."""
    return set(re.findall(r'<option value="([^"]+)"', page))
