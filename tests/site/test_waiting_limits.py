"""Who may see a waiting case, said with its record: kept as the lists of any case, and by who may say it."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from api_fixtures import Program, program  # noqa: F401
from hours_fixtures import day
from test_allocate import posts
from test_allocations_load import home, load_night  # noqa: F401
from test_limited_access import limit
from test_waiting_tables import judged, table
from waiting_fixtures import Now, SignIn, details, give, nobody, now_text, results, sent  # noqa: F401

from wmt.site.accounts import limited_access
from wmt.site.accounts.limited_access import AccessLists
from wmt.site.accounts.models import LimitedAccess, User
from wmt.site.allocation.models import WaitingCase
from wmt.site.audit.models import AuditEvent
from wmt.site.changes import allocation_messages, waiting_cases
from wmt.site.loads.withdrawal import Deed
from wmt.site.outbox.models import Message
from wmt.site.workload.models import Load, Unit
from wmt.site.workload.state import current_state

REF, ME = "X999990", "N99SHUT"


def lists_of(ref: str = REF) -> tuple[list[str], list[str]]:
    row = LimitedAccess.objects.get(ref=ref, is_current=True)
    return row.excluded, row.restricted


def form_of(team: str, **more: Any) -> dict[str, Any]:
    return {
        "ref": REF, "team_code": team, "location": "custody", "tier": "B3", "appointment": "",
        **day("arrived_on", current_state().day), **more,
    }  # fmt: skip


@pytest.mark.one_database
def test_a_form_records_them_with_the_case_and_leaves_them_where_it_says_nothing(
    signed_in: SignIn, nobody: Unit
) -> None:
    head = signed_in("manager", "team", nobody.team_code)
    form = form_of(nobody.team_code, excluded=f"{ME.lower()}\nN01A001")
    answer = head.post("/waiting/new/", form)
    assert answer.status_code == 302, answer.content.decode()
    assert lists_of() == (["N01A001", ME], [])
    row = WaitingCase.objects.get(ref=REF)
    page = head.get(f"/waiting/{row.pk}/").content.decode()
    assert "Limited access" in page
    assert ME not in page, "who is on a list is read where lists are"
    assert "limited access" in head.get(f"/team/{nobody.team_code}/waiting/").content.decode()
    change = head.get(f"/waiting/{row.pk}/change/").content.decode()
    read = LimitedAccess.objects.get(is_current=True).pk
    assert ME in change
    assert f'name="limits_read" value="{read}"' in change
    # a form that was made before there were lists lifts none
    assert head.post(f"/waiting/{row.pk}/change/", form_of(nobody.team_code)).status_code == 302
    assert lists_of() == (["N01A001", ME], [])
    # of two who change them the second is told
    limit(REF, excluded=ME)
    stale = form_of(nobody.team_code, excluded="N01A001", limits_read=read)
    answer = head.post(f"/waiting/{row.pk}/change/", stale)
    assert (answer.status_code, lists_of()) == (409, ([ME], []))
    assert "Somebody else has recorded who may see this case" in answer.content.decode()
    read = LimitedAccess.objects.get(is_current=True).pk
    assert f'name="limits_read" value="{read}"' in answer.content.decode()
    lifted = form_of(nobody.team_code, limits_read=read)
    assert head.post(f"/waiting/{row.pk}/change/", lifted).status_code == 302
    assert lists_of() == ([], [])
    assert not [each for each in AuditEvent.objects.all() if REF in f"{each.sentence}{each.after}"]


@pytest.mark.one_database
def test_a_code_that_is_none_records_nothing(signed_in: SignIn, nobody: Unit) -> None:
    head = signed_in("manager", "team", nobody.team_code)
    answer = head.post("/waiting/new/", form_of(nobody.team_code, excluded="Nä1"))
    assert answer.status_code == 422
    assert "A staff code has" in answer.content.decode()
    assert (WaitingCase.objects.count(), LimitedAccess.objects.count()) == (0, 0)


@pytest.mark.one_database
def test_whoever_is_shut_out_by_it_sees_the_case_no_more(
    signed_in: SignIn, program: Callable[..., Program], nobody: Unit
) -> None:
    head = signed_in("manager", "team", nobody.team_code, staff_code=ME)
    answer = head.post("/waiting/new/", form_of(nobody.team_code, restricted="N01A001"), follow=True)
    assert "you may not see it any more" in answer.content.decode()
    assert REF not in head.get(f"/team/{nobody.team_code}/waiting/").content.decode()
    row = WaitingCase.objects.get(ref=REF)
    assert head.get(f"/waiting/{row.pk}/").status_code == 404
    assert head.get(f"/waiting/{row.pk}/change/").status_code == 404
    other = program("administrator", "nation", "nation", staff_code="N01A001")
    shown = other.get(f"waiting-cases/{row.pk}")
    assert shown["limited_access"] is True
    assert "N01A001" not in f"{shown}"


@pytest.mark.both_databases
def test_a_feed_says_them_as_of_its_moment_and_what_is_given_stays_limited(
    program: Callable[..., Program], nobody: Unit
) -> None:
    feed = program("administrator", "nation", "nation")
    to = posts(stream="sentence_management", grade="PO", team_code=nobody.team_code)[0]

    def put(**more: Any) -> list[str]:
        body = {"cases": [sent(REF, nobody.team_code, **more)]}
        return results(feed.ask("put", "waiting-cases", body))

    first, later = "2026-11-20T09:00:00+00:00", "2026-11-20T09:00:01+00:00"
    assert put(excluded=[to.staff_code.lower()], as_at=first) == ["recorded"]
    assert lists_of() == ([to.staff_code.upper()], [])
    assert put(as_at=later) == ["unchanged"]
    assert put(as_at=later, restricted=["N01A001"]) == ["changed"]
    assert lists_of() == ([], ["N01A001"])
    assert put(as_at=later, restricted=["N01A001"]) == ["unchanged"]
    assert put(as_at=first, excluded=[ME]) == ["older"]
    assert lists_of() == ([], ["N01A001"])
    # what a person recorded since then is of a later moment
    limit(REF, excluded=ME)
    assert put(as_at=later, restricted=[]) == ["unchanged"]
    assert lists_of() == ([ME], [])
    assert put(as_at=now_text(), restricted=[]) == ["changed"]
    assert lists_of() == ([], [])
    assert put(as_at=now_text(), excluded=["N99OTHER"]) == ["changed"]
    wrong = feed.ask("put", "waiting-cases", {"cases": [sent(REF, nobody.team_code, excluded=["Nä1"],
                                                             as_at=now_text())]})  # fmt: skip
    assert wrong.status_code == 422
    assert wrong.json()["faults"][0]["code"] == "CODE"
    assert lists_of() == (["N99OTHER"], [])
    row = give(REF, to)
    assert limited_access.limits([REF])
    told = Message.objects.filter(topics__about=allocation_messages.ABOUT, topics__number=row.pk)
    assert told
    assert not [each for each in told if "custody" in f"{each.subject}{each.body}"]


@pytest.mark.one_database
def test_somebody_who_is_shut_out_does_not_lift_them_by_a_record(nobody: Unit, signed_in: SignIn) -> None:
    signed_in("manager", "team", nobody.team_code, staff_code=ME)
    limit(REF, excluded=ME)
    user = User.objects.get(staff_code=ME)
    with pytest.raises(Exception, match="Access to this case is limited"):
        waiting_cases.record_case(
            actor=user, wanted=details(REF, nobody.team_code), limits=AccessLists(frozenset(), frozenset())
        )
    assert lists_of() == ([ME], [])
    assert not WaitingCase.objects.exists()


def test_a_table_says_them_and_neither_a_gap_nor_a_withdrawal_lifts_them(
    nobody: Unit, load_night: Callable[..., Load]
) -> None:
    team = nobody.team_code
    rows = pl.concat([
        table(team, [REF], excluded=f"{ME}; N01A001", restricted=""),
        table(team, ["X999991"], excluded="", restricted=""),
    ])  # fmt: skip
    load_night(waiting=rows)
    assert lists_of() == (["N01A001", ME], [])
    assert not limited_access.limits(["X999991"])
    load_night(days=1, waiting=table(team, [REF]))
    assert lists_of() == (["N01A001", ME], [])
    third = load_night(days=2, waiting=table(team, [REF], excluded="N01A002"))
    assert lists_of() == (["N01A002"], [])
    judged(third, Deed.WITHDRAW)
    assert lists_of() == (["N01A002"], [])
    assert WaitingCase.objects.get(ref=REF, state=Now.WAITING)
