"""A kept plan that this version cannot read: every page and answer says which step and why, and goes on."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from typing import Any

import pytest
from api_fixtures import Program, program  # noqa: F401
from django.urls import reverse
from tabs_fixtures import in_sight, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import SignIn, kept, unit_of, user_of

from wmt.site.accounts.models import User
from wmt.site.links import unit_url
from wmt.site.plans.models import PlanShare, SavedPlan

_UNKNOWN = "- {do: swap, cases: [X123456], of: Secret}\n"
_SAYS = "do should be one of move, become"


def _unreadable(user: User, pdu: Pdu) -> SavedPlan:
    """A plan whose first step is of no kind that there is, and whose second can be done."""
    row = kept(user, unit_of(pdu), {"do": "hours", "post": pdu.free[0].code, "hours": 10}, name="Old one")
    row.text = row.text.replace("steps:\n", f"steps:\n{_UNKNOWN}")
    row.save()
    return row


def test_every_page_of_a_plan_with_an_unknown_step_says_so_and_does_the_rest(
    pdu: Pdu, signed_in: SignIn
) -> None:
    client, reader = signed_in("head", "pdu", pdu.code), signed_in("analyst")
    row = _unreadable(user_of(client), pdu)
    page = client.get(reverse("plan", args=[row.pk]))
    assert page.status_code == 200
    assert "A step that this version cannot read (swap)" in in_sight(page.text)
    assert _SAYS in in_sight(page.text)
    assert any(each["Who"].startswith(pdu.free[0].name) for each in table_of(page.text, "effect"))
    compared = client.get(f"{reverse('plan-compare')}?a={row.pk}")
    assert (compared.status_code, "Old one, step 1: " in in_sight(compared.text)) == (200, True)
    assert table_of(compared.text, "compare")
    for address in (
        reverse("plans"), unit_url("pdu", pdu.code, "plans"),
        *(reverse(name, args=[row.pk]) for name in ("plan-file", "plan-share", "plan-change", "plan-delete")),
    ):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert _SAYS in b"".join(client.get(f"{reverse('plan', args=[row.pk])}steps.csv")).decode()
    PlanShare.objects.create(plan=row, user=user_of(reader))
    theirs = reader.get(reverse("plan", args=[row.pk])).text
    assert "whoever made the plan can remove it" in in_sight(theirs)
    assert not any(word in theirs for word in ("X123456", "Secret", _SAYS))


def test_a_plan_with_an_unknown_step_is_changed_copied_and_mended_and_loses_nothing(
    pdu: Pdu, signed_in: SignIn
) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = _unreadable(user_of(client), pdu)

    def send(page: str, more: tuple[Any, ...] = (), **typed: Any) -> None:
        row.refresh_from_db()
        answer = client.post(reverse(page, args=[row.pk, *more]), {"version": row.version, **typed})
        assert answer.status_code == 302, page

    send("plan-change", name="Renamed", note="Why")
    send("plan-step", ("leave",), post=pdu.free[1].code)
    send("plan-steps", number=1, do="down")
    send("plan-copy", key="c")
    row.refresh_from_db()
    for plan in (row, SavedPlan.objects.get(name="Copy of Renamed")):
        assert [type(step).__name__ for step in plan.plan.steps] == ["HoursStep", "UnreadStep", "LeaveStep"]
        assert "X123456" in plan.text
    send("plan-steps", number=2, do="remove")
    row.refresh_from_db()
    assert "swap" not in row.text
    assert _SAYS not in client.get(reverse("plan", args=[row.pk])).text


@pytest.mark.parametrize("text", ["name: [", "- 1\n", "name: x\nsteps: []\ngoals: []\n"])
def test_a_file_that_is_no_plan_can_be_read_about_and_removed(
    text: str, pdu: Pdu, program: Callable[..., Program], signed_in: SignIn
) -> None:
    head = program("head", "pdu", pdu.code)
    row = kept(head.user, unit_of(pdu), name="Broken")
    SavedPlan.objects.update(text=text)
    answer = head.get(f"plans/{row.pk}")
    assert answer["steps"][0]["words"] == "the file of this plan, which this version cannot read"
    assert (answer["name"], answer["file"], answer["steps"][0]["done"]) == ("Broken", text, False)
    assert answer["steps"][0]["missing"] != []
    client = signed_in("head", "pdu", pdu.code, email="browser@example.org")
    SavedPlan.objects.update(owner=user_of(client))
    assert client.get(reverse("plan", args=[row.pk])).status_code == 200
    client.post(reverse("plan-steps", args=[row.pk]), {"version": 1, "number": 1, "do": "remove"})
    row.refresh_from_db()
    assert (row.name, row.plan.steps) == ("Broken", [])


@pytest.mark.parametrize(
    "step",
    ["5", "[a]", "x", "", "{do: [move]}", "{1: 2, do: move}", "{do: move, cases: 5, to: 'A:B'}",
     "{do: move, cases: [5], to: 'A:B'}", "{do: move, cases: [X1], to: []}", "{do: start}"],
)  # fmt: skip
def test_whatever_stands_in_place_of_a_step_no_page_fails(step: str, pdu: Pdu, signed_in: SignIn) -> None:
    client = signed_in("head", "pdu", pdu.code)
    row = _unreadable(user_of(client), pdu)
    SavedPlan.objects.update(text=row.text.replace(_UNKNOWN, f"- {step}\n"))
    page = client.get(reverse("plan", args=[row.pk]))
    assert (page.status_code, "this version cannot read" in in_sight(page.text)) == (200, True)
    assert client.get(reverse("plan-step-change", args=[row.pk, 1])).status_code == 404
