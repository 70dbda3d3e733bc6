"""What was done, by whom: only ever added, found again, and readable."""

# ruff: noqa: F401 - fixtures come by import
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from accounts_fixtures import client_of, configured, holder, person, plain
from django.utils import timezone

from wmt.site.accounts.models import User
from wmt.site.audit.models import AppendOnlyError, AuditEvent
from wmt.site.audit.record import KINDS, record
from wmt.site.web.audit.filters import PAGE, AuditForm, Filters, events
from wmt.site.web.audit.views import changes


def test_an_event_is_never_changed_or_taken_away() -> None:
    event = record("setting", "The mark was changed.", who="a test")
    for attempt in (
        event.save,
        event.delete,
        AuditEvent.objects.all().delete,
        lambda: AuditEvent.objects.update(sentence="nothing happened"),
        lambda: AuditEvent.objects.bulk_update([event], ["sentence"]),
    ):
        with pytest.raises(AppendOnlyError):
            attempt()
    assert AuditEvent.objects.get().sentence == "The mark was changed."


def test_an_event_outlives_its_person_and_keeps_their_name() -> None:
    user = person("ann")
    record("export", "Ann took the table away.", actor=user)
    User.objects.get(pk=user.pk).delete()
    event = AuditEvent.objects.get()
    assert (event.who, event.actor) == ("Ann", None)


def test_an_unknown_kind_is_refused_and_odd_characters_do_no_harm() -> None:
    with pytest.raises(ValueError, match="no such kind"):
        record("gossip", "Something.")
    event = record("denied", "a\0b\nc\u202ed", who="x\0" * 300)
    assert AuditEvent.objects.get(pk=event.pk).sentence == "a b c d"
    assert len(event.who) == 160


def at(moment: str, **more: Any) -> AuditEvent:
    """An event of a local moment."""
    made = {"kind": "load", "who": "Ann", "sentence": "Something."} | more
    return AuditEvent.objects.create(at=timezone.make_aware(datetime.fromisoformat(moment)), **made)


def test_days_are_local_days_and_both_count() -> None:
    found = [
        at("2026-06-30T23:59:59"),
        at("2026-07-01T00:00:00"),
        at("2026-07-02T23:59:59"),
        at("2026-07-03T00:00:00"),
    ]
    day = Filters(from_day=date(2026, 7, 1), to_day=date(2026, 7, 2))
    assert list(events(day)) == [found[2], found[1]]


def test_events_are_found_by_kind_person_unit_and_word() -> None:
    ann = person("ann")
    one = record("export", "Ann took the caseload away.", actor=ann, level="team", code="T1")
    two = record("load", "The extract of 100% was loaded.", who="Bob", level="nation", code="nation")
    assert list(events(Filters())) == [two, one]
    for wanted in (
        Filters(kind="export"),
        Filters(person="AN"),
        Filters(person="ann@"),
        Filters(unit="t1"),
        Filters(text="CASELOAD"),
    ):
        assert list(events(wanted)) == [one], wanted
    assert list(events(Filters(text="100%"))) == [two]
    assert not events(Filters(text="%%"))


def test_a_filter_that_cannot_be_is_named_at_its_field_and_what_was_typed_is_kept() -> None:
    record("load", "Something.", who="Bob")
    browser = client_of(holder("support"))
    page = browser.get("/audit/?from_day=soon&kind=gossip&person=B%22%3E")
    text = page.content.decode()
    assert page.status_code == 400
    assert 'href="#from_day"' in text
    assert 'id="from_day"' in text
    assert 'href="#kind"' in text
    assert 'value="soon"' in text
    assert 'value="B&#34;&gt;"' in text
    assert "to_day" in AuditForm({"from_day": "2026-02-02", "to_day": "2026-02-01"}).errors


def test_the_page_goes_back_through_all_events_without_gap_or_repetition() -> None:
    import re

    for number in range(PAGE * 2 + 5):
        record("load", f"Load number {number}.", who="Bob")
    browser, address, seen = client_of(holder("support")), "/audit/?kind=load", []
    while address:
        text = browser.get(address).content.decode()
        seen += [int(number) for number in re.findall(r"Load number (\d+)\.", text)]
        older = re.search(r'rel="next" href="([^"]+)"', text)
        address = "/audit/" + older.group(1).replace("&amp;", "&") if older else ""
        if len(seen) == PAGE:
            record("load", "Load that came in between.", who="Bob")
    assert seen == list(reversed(range(PAGE * 2 + 5)))


@pytest.mark.parametrize("before", ["0", "-1", "x", "99999999999999999999", "9223372036854775807", "٣"])
def test_a_page_that_does_not_exist_is_a_page(before: str) -> None:
    assert client_of(holder("support")).get("/audit/", {"before": before}).status_code == 200


def test_what_strangers_type_is_shown_as_text() -> None:
    record("sign-in refused", "<script>alert(1)</script> was not let in.", who="<b>x</b>")
    text = client_of(holder("support")).get("/audit/").content.decode()
    assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<b>x" not in text


def test_a_change_is_told_by_what_differs() -> None:
    told = changes(
        {"name": "A", "is_active": True, "same": 1},
        {"name": "B", "is_active": False, "same": 1, "last_day": None},
    )
    assert told == [
        {"name": "name", "before": "A", "after": "B"},
        {"name": "is active", "before": "yes", "after": "no"},
    ]
    assert changes(None, {"role": "head"}) == [{"name": "role", "before": "", "after": "head"}]
    assert changes(110, [1]) == [{"name": "value", "before": "110", "after": "[1]"}]
    assert set(KINDS) >= {
        "sign-in",
        "sign-out",
        "sign-in refused",
        "load",
        "export",
        "denied",
        "user",
        "role",
        "setting",
    }
