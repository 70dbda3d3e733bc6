"""Several cases of a post on pages: choosing, a suggestion to change, giving them, undoing it together."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from tabs_fixtures import in_sight, links, table_of
from test_allocate import cases_of
from test_allocation_pages import Pdu, head, pdu  # noqa: F401
from test_case_kinds import is_now

from wmt.ledger import shown_capacity
from wmt.site.allocation.models import CaseAllocation
from wmt.site.changes import spread
from wmt.site.changes.reconcile import differences
from wmt.site.links import unit_url
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
SignIn = Callable[..., Client]


def several(post: Unit) -> str:
    return reverse("allocate-several", args=[post.code])


def hidden(page: str) -> dict[str, list[str]]:
    """The fields of the form that nobody types in, as a browser sends them, and who is selected."""
    form = page[page.index('<form method="post" action="/allocate/several') :]
    form = form[: form.index("</form>")]
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([a-z_]+)" value="([^"]*)"', form):
        found.setdefault(name, []).append(unescape(value))
    for box in re.findall(r"<select.*?</select>", form):
        chosen = re.search(r'value="([^"]*)" selected', box)
        found.setdefault("to", []).append(chosen[1] if chosen else "")
    for name, value in re.findall(r'name="(case|person)" type="checkbox" value="([^"]*)" checked', form):
        found.setdefault(name, []).append(unescape(value))
    return found


@pytest.mark.both_databases
def test_an_officer_leaves_and_their_cases_are_spread(pdu: Pdu, head: Client) -> None:
    holder = pdu.holder
    refs = cases_of(holder)
    caseload = head.get(unit_url("post", holder.code, "caseload")).text
    assert several(holder) in links(caseload)
    page = head.post(several(holder), {**hidden(head.get(several(holder)).text), "do": "all"}).text
    sent = hidden(page)
    assert sorted(sent["case"]) == refs
    sent["person"] = [each.code for each in pdu.free]
    page = head.post(several(holder), {**sent, "do": "suggest"}).text
    sent = hidden(page)
    assert set(sent["to"]) <= {"", *(each.code for each in pdu.free)}
    table = {row["Who"]: row["Capacity then"] for row in table_of(page, "effect")}
    given = dict(zip(sent["case"], sent["to"], strict=True))
    page = head.post(several(holder), {**sent, "do": "give"}).text
    assert "Choose why" in unescape(page)
    assert hidden(page)["to"] == sent["to"]
    answer = head.post(several(holder), {**hidden(page), "do": "give", "reason": "officer_left"})
    rows = list(CaseAllocation.objects.order_by("pk"))
    assert {row.ref: row.to_post for row in rows} == {ref: to for ref, to in given.items() if to}
    assert answer["Location"] == reverse("allocation-batch", args=[rows[0].batch])
    for each in pdu.free:
        now = Unit.objects.get(pk=each.pk)
        if each.code in given.values():
            shown = next(said for name, said in table.items() if name.startswith(each.name))
            assert shown == shown_capacity(now.points_x100, now.available_x100)
    assert differences(current_state()) == []
    page = head.get(answer["Location"]).text
    assert f"{len(rows)} cases are allocated." in page
    assert [row["CRN"] for row in table_of(page, "together")] == [row.ref for row in rows]
    page = head.post(reverse("allocation-batch-undo", args=[rows[0].batch]), follow=True).text
    assert f"{len(rows)} allocations are undone." in page
    assert "Undo them all" not in page
    assert cases_of(Unit.objects.get(pk=holder.pk)) == refs


def test_people_of_other_pdus_are_added_and_their_teams_and_pdu_are_shown(
    pdu: Pdu, head: Client, signed_in: SignIn
) -> None:
    posts = Unit.objects.filter(load=pdu.holder.load, level="post", whole=True, grade="PO")
    far = posts.filter(available_x100__gt=0).exclude(pdu_code=pdu.code).order_by("code")[0]
    assert "Add people of other PDUs" not in head.get(several(pdu.nobody)).text
    region = signed_in("head", "nation", "nation")
    first = region.get(several(pdu.nobody)).text
    assert "Add people of other PDUs" in first
    assert far.name not in unescape(first)
    sent = {"case": [pdu.waiting.ref], "person": [], "pdu": [far.pdu_code], "do": "elsewhere"}
    assert f'value="{far.code}"' in region.post(several(pdu.nobody), sent).text
    sent |= {"person": [far.code], "do": "hand"}
    chosen = hidden(region.post(several(pdu.nobody), sent).text)
    assert chosen["pdu"] == [far.pdu_code]
    page = region.post(several(pdu.nobody), {**chosen, "to": [far.code], "do": "check"}).text
    names = dict(Unit.objects.filter(
        load=pdu.holder.load, whole=True, code__in=(far.team_code, far.pdu_code, pdu.code)
    ).values_list("code", "name"))  # fmt: skip
    shown = " | ".join(row["Who"] for row in table_of(page, "effect"))
    assert all(name in shown for name in (far.name, *names.values()))


def _decided(pdu: Pdu, head: Client, to: str, **more: str) -> dict[str, list[str]]:
    """The page of two cases as it stands after somebody chose who gets them."""
    sent = {"case": cases_of(pdu.holder)[:2], "person": [to], "to": [to, to], "seen": ["", ""], **more}
    return hidden(head.post(several(pdu.holder), {**sent, "do": "check"}).text)


def test_what_was_changed_after_it_was_looked_at_is_shown_first(pdu: Pdu, head: Client) -> None:
    first, second = pdu.free
    sent = _decided(pdu, head, first.code)
    sent["to"] = [first.code, second.code]
    answer = head.post(several(pdu.holder), {**sent, "do": "give", "reason": "other", "notes": "kept words"})
    assert answer.status_code == 422
    assert "This is not what you last looked at" in answer.text
    assert "kept words" in answer.text
    assert CaseAllocation.objects.count() == 0
    again = {**hidden(answer.text), "do": "give", "reason": "other", "notes": "kept words"}
    assert head.post(several(pdu.holder), again).status_code == 302
    assert {row.to_post for row in CaseAllocation.objects.all()} == {first.code, second.code}
    assert {row.notes for row in CaseAllocation.objects.all()} == {"kept words"}


def test_what_was_written_stays_while_others_are_chosen(pdu: Pdu, head: Client) -> None:
    sent = _decided(pdu, head, pdu.free[0].code)
    written = {"notes": "kept words", "sensitive": "on", "recipients": "not-an-address", "reason": "other"}
    back = hidden(head.post(several(pdu.holder), {**sent, **written, "do": "back"}).text)
    assert {name: back.get(name) for name in written} == {name: [value] for name, value in written.items()}
    assert back["case"] == sent["case"]
    page = head.post(several(pdu.holder), {**back, "do": "hand"}).text
    again = hidden(page)  # nobody gets a case yet
    assert again["notes"] == ["kept words"]
    again["to"] = [pdu.free[0].code] * 2
    page = head.post(several(pdu.holder), {**again, "do": "check"}).text
    assert re.search(r'name="sensitive" type="checkbox" value="on" checked', page)
    assert not re.search(r'name="tell_previous" type="checkbox" value="on" checked', page)
    assert "kept words" in page
    answer = head.post(several(pdu.holder), {**hidden(page), **written, "do": "give"})
    assert "not-an-address" in answer.text
    assert (
        head.post(
            several(pdu.holder), {**hidden(answer.text), **written, "recipients": "", "do": "give"}
        ).status_code
        == 302
    )
    assert {row.sensitive for row in CaseAllocation.objects.all()} == {True}


def test_a_case_that_somebody_else_gave_meanwhile_is_told_and_left_out(pdu: Pdu, head: Client) -> None:
    first, second = pdu.free
    sent = _decided(pdu, head, first.code)
    gone = sent["case"][0]
    spread.spread(actor=None, who="Ana Other", wanted=spread.SpreadRequest(
        from_post=pdu.holder.code, given=[spread.CaseGiven(gone, second.code)], reason="other",
        why_over="so", why_not_eligible="so",
    ))  # fmt: skip
    answer = head.post(several(pdu.holder), {**sent, "do": "give", "reason": "other", "notes": "kept words"})
    assert answer.status_code == 409
    assert f"does not hold {gone} by now" in answer.text
    assert "kept words" in answer.text
    assert hidden(answer.text)["case"] == sent["case"][1:]
    assert CaseAllocation.objects.count() == 1


def test_sent_twice_is_given_once(pdu: Pdu, head: Client) -> None:
    sent = {**_decided(pdu, head, pdu.free[0].code), "do": "give", "reason": "other"}
    first, again = (head.post(several(pdu.holder), sent) for _ in range(2))
    assert first["Location"] == again["Location"]
    assert "This was sent twice." in head.get(again["Location"]).text
    assert CaseAllocation.objects.count() == 2


def test_over_the_threshold_is_warned_of_and_wants_a_reason(pdu: Pdu, head: Client) -> None:
    (full,) = pdu.full
    sent = {"case": cases_of(pdu.holder)[:2], "person": [full.code], "to": [full.code] * 2, "seen": ["", ""]}
    page = head.post(several(pdu.holder), {**sent, "do": "check"}).text
    assert f"{full.name} would be over 110%" in in_sight(page)
    sent = {**hidden(page), "do": "give", "reason": "other"}
    answer = head.post(several(pdu.holder), sent)
    assert answer.status_code == 422
    assert "Say why you allocate it anyway" in answer.text
    assert head.post(several(pdu.holder), {**sent, "why_over": "nobody else"}).status_code == 302


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({"do": "suggest"}, "Choose at least one case"),
        ({"do": "hand", "case": "CASE"}, "Choose at least one person"),
        ({"do": "suggest", "case": "X999999", "person": "FREE"}, "None of these cases is held here by now"),
        ({"do": "suggest", "case": "CASE", "person": "NOT:THERE"}, "do not have permission"),
        ({"do": "check", "case": "CASE", "person": "FREE", "to": "N:N", "seen": ""}, "not have permission"),
        ({"do": "give", "case": "CASE", "person": "FREE"}, "This is not what you last looked at"),
        ({"do": "check", "case": "CASE", "person": "FREE", "to": ["", ""], "seen": ""}, "Nobody gets a case"),
    ],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_told(
    pdu: Pdu, head: Client, sent: dict[str, str | list[str]], words: str
) -> None:
    there = {"CASE": cases_of(pdu.holder)[0], "FREE": pdu.free[0].code}
    typed = {
        name: there.get(value, value) if isinstance(value, str) else value for name, value in sent.items()
    }
    answer = head.post(several(pdu.holder), typed)
    assert answer.status_code in (200, 422, 403)
    assert words in unescape(in_sight(answer.text))
    assert CaseAllocation.objects.count() == 0


def test_those_that_fit_a_choice_are_ticked_and_given_together(pdu: Pdu, head: Client) -> None:
    kinds = {ref: is_now(ref).split() for ref in cases_of(pdu.holder)}
    location, letter = next((kind[0], kind[1][0]) for kind in kinds.values() if kind[1] != "0")
    fits = sorted(ref for ref, (kind, tier, *_) in kinds.items() if (kind, tier[0]) == (location, letter))
    assert 0 < len(fits) < len(kinds)
    sent = {"do": "fit", "fit_type": location, "fit_tier": letter, "person": [pdu.free[0].code]}
    page = head.post(several(pdu.holder), sent).text
    assert sorted(hidden(page)["case"]) == fits
    assert hidden(page)["person"] == [pdu.free[0].code]
    assert re.search(rf"{len(fits)} cases? fits? of {len(kinds)}|{len(fits)} cases? fit of", in_sight(page))
    decided = hidden(head.post(several(pdu.holder), {**hidden(page), "do": "hand"}).text)
    decided["to"] = [pdu.free[0].code] * len(fits)
    looked = hidden(head.post(several(pdu.holder), {**decided, "do": "check"}).text)
    why = {"reason": "other", "why_over": "a test", "why_not_eligible": "a test", "do": "give"}
    assert head.post(several(pdu.holder), {**looked, **why}).status_code == 302
    assert sorted(CaseAllocation.objects.values_list("ref", flat=True)) == fits


def test_waiting_cases_are_spread_as_first_allocations(pdu: Pdu, head: Client) -> None:
    sent = {"case": [pdu.waiting.ref], "person": [pdu.free[0].code], "do": "hand"}
    page = head.post(several(pdu.nobody), sent).text
    assert "Still waits" in page
    sent = {**hidden(page), "to": [pdu.free[0].code], "do": "check"}
    sent = {**hidden(head.post(several(pdu.nobody), sent).text), "do": "give"}
    assert head.post(several(pdu.nobody), sent).status_code == 302
    assert CaseAllocation.objects.get().reason == "initial_allocation"


def test_whoever_may_not_allocate_there_finds_no_such_page(pdu: Pdu, signed_in: SignIn) -> None:
    analyst = signed_in("analyst", "nation", "nation")
    assert analyst.get(several(pdu.holder)).status_code in (403, 404)
    other = Unit.objects.filter(load=pdu.holder.load, level="pdu", whole=True).exclude(code=pdu.code).first()
    assert other is not None
    stranger = signed_in("head", "pdu", other.code)
    answer = stranger.get(several(pdu.holder))
    assert answer.status_code == 404
    assert cases_of(pdu.holder)[0] not in answer.text
    batch = spread.spread(actor=None, who="Ana Other", wanted=spread.SpreadRequest(
        from_post=pdu.holder.code, given=[spread.CaseGiven(cases_of(pdu.holder)[0], pdu.free[0].code)],
        reason="other", notes="private words",
    ))[0][0].batch  # fmt: skip
    assert stranger.get(reverse("allocation-batch", args=[batch])).status_code == 404
    assert stranger.post(reverse("allocation-batch-undo", args=[batch])).status_code == 404
    assert analyst.post(reverse("allocation-batch-undo", args=[batch])).status_code == 403
    assert CaseAllocation.objects.get().state == "given"


@pytest.mark.both_databases
@pytest.mark.parametrize("name", ["case", "person", "to"])
def test_signs_that_no_database_keeps_are_no_error_of_ours(pdu: Pdu, head: Client, name: str) -> None:
    to = pdu.free[0].code
    sent = {"case": cases_of(pdu.holder)[0], "person": to, "to": to, "seen": ""}
    for do in ("suggest", "check", "give", "room"):
        answer = head.post(several(pdu.holder), {**sent, name: f"{sent[name]}\0X", "do": do})
        assert answer.status_code in (200, 403, 422), (do, answer.status_code)


def test_more_than_can_be_given_at_once_is_said(
    pdu: Pdu, head: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spread, "MOST", 2)
    refs = cases_of(pdu.holder)
    assert "Tick the first 2" in head.get(several(pdu.holder)).text
    sent = {"case": refs[:3], "person": [pdu.free[0].code]}
    answer = head.post(several(pdu.holder), {**sent, "do": "suggest"})
    assert "Choose 2 cases at most: 3 are ticked" in answer.text
    assert sorted(hidden(answer.text)["case"]) == refs[:3]
    assert len(hidden(head.post(several(pdu.holder), {**sent, "do": "all"}).text)["case"]) == 2


def test_after_an_undo_the_same_form_is_another_decision(pdu: Pdu, head: Client) -> None:
    sent = {**_decided(pdu, head, pdu.free[0].code), "do": "give", "reason": "other", "notes": "kept words"}
    head.post(several(pdu.holder), sent)
    spread.undo_batch(actor=None, who="Ana Other", batch=CaseAllocation.objects.all()[0].batch)
    answer = head.post(several(pdu.holder), sent)
    assert answer.status_code == 409
    assert "undone by Ana Other" in answer.text
    assert "kept words" in answer.text
    again = head.post(several(pdu.holder), {**hidden(answer.text), "do": "give", "reason": "other"})
    assert again.status_code == 302
    assert CaseAllocation.objects.filter(state="given").count() == 2


def test_where_all_were_given_meanwhile_that_is_told(pdu: Pdu, head: Client) -> None:
    sent = {**_decided(pdu, head, pdu.free[0].code), "do": "give", "reason": "other"}
    spread.spread(actor=None, who="Ana Other", wanted=spread.SpreadRequest(
        from_post=pdu.holder.code, reason="other", why_over="so", why_not_eligible="so",
        given=[spread.CaseGiven(ref, pdu.free[1].code) for ref in sent["case"]],
    ))  # fmt: skip
    answer = head.post(several(pdu.holder), sent)
    assert answer.status_code == 409
    assert "by now" in in_sight(answer.text)
    assert "Changed by somebody else" in answer.text


def test_cases_of_who_keeps_earlier_figures_are_not_on_offer(pdu: Pdu, head: Client) -> None:
    caseload = unit_url("post", pdu.holder.code, "caseload")
    assert several(pdu.holder) in links(head.get(caseload).text)
    Unit.objects.filter(pk=pdu.holder.pk).update(stale_since="2020-01-01T18:30:00Z")
    page = head.get(caseload).text
    assert several(pdu.holder) not in links(page)
    assert "Give to somebody else" not in page
