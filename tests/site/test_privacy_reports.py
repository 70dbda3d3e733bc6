"""What is written for others: import reports quote no private cells, the audit no references."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from exports_fixtures import KINDS, body, rows

from wmt.site.audit.models import AuditEvent
from wmt.site.workload.models import Fault

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
CASE, REASON = "X987654", "Maternity Marker"


@pytest.fixture
def faulty(nation: Any) -> Any:
    """The load that is shown, with faults that quote a case and a reason."""
    load = nation.load
    Fault.objects.bulk_create(
        Fault(load=load, severity="warn", code=code, sheet=sheet, row=row, column=column, message=message)
        for code, sheet, row, column, message in (
            ("BAD_VALUE", "case", 7, "tier", f"case row 7: tier of '{CASE}' cannot be 'Z9'"),
            ("PEOPLE_UNKNOWN_REASON", "reductions", 3, "reason", f"the reason '{REASON}' is not known"),
            ("MISSING_SHEET", "wmt_extract", None, None, "There is no sheet wmt_extract"),
        )
    )
    load.set_aside = [
        {"team_code": "T", "staff_code": "S", "code": "BAD_VALUE", "message": f"'{CASE}' cannot be"}
    ]
    load.save()
    return load


@pytest.mark.parametrize(
    ("role", "level", "case", "reason"),
    [
        ("administrator", "nation", True, True),
        ("analyst", "nation", True, False),
        ("analyst", "region", False, False),
        ("support", "nation", False, True),
    ],
)
def test_an_import_report_quotes_what_its_reader_may_read(
    faulty: Any, signed_in: SignIn, nation: Any, role: str, level: str, case: bool, reason: bool
) -> None:
    code = "nation" if level == "nation" else nation.unit("region").code
    client = signed_in(role, level, code)
    page = client.get(f"/loads/{faulty.pk}/").text
    assert (CASE in page, REASON in page) == (case, reason)
    assert "There is no sheet wmt_extract" in page  # of the file as a whole: no cell
    for kind in KINDS:
        for table, words in (("faults", {CASE: case, REASON: reason}), ("aside", {CASE: case})):
            found = str(rows(client.get(f"/loads/{faulty.pk}/{table}.{kind}"), kind))
            assert {word: word in found for word in words} == words
            assert "look at the row" in found or all(words.values())


@pytest.mark.both_databases
def test_what_somebody_read_is_told_without_what_they_read(nation: Any, signed_in: SignIn) -> None:
    post = nation.unit("post", cases__gt=5)
    client = signed_in("administrator")
    client.get(f"/post/{post.code}/caseload/?reason=on+warrant")
    body(client.get("/nation/downloads/cases.csv"))
    events = AuditEvent.objects.exclude(kind="sign-in")
    from wmt.site.workload.models import Line

    refs = set(Line.objects.filter(load=nation.load).exclude(ref="").values_list("ref", flat=True))
    refs = {ref for ref in refs if any(sign.isdigit() for sign in ref)}
    said = " ".join(f"{each.sentence} {each.path} {each.before} {each.after}" for each in events)
    assert events.filter(kind="read").exists()
    assert not [ref for ref in refs if ref in said]
    assert not mail.outbox
