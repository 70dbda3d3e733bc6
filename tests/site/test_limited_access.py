"""Limited access: whoever is shut out of a case sees nothing of it anywhere, and cannot be given it."""

# ruff: noqa: F401, F811 - fixtures come by import
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from accounts_fixtures import configured
from api_fixtures import Program, fresh_counts, person_with, program
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from test_allocate import cases_of, give, pair, posts, unit

from wmt.site.accounts import limited_access
from wmt.site.accounts.limited_access import AccessLists
from wmt.site.accounts.models import LimitedAccess, User
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation, CaseColleague, WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import allocate, allocation_preview, case_limits, spread
from wmt.site.figures.placeholders import placeholders
from wmt.site.outbox.models import Message
from wmt.site.queries.choosing import Choosing
from wmt.site.retention import removal
from wmt.site.web.unit_pages.sections import TABS
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
ME = "N99SHUT"


@pytest.mark.unit
@pytest.mark.parametrize(
    ("excluded", "restricted", "names", "said"),
    [
        ("A1", "", ["a1"], True),
        ("A1", "", ["A2"], False),
        ("A1", "", [""], False),  # nobody knows who they are, and no list says that only some may
        ("", "A1", ["a1"], False),
        ("", "A1", ["A2"], True),
        ("", "A1", [""], True),
        ("A1", "A1", ["A1"], True),
        ("ANN@WMT.EXAMPLE", "", ["A1", "ann@wmt.example"], True),
    ],
)
def test_who_is_shut_out(excluded: str, restricted: str, names: list[str], said: bool) -> None:
    lists = (frozenset({each} - {""}) for each in (excluded, restricted))
    assert AccessLists(*lists).shuts_out(names) is said


def limit(ref: str, *, excluded: str = "", restricted: str = "") -> LimitedAccess:
    return case_limits.save(
        actor=None, who="a test", typed=ref, state=current_state(),
        excluded=excluded.split(), restricted=restricted.split(),
    )  # fmt: skip


@pytest.fixture
def shut(program: Callable[..., Program], pair: tuple[Unit, Unit]) -> tuple[Program, str, Unit]:
    """Somebody with every role who is excluded from a case, and the case and its holder."""
    ref = next(ref for ref in cases_of(pair[0]) if len(ref) > 5)
    asker = program("administrator", "nation", "nation")
    User.objects.filter(pk=asker.user.pk).update(staff_code=ME)
    asker.user.staff_code = ME
    limit(ref, excluded=ME.lower())
    return asker, ref, pair[0]


def test_no_page_file_or_table_names_the_case(shut: tuple[Program, str, Unit]) -> None:
    asker, ref, holder = shut
    browser, other = Client(), Client()
    browser.force_login(asker.user)
    other.force_login(person_with("administrator"))
    units = (("post", holder.code), ("team", holder.team_code), ("pdu", holder.pdu_code))
    addresses = [f"/{level}/{code}/{tab}/" for level, code in units for tab in TABS]
    addresses += [f"/{level}/{code}/working/?figure=points" for level, code in units[:2]]
    for level, code in units[:2]:
        addresses += [f"/{level}/{code}/working/lines.csv", f"/{level}/{code}/downloads/cases.csv"]
    named = [address for address in addresses if ref in _text(other, address)]
    assert len(named) >= 5, "others see it there"
    assert [address for address in addresses if ref in _text(browser, address)] == []
    assert "No results" in _text(browser, f"/search/?q={ref}")
    lines = asker.get(f"units/post/{holder.code}/lines", figure="cases", size=500)["items"]
    assert ref not in {line["ref"] for line in lines}
    assert sum(line["active_cases"] for line in lines) == holder.cases
    assert any(line["withheld"] for line in lines)


def _text(browser: Client, address: str) -> str:
    answer = browser.get(address)
    content = b"".join(answer) if answer.streaming else answer.content
    return bytes(content).decode("utf-8", "replace")


def test_the_page_of_the_case_has_its_crn_and_asterisks(shut: tuple[Program, str, Unit]) -> None:
    asker, ref, holder = shut
    browser = Client()
    browser.force_login(asker.user)
    page = browser.get("/case/", {"crn": ref})
    text = page.content.decode()
    assert page.status_code == 403
    assert ref in text
    assert limited_access.HIDDEN in text
    assert limited_access.SENTENCE in text
    assert holder.name not in text
    answer = asker.ask("get", "case-history", ref=ref)
    assert (answer.status_code, holder.code in answer.content.decode()) == (404, False)
    # for those who may see it: a badge
    other = Client()
    other.force_login(person_with("administrator"))
    text = other.get("/case/", {"crn": ref}).content.decode()
    assert "Limited access" in text
    assert holder.name in text


def test_what_was_decided_of_it_is_not_read(
    shut: tuple[Program, str, Unit], pair: tuple[Unit, Unit], configured: Any
) -> None:
    configured(event_feed=True)
    asker, ref, _ = shut
    row = give(ref, pair[1])
    assert row.limited_access
    assert asker.ask("get", f"allocations/{row.pk}").status_code == 404
    assert ref not in str(asker.get("events", after=0))
    rows = asker.get(f"units/post/{pair[1].code}/tables/allocations")
    assert ref not in str(rows)
    causes = asker.get(f"units/post/{pair[1].code}/why", first="2026-11-20")
    for cause in causes["causes"]:
        found = asker.get(f"units/post/{pair[1].code}/why", first="2026-11-20", cause=cause.get("cause", ""))
        assert ref not in str(found)


def test_colleagues_beside_its_holder_are_not_read(shut: tuple[Program, str, Unit]) -> None:
    asker, ref, holder = shut
    other = next(post for post in posts(team_code=holder.team_code, grade="PO") if post.code != holder.code)
    row = CaseColleague.objects.create(
        ref=ref,
        holder=holder.code,
        post=other.code,
        role="co-worker",
        first_day=current_state().day,
        who="a test",
    )
    seen = access.reads_either(asker.user, current_state())
    assert not seen(row)
    assert access.reads_either(person_with("administrator"), current_state())(row)
    assert ref not in str(asker.get(f"units/team/{holder.team_code}/tables/allocations"))


def test_a_recorded_waiting_case_is_not_read(shut: tuple[Program, str, Unit]) -> None:
    asker, _, holder = shut
    ref = "X765432"
    sent = {
        "ref": ref,
        "as_at": "2026-11-20T09:00:00Z",
        "team": holder.team_code,
        "type": "custody",
        "tier": "B3",
    }
    asker.ask("put", "waiting-cases", {"cases": [sent]})
    row = WaitingCase.objects.get(ref=ref)
    assert asker.ask("get", f"waiting-cases/{row.pk}").status_code == 200
    limit(ref, excluded=ME)
    assert asker.ask("get", f"waiting-cases/{row.pk}").status_code == 404
    for tab in ("waiting", "matrix"):
        assert ref not in str(asker.get(f"units/team/{holder.team_code}/tables/{tab}"))
    browser = Client()
    browser.force_login(asker.user)
    assert f"/waiting/{row.pk}/" not in browser.get("/search/", {"q": ref}).content.decode()


def test_who_is_shut_out_cannot_be_given_it(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref, other = cases_of(old)[:2]
    limit(ref, restricted=f"{old.staff_code.lower()} N01XYZ")
    with pytest.raises(RefusedError, match="access to this case is limited"):
        give(ref, new)
    wanted = spread.SpreadRequest(
        from_post=old.code, reason="other", why_over="x", why_not_eligible="x",
        given=[spread.CaseGiven(other, new.code), spread.CaseGiven(ref, new.code)],
    )  # fmt: skip
    with pytest.raises(RefusedError, match="access to this case is limited"):
        spread.spread(actor=None, wanted=wanted, who="a test")
    assert not CaseAllocation.objects.exists()
    state = current_state()
    _, case = allocation_preview.case_of(actor=None, typed=ref, state=state)
    (found,) = Choosing(state, [new]).candidates([case])
    assert not found.eligible
    assert not found.has_room
    assert limited_access.WHY_NOT in found.words
    (suggested,) = spread.suggest(actor=None, post=old.code, refs=[ref], people=[new.code], state=state)
    assert suggested.to == ""
    limit(ref, restricted=f"{old.staff_code} {new.staff_code}")
    assert give(ref, new).limited_access


def test_who_is_shut_out_cannot_give_it(shut: tuple[Program, str, Unit], pair: tuple[Unit, Unit]) -> None:
    asker, ref, holder = shut
    body = {"ref": ref, "to_post": pair[1].code, "reason": "other", "why_over": "x", "why_not_eligible": "x"}
    answer = asker.ask("post", "allocations", body)
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, "LIMITED_ACCESS")
    several = {"from_post": holder.code, "reason": "other", "given": [{"ref": ref, "to_post": pair[1].code}]}
    answer = asker.ask("post", "allocation-batches/preview", several)
    assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, "LIMITED_ACCESS")
    browser = Client()
    browser.force_login(asker.user)
    assert ref not in browser.get(f"/allocate/several/{holder.code}/").content.decode()
    text = browser.get(f"/pdu/{holder.pdu_code}/candidates/", {"crn": ref}).content.decode()
    assert limited_access.SENTENCE in text
    assert not CaseAllocation.objects.exists()


def test_lists_are_recorded_by_who_allocates_the_case(
    program: Callable[..., Program], pair: tuple[Unit, Unit]
) -> None:
    ref = cases_of(pair[0])[0]
    manager = program("manager", "team", pair[0].team_code)
    assert manager.get("case-limits", ref=ref)["version"] == 0
    body = {"ref": ref, "excluded": ["n01abc"], "restricted": [], "version": 0}
    done = manager.ask("put", "case-limits", body).json()
    assert (done["excluded"], done["restricted"]) == (["N01ABC"], [])
    assert manager.ask("put", "case-limits", {**body, "excluded": ["A"]}).status_code == 409
    assert (
        manager.ask(
            "put", "case-limits", {**body, "excluded": ["a:b"], "version": done["version"]}
        ).status_code
        == 422
    )
    for other in (
        program("manager", "team", pair[1].team_code),
        program("practitioner", "team", pair[0].team_code),
    ):
        assert other.ask("put", "case-limits", body).status_code in (403, 422)
        assert "N01ABC" not in other.ask("get", "case-limits", ref=ref).content.decode()
    feed = program("administrator", "nation", "nation")
    assert feed.ask("put", "case-limits", {"ref": "X111111", "restricted": ["N01ABC"]}).status_code == 200
    assert feed.ask("put", "case-limits", {"ref": "X111111", "restricted": []}).status_code == 200
    assert limited_access.limits(["X111111"]) == {}
    assert LimitedAccess.objects.filter(ref="X111111").count() == 2


def test_the_page_of_the_lists(pair: tuple[Unit, Unit]) -> None:
    ref = cases_of(pair[0])[0]
    browser = Client()
    browser.force_login(person_with("manager", "team", pair[0].team_code))
    assert f"/case/limits/?crn={ref}" in browser.get("/case/", {"crn": ref}).content.decode()
    address = f"/case/limits/?crn={ref}"
    sent = {"excluded": "n01abc\r\nn01abd", "restricted": "", "version": 0}
    assert browser.post(address, sent).status_code == 302
    assert LimitedAccess.objects.get(is_current=True).excluded == ["N01ABC", "N01ABD"]
    again = browser.post(address, {**sent, "excluded": ""})
    assert again.status_code == 422
    assert "Somebody else has recorded" in again.content.decode()
    assert browser.get("/case/limits/?crn=X999999").status_code == 404


def test_mails_logs_and_audit_tell_nothing_of_it(
    pair: tuple[Unit, Unit],
    caplog: pytest.LogCaptureFixture,
    program: Callable[..., Program],
) -> None:
    ref = cases_of(pair[0])[0]
    words = allocation_preview.case_of(actor=None, typed=ref, state=current_state())[1].words
    User.objects.create_user("new@wmt.example", name="New", staff_code=pair[1].staff_code)
    asker = program("administrator", "nation", "nation")
    with caplog.at_level(logging.INFO):
        asker.ask("put", "case-limits", {"ref": ref, "excluded": [ME]})
        give(ref, pair[1], notes="a private word")
    bodies = " ".join(Message.objects.values_list("body", flat=True))
    assert ref in bodies
    assert ME not in bodies
    assert words not in bodies
    assert "a private word" not in bodies
    said = str(list(AuditEvent.objects.values_list("sentence", "before", "after", "path")))
    assert "changed who may see a case" in said
    assert ME not in said
    assert ref not in said
    assert ME not in caplog.text


def test_no_email_of_it_goes_to_who_is_shut_out(pair: tuple[Unit, Unit]) -> None:
    old, new = pair
    ref = cases_of(old)[0]
    for address, code in (("old@justice.gov.uk", old.staff_code), ("new@justice.gov.uk", new.staff_code)):
        User.objects.create_user(address, name=address, staff_code=code)
    far = User.objects.create_user("far@justice.gov.uk", name="Far", staff_code=ME)
    limit(ref, excluded=f"{old.staff_code} {ME}")
    with pytest.raises(RefusedError, match=r"Far@justice.gov.uk cannot be told: access to this case"):
        give(ref, new, recipients=("desk@justice.gov.uk", far.email.capitalize()))
    row = give(ref, new, tell_previous=True, recipients=("desk@justice.gov.uk",))
    told = set(Message.objects.values_list("address", "user__email"))
    assert ("desk@justice.gov.uk", None) in told
    assert "new@justice.gov.uk" in str(told)
    assert "old@justice.gov.uk" not in str(told)
    # who is shut out meanwhile is not told either that it was undone
    limit(ref, excluded=new.staff_code)
    sent = Message.objects.count()
    Message.objects.update(state="sent", sent_at=row.recorded_at)
    allocate.undo(actor=None, allocation=row, who="a test")
    later = [str(each) for each in Message.objects.order_by("pk").values_list("address", "user__email")][
        sent:
    ]
    assert later
    assert "new@justice.gov.uk" not in str(later)


def test_that_it_is_recorded_as_waiting_is_not_said(shut: tuple[Program, str, Unit]) -> None:
    asker, _, holder = shut
    case = {
        "ref": "X765433", "as_at": "2026-11-20T09:00:00Z", "team": holder.team_code, "type": "custody",
        "tier": "B3",
    }  # fmt: skip
    asker.ask("put", "waiting-cases", {"cases": [case]})
    limit("X765433", excluded=ME)
    body = {"ref": "X765433", "to_post": holder.code, "reason": "other"}
    answer = asker.ask("post", "allocations", body)
    assert (answer.json()["faults"][0]["code"], "waiting" in answer.content.decode()) == (
        "LIMITED_ACCESS", False,
    )  # fmt: skip


def test_of_two_who_record_lists_at_once_the_second_reads_the_first(pair: tuple[Unit, Unit]) -> None:
    ref = cases_of(pair[0])[0]
    with CaptureQueriesContext(connection) as asked:
        limit(ref, excluded=ME)
    said = [each["sql"] for each in asked.captured_queries]
    held = next(place for place, sql in enumerate(said) if "availability_journal" in sql)
    assert held < next(place for place, sql in enumerate(said) if "accounts_limitedaccess" in sql)


def test_lists_that_shut_nobody_out_go_in_time(pair: tuple[Unit, Unit]) -> None:
    first, second = cases_of(pair[0])[:2]
    limit(first, excluded=ME)
    limit(first)
    limit(second, restricted=ME)
    LimitedAccess.objects.update(recorded_at=timezone.now() - timedelta(2_000))
    removal.apply()
    assert list(LimitedAccess.objects.values_list("ref", flat=True)) == [second.upper()]
    assert list(limited_access.limits()) == [second.upper()]
