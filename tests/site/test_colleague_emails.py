"""Colleagues of cases are told by email; commands do what the pages do."""

# ruff: noqa: F401, F811 - fixtures come by import
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import program
from django.urls import reverse
from django.utils.http import urlencode
from tabs_fixtures import in_sight
from test_allocate import cases_of, give, posts
from test_allocate_api import wmt
from test_case_kinds import is_now
from test_colleagues import Away, Role, away
from test_limited_access import limit

from wmt.site.accounts.models import User
from wmt.site.allocation.models import CaseColleague, PostProtection
from wmt.site.changes import allocate, colleagues
from wmt.site.changes.allocation_messages import stop_for_shut_out
from wmt.site.changes.colleague_ends import settle_colleagues
from wmt.site.links import unit_url
from wmt.site.outbox.models import Message
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


@pytest.fixture
def told(away: Away) -> Callable[[], list[tuple[str, str]]]:
    """What the colleague was sent since it was asked last: kind and text."""
    User.objects.create_user("one@justice.gov.uk", name="One", staff_code=away.one.staff_code)
    seen: set[int] = set()

    def since() -> list[tuple[str, str]]:
        found = Message.objects.filter(user__email="one@justice.gov.uk").exclude(pk__in=list(seen))
        rows = list(found.order_by("pk"))
        seen.update(row.pk for row in rows)
        return [(row.kind, row.body) for row in rows]

    return since


def test_who_covers_is_told_in_one_email_about_all_cases(away: Away, told: Any) -> None:
    first, second, third = away.refs
    away.named((first, away.one.code), (second, away.one.code), (third, away.other.code))
    ((kind, body),) = told()
    location, tier, *_ = is_now(first).split()
    assert kind == "named"
    assert (
        f"You are named to cover 2 cases of {away.holder.name} from 20 November 2026 until they are back."
        in body
    )
    assert f"CRN: {first}, {location} {tier}" in body
    assert third not in body
    # who has no account has a row too, that says so and nothing of the cases
    (left,) = Message.objects.filter(name=away.other.name)
    assert (left.state, left.body) == (Message.State.NO_ADDRESS, "")


def test_the_end_and_what_undoes_it_are_told_once(away: Away, told: Any) -> None:
    ref = away.refs[0]
    (row,) = away.named((ref, away.one.code))
    told()
    made = give(ref, away.other)
    ((kind, body),) = told()
    assert kind == "ended"
    assert (
        f"You no longer cover 1 case of {away.holder.name}: the case was allocated to somebody else." in body
    )
    assert away.other.name not in body
    allocate.undo(actor=None, who="a test", allocation=made)
    ((kind, body),) = told()
    assert kind == "again"
    assert f"You cover 1 case of {away.holder.name} again: what had ended this was undone." in body
    colleagues.end_colleague(actor=None, number=row.pk, who="Bo")
    ((kind, body),) = told()
    assert (kind, "ended by hand, by Bo" in body) == ("ended", True)


def test_an_extract_that_comes_again_tells_nobody_twice(away: Away, told: Any) -> None:
    state = current_state()
    away.named((away.refs[0], away.one.code), role=Role.MENTOR, last_day=away.day)
    told()
    later = replace(state, day=away.day + timedelta(1))
    settle_colleagues(later, state.as_at + timedelta(1), {}, "a load")
    ((kind, body),) = told()
    assert (kind, "its last day has passed" in body) == ("ended", True)
    settle_colleagues(later, state.as_at + timedelta(1), {}, "the same load")
    assert told() == []
    settle_colleagues(state, state.as_at, {}, "a withdrawal")
    ((kind, _),) = told()
    assert kind == "again"


def test_of_a_limited_case_names_and_the_crn_alone_and_nothing_to_who_is_shut_out(
    away: Away, told: Any
) -> None:
    first, second, _ = away.refs
    limit(first, excluded="N00XXX")
    away.named((first, away.one.code), role=Role.CO_WORKER)
    ((_, body),) = told()
    location, tier, *_ = is_now(first).split()
    assert f"CRN: {first}\n" in body
    assert "Access to this is limited, so the email says nothing more." in body
    assert f"{location} {tier}" not in body
    away.named((second, away.one.code), role=Role.CO_WORKER)
    assert len(told()) == 1
    # shut out meanwhile: what waits is stopped, and that it ended is not told
    limit(second, excluded=away.one.staff_code)
    assert not Message.objects.filter(body__contains=second, user__email="one@justice.gov.uk").exists()
    colleagues.end_colleague(actor=None, number=CaseColleague.objects.get(ref=second).pk, who="Bo")
    assert told() == []


def test_the_command_covers_lists_and_ends(away: Away, wmt: Callable[..., Any]) -> None:
    to = ("--to", away.one.code, "--to", away.other.code)
    code, said, _ = wmt("cover", away.holder.code, *to, "--last-day", "2026-11-23")
    every = cases_of(away.holder)
    assert code == 0
    assert f"Named for {len(every)} cases of {away.holder.code}." in " ".join(said.split())
    rows = CaseColleague.objects.order_by("pk")
    assert {row.ref for row in rows} == set(every)
    number = {post: rows.filter(post=post).count() for post in (away.one.code, away.other.code)}
    assert abs(number[away.one.code] - number[away.other.code]) <= 1
    assert wmt("cover", "--end", rows[0].pk)[0] == 0
    assert CaseColleague.objects.get(pk=rows[0].pk).end == CaseColleague.End.HAND
    code, said, _ = wmt("cover", away.holder.code, "--json")
    assert said.count('"number"') == len(every)
    code, _, wrong = wmt("cover", away.holder.code, "--to", away.holder.code, "--case", every[0])
    assert code != 0
    assert "Nothing was changed" in wrong
    assert wmt("cover")[0] != 0
    assert wmt("cover", "--end", 999_999)[0] != 0


@pytest.mark.usefixtures("away")
def test_the_command_protects_lists_and_ends(wmt: Callable[..., Any]) -> None:
    post = posts(grade="PO", stream="sentence_management")[0].code
    limits = ("--most-capacity", "97.5%", "--not-tiers", "custody=a, b3", "--most-cases", "0")
    code, said, wrong = wmt("protect", post, "--reason", "other", *limits, "--last-day", "2026-12-24")
    assert (code, wrong) == (0, "")
    row = PostProtection.objects.get()
    assert (row.most_x100, row.not_tiers, row.most_cases) == (9_750, {"custody": "A B3"}, 0)
    assert "protected until 24 December 2026" in " ".join(said.split())
    assert wmt("protect", post, "--reason", "other", "--no-new")[0] != 0  # it is protected already
    assert wmt("protect", "--end", row.pk)[0] == 0
    row.refresh_from_db()
    assert row.ended_at is not None
    code, _, wrong = wmt("protect", post, "--no-new")
    assert (code != 0, "Choose why the post is protected" in wrong) == (True, True)
    for bad in (("--most-capacity", "much"), ("--not-tiers", "custody"), ("--most-capacity", "90.125")):
        assert wmt("protect", post, "--reason", "other", *bad)[0] != 0
    assert PostProtection.objects.count() == 1


def test_what_became_of_an_email_is_shown_to_who_reads_the_case_and_no_address(
    away: Away, told: Any, signed_in: Any, program: Any
) -> None:
    ref = away.refs[0]
    away.named((ref, away.one.code))
    assert [kind for kind, _ in told()] == ["named"]
    mail = Message.objects.get(user__email="one@justice.gov.uk")
    Message.objects.filter(pk=mail.pk).update(
        state="given up", tries=4, fault="550 one@justice.gov.uk is unknown"
    )
    head = signed_in("head", "pdu", away.holder.pdu_code)
    case = f"{reverse('case')}?{urlencode({'crn': ref})}"
    lists = unit_url("post", away.holder.code, "allocations")
    for page in (head.get(case).text, head.get(lists).text):
        assert "That they are named: not sent: tried 4 times, then given up: 550" in in_sight(page)
    own = signed_in("practitioner", "team", away.holder.team_code, staff_code=away.holder.staff_code)
    page = own.get(lists).text
    assert "That they are named: not sent: tried 4 times, then given up" in in_sight(page)
    assert "550" not in page
    assert "one@justice.gov.uk" not in page
    stranger = signed_in("", email="stranger@example.org")
    assert "That they are named" not in stranger.get(lists).text
    (shown,) = program("head", "pdu", away.holder.pdu_code).get(f"posts/{away.holder.code}/case-colleagues")[
        "items"
    ]
    (email,) = shown["emails"]
    assert (email["kind"], email["state"], email["tries"]) == ("named", "given up", 4)
    assert email["address"] == "one@justice.gov.uk"
    # who is shut out of the case meanwhile is not for everybody who reads it
    Message.objects.filter(pk=mail.pk).update(state="waiting", tries=0, fault="")
    limit(ref, excluded=away.one.staff_code)
    stop_for_shut_out(ref)
    assert "That they are named: not sent: access to the case was limited first" in in_sight(
        head.get(lists).text
    )
    page = in_sight(own.get(lists).text)
    assert "That they are named: not sent" in page
    assert "limited first" not in page
