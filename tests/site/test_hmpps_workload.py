"""The operations of the allocation screens: their contract field by field, rights, repeats; no log of it."""

# ruff: noqa: F401, F811 - fixtures come by import
import json
import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from accounts_fixtures import configured
from allauth.socialaccount.models import SocialAccount
from api_fixtures import fresh_counts, person_with
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test import Client
from test_allocate import cases_of, give, pair, posts, unit
from test_api_signed_tokens import SignOn, sign_on

from wmt.ledger import Moment
from wmt.site.accounts.models import User
from wmt.site.allocation.models import CaseAllocation
from wmt.site.api.compat import fields
from wmt.site.audit.models import AuditEvent
from wmt.site.availability.models import StaffDetails
from wmt.site.figures.placeholders import placeholders
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
CONTRACT: dict[str, list[str]] = json.loads(
    (Path(__file__).parent / "hmpps_workload_contract.json").read_text(encoding="utf-8")
)
READ, MEASURE = "ROLE_WORKLOAD_READ", "ROLE_WORKLOAD_MEASUREMENT"
GIVE = "ROLE_MANAGE_A_WORKFORCE_ALLOCATE"
KINDS = {"object": dict, "array": list, "string": str, "number": (int, float)}
SECRET = "a-bearer-token-of-a-user"


@dataclass
class Screens:
    """The allocation screens as a person uses them."""

    sign_on: SignOn
    user: User
    roles: tuple[str, ...] = (READ, GIVE)

    def ask(self, method: str, address: str, body: Any = None, **query: Any) -> Any:
        token = self.sign_on.token(authorities=list(self.roles), user_name=f"U{self.user.pk}")
        more: dict[str, Any] = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
        if query:
            more["query_params"] = query
        if body is not None:
            more |= {"data": body, "content_type": "application/json"}
        client = Client(raise_request_exception=False)
        return getattr(client, method)(f"/compat/hmpps-workload/{address}", **more)

    def get(self, address: str, **query: Any) -> Any:
        answer = self.ask("get", address, **query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def post(self, address: str, body: Any, **query: Any) -> Any:
        answer = self.ask("post", address, body, **query)
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()


@pytest.fixture
def screens(
    sign_on: SignOn,
    configured: Callable[..., None],
    nation: Any,  # noqa: ARG001
) -> Callable[..., Screens]:
    configured(hmpps_workload=True)

    def made(
        role: str = "administrator", level: str = "nation", code: str = "nation", **more: Any
    ) -> Screens:
        user = person_with(role, level, code)
        SocialAccount.objects.create(user=user, provider="organisation", uid=f"U{user.pk}")
        return Screens(sign_on, user, **more)

    return made


@pytest.fixture
def waiting() -> tuple[Unit, str]:
    """A placeholder, and a case that waits there."""
    nobody = placeholders(current_state())
    found = next(post for post in posts(cases__gt=1) if post.code in nobody and cases_of(post))
    return found, cases_of(found)[0]


def at(post: Unit, word: str = "offenderManagers") -> str:
    return f"team/{post.team_code}/{word}/{post.staff_code}"


def test_every_field_of_the_contract_is_there_and_of_its_type(
    screens: Callable[..., Screens], pair: tuple[Unit, Unit], waiting: tuple[Unit, str]
) -> None:
    old, new = pair
    StaffDetails.objects.create(
        staff_code=new.staff_code, forename="Ann", middle_name="Mary", surname="Oak", email="ann@wmt.example"
    )
    on, crn, held = screens(), waiting[1], cases_of(old)[0]
    choice = on.get("team/choose-practitioner", teamCodes=f"{old.team_code},{new.team_code}", crn=held)
    found = {
        "GET /team/choose-practitioner": choice,
        "GET /team/practitioner-workloadcases": on.get(
            "team/practitioner-workloadcases", teamCode=new.team_code
        ),
        "GET /team/{team}/offenderManager/{staff}/impact/person/{crn}": on.get(
            f"{at(new, 'offenderManager')}/impact/person/{held}"
        ),
        "GET /team/{team}/offenderManagers/{staff}": on.get(at(new)),
        "GET /team/{team}/offenderManagers/{staff}/cases": on.get(f"{at(new)}/cases"),
        "GET /allocation/person/{crn}/event/{n}/details": on.get(f"allocation/person/{held}/event/1/details"),
        "POST /team/{team}/offenderManager/{staff}/case": on.post(
            f"{at(new, 'offenderManager')}/case", {"crn": crn, "eventNumber": "1"}
        ),
        "GET /allocation/person/{crn}/event/{n}/complete-details": on.get(
            f"allocation/person/{crn}/event/1/complete-details"
        ),
        "POST /allocation/events/teams": on.post("allocation/events/teams", {"teams": [new.team_code]}),
        "POST /allocation/events/teams/count": on.post(
            "allocation/events/teams/count", {"teams": [new.team_code]}, since="2020-01-01T00:00:00Z"
        ),
    }
    assert set(found) == set(CONTRACT)
    missing = [
        (op, row, why) for op, rows in CONTRACT.items() for row in rows if (why := lacks(found[op], row))
    ]
    assert missing == []
    (mine,) = [row for row in choice["teams"][new.team_code] if row["code"] == new.staff_code]
    assert mine["name"] == {
        "forename": "Ann", "middleName": "Mary", "surname": "Oak", "combinedName": "Ann Mary Oak",
    }  # fmt: skip
    assert mine["email"] == "ann@wmt.example"
    assert choice["communityPersonManager"]["code"] == old.staff_code
    assert found["POST /allocation/events/teams/count"] == {"caseCount": 1}
    assert found["POST /allocation/events/teams"]["cases"][0]["crn"] == crn


def lacks(answer: Any, row: str) -> str:
    """What is wrong with a field of a contract, '$.a[].b string optional', in an answer; '' for nothing."""
    path, kind, *optional = row.split()
    there = [answer]
    steps = [
        step for part in path.removeprefix("$").split(".") for step in re.split(r"(?=\[\])", part) if step
    ]
    for number, step in enumerate(steps):
        last = number == len(steps) - 1
        if step == "[]":
            there = [each for one in there for each in one]
        elif step == "*":
            there = [each for one in there for each in one.values()]
        else:
            without = [one for one in there if step not in one]
            if without and not optional and last:
                return f"{len(without)} without it"
            there = [one[step] for one in there if step in one]
    wrong = [one for one in there if not isinstance(one, KINDS[kind]) or isinstance(one, bool)]
    return f"{wrong[0]!r}" if wrong else ""


def test_the_walk_over_the_contract_sees_what_is_missing() -> None:
    assert lacks({"a": [{"b": 1}, {}]}, "$.a[].b number") == "1 without it"
    assert lacks({"a": [{"b": 1}, {}]}, "$.a[].b number optional") == ""
    assert lacks({"t": {"X": [{"b": "1"}]}}, "$.t.*[].b number") == "'1'"
    assert lacks({"a": None}, "$.a string") == "None"


def test_figures_are_those_of_the_pages(screens: Callable[..., Screens], pair: tuple[Unit, Unit]) -> None:
    _, new = pair
    on = screens()
    mine = on.get(at(new))
    assert Decimal(str(mine["pointsUsed"])) == Decimal(new.points_x100) / 100
    assert Decimal(str(mine["pointsAvailable"])) == Decimal(new.available_x100) / 100
    assert mine["pointsRemaining"] == pytest.approx(mine["pointsAvailable"] - mine["pointsUsed"])
    assert mine["totalCases"] == new.cases == sum(mine["caseTotals"].values())
    share = Decimal(new.points_x100) * 100 / new.available_x100
    assert abs(Decimal(str(mine["capacity"])) - share) <= Decimal("0.05")
    rows = on.get("team/practitioner-workloadcases", teamCode=new.team_code)[new.team_code]["teams"]
    (row,) = [row for row in rows if row["code"] == new.staff_code]
    assert row["workload"] == mine["capacity"]
    assert row["activeCases"] == row["communityCases"] + row["custodyCases"] == new.cases
    assert row["casesPastWeek"] == row["allocatedCasesPastWeek"] + row["reallocatedCasesPastWeek"]
    (team,) = on.get("team/workloadcases", teams=f"{new.team_code},NO SUCH")
    assert (team["teamCode"], team["totalCases"]) == (new.team_code, unit("team", new.team_code).cases)
    assert len(on.get(f"{at(new)}/cases")["activeCases"]) == new.cases


@pytest.mark.unit
@pytest.mark.parametrize(
    ("points", "available", "said"),
    [
        (500, 1000, 50),
        (559, 1000, 55.9),
        (59, 2176, 2.7),
        (2458, 2200, 111.7),
        (2517, 2200, 114.4),
        (59, 0, 0),
    ],
)
def test_percentages_have_one_decimal(points: int, available: int, said: float) -> None:
    assert fields.percent(Moment(points * 100, available * 100)) == said


def test_the_impact_is_what_the_allocation_then_makes(
    screens: Callable[..., Screens], pair: tuple[Unit, Unit]
) -> None:
    old, new = pair
    on, crn = screens(), cases_of(old)[0]
    own = on.get(f"{at(old, 'offenderManager')}/impact/person/{crn}")
    assert own["capacity"] == own["potentialCapacity"]
    seen = on.get(f"{at(new, 'offenderManager')}/impact/person/{crn.lower()}")
    on.post(f"{at(new, 'offenderManager')}/{old.staff_code}/case", {"crn": crn, "allocationReason": "OTHER"})
    assert on.get(at(new))["capacity"] == seen["potentialCapacity"]


def test_who_has_no_time_is_0_and_cannot_be_picked(screens: Callable[..., Screens]) -> None:
    without = posts(grade="PO", available_x100=0, stream="sentence_management")[0]
    StaffDetails.objects.create(staff_code=without.staff_code, email="no@wmt.example")
    rows = screens().get("team/practitioner-workloadcases", teamCode=without.team_code)
    (row,) = [r for r in rows[without.team_code]["teams"] if r["code"] == without.staff_code]
    assert row["workload"] == 0
    assert "email" not in row


def test_what_is_sent_again_within_a_minute_is_done_once(
    screens: Callable[..., Screens], pair: tuple[Unit, Unit], waiting: tuple[Unit, str]
) -> None:
    on, address = screens(), f"{at(pair[1], 'offenderManager')}/case"
    body = {"crn": waiting[1], "eventNumber": 1, "allocationJustificationNotes": "knows the area"}
    first = on.post(address, body)
    assert on.post(address, {**body, "eventNumber": "1", "more": None}) == first
    row = CaseAllocation.objects.get()
    assert (str(row.pk), row.notes, row.reason) == (
        first["personManagerId"], "knows the area", "initial_allocation",
    )  # fmt: skip
    record = on.get(f"allocation/person/{row.pk}")
    assert (record["staffCode"], record["crn"], record["isActive"]) == (pair[1].staff_code, waiting[1], True)
    assert on.get(f"allocation/event/{row.pk}")["allocationReason"] == "INITIAL_ALLOCATION"
    assert on.ask("get", f"allocation/requirements/{row.pk}").status_code == 404
    # somebody else, or another practitioner, is no repeat
    assert screens().ask("post", address, body).status_code == 409
    assert CaseAllocation.objects.count() == 1


def test_a_case_that_somebody_else_has_by_now_stays_there(
    screens: Callable[..., Screens], pair: tuple[Unit, Unit]
) -> None:
    old, new = pair
    on, crn = screens(), cases_of(old)[0]
    body = {"crn": crn, "allocationReason": "OFFICER_LEFT", "token": SECRET}
    stale = on.ask("post", f"{at(new, 'offenderManager')}/{new.staff_code}X/case", body)
    assert (stale.status_code, stale.json()["faults"][0]["code"]) == (409, "HELD_BY_NOW")
    assert not CaseAllocation.objects.exists()
    for wrong in ({**body, "allocationReason": "LUCK"}, {**body, "allocationReason": "INITIAL_ALLOCATION"}):
        address = f"{at(new, 'offenderManager')}/{old.staff_code}/case"
        assert on.ask("post", address, wrong).status_code == 422
    assert on.ask("post", address, {**body, "crn": "X999999"}).status_code == 404
    done = on.post(address, body)
    assert (list(done), done["eventManagerId"]) == (
        ["personManagerId", "eventManagerId", "requirementManagerIds"], [done["personManagerId"]],
    )  # fmt: skip
    assert on.post(address, body) == done


def test_a_missing_role_is_403_and_only_a_bad_token_401(
    screens: Callable[..., Screens], pair: tuple[Unit, Unit], configured: Callable[..., None]
) -> None:
    old, new = pair
    on = screens(roles=())
    crn, give_to = cases_of(old)[0], f"{at(new, 'offenderManager')}/{old.staff_code}/case"
    assert on.ask("get", at(new)).status_code == 403
    assert AuditEvent.objects.filter(kind="denied").count() == 1
    reads = replace(on, roles=(MEASURE,))
    assert reads.ask("get", at(new)).status_code == 200
    body = {"crn": crn, "allocationReason": "OTHER"}
    assert reads.ask("post", give_to, body).status_code == 403
    assert replace(on, roles=(GIVE,)).ask("get", at(new)).status_code == 403
    client = Client()
    assert client.get(f"/compat/hmpps-workload/{at(new)}").status_code == 401
    bad = client.get(f"/compat/hmpps-workload/{at(new)}", HTTP_AUTHORIZATION="Bearer a.b.c")
    assert bad.status_code == 401
    # with the roles of the token, and none here that allows it: as on our own pages
    nobody = screens("practitioner", "team", new.team_code)
    assert nobody.ask("post", give_to, body).status_code == 403
    assert nobody.ask("get", "team/choose-practitioner", teamCodes=new.team_code, crn=crn).status_code == 404
    far = screens("manager", "team", new.team_code)
    assert far.ask("get", f"{at(old)}/cases").status_code in (200, 403)
    assert not CaseAllocation.objects.exists()
    configured(hmpps_workload=False)
    assert on.ask("get", at(new)).status_code == 404
    assert client.get(f"/compat/hmpps-workload/{at(new)}").status_code == 404


def test_cases_of_others_are_refused_and_not_an_empty_list(screens: Callable[..., Screens]) -> None:
    first = posts(stream="sentence_management", grade="PO", cases__gt=3)
    far = next(each for each in first if each.region_code != first[0].region_code)
    on = screens("manager", "team", first[0].team_code)
    assert on.ask("get", f"{at(far)}/cases").status_code == 403
    assert "lastAllocatedEvent" not in on.get(at(far))
    assert on.ask("get", f"allocation/person/{cases_of(far)[0]}/event/1/details").status_code == 404
    assert (
        on.ask("get", f"{at(first[0], 'offenderManager')}/impact/person/{cases_of(far)[0]}").status_code
        == 404
    )


def test_tokens_and_references_are_in_no_log_audit_or_row(
    screens: Callable[..., Screens], pair: tuple[Unit, Unit], caplog: pytest.LogCaptureFixture
) -> None:
    old, new = pair
    on, crn = screens(), cases_of(old)[0]
    address = f"{at(new, 'offenderManager')}/{old.staff_code}/case"
    with caplog.at_level(logging.DEBUG):
        secret = {"userToken": SECRET, "headers": {"authorization": SECRET}}
        assert on.ask("post", address, {"crn": crn, **secret}).status_code == 422
        assert on.ask("post", address, {"crn": [SECRET], **secret}).status_code == 422
        assert (
            on.ask("post", address, {"crn": "X999999", "allocationReason": "OTHER", **secret}).status_code
            == 404
        )
        broken = Client(raise_request_exception=False).post(
            f"/compat/hmpps-workload/{address}", f'{{"token": "{SECRET}"', "application/json",
            HTTP_AUTHORIZATION=f"Bearer {on.sign_on.token(authorities=[GIVE], user_name=f'U{on.user.pk}')}",
        )  # fmt: skip
        assert broken.status_code == 400
        on.post(address, {"crn": crn, "allocationReason": "OTHER", **secret})
        on.post("audit/data", {"what": "CASE_VIEWED", "details": json.dumps({"crn": crn}), **secret})
        on.ask("post", "audit/data", {"what": SECRET})
        assert on.ask("get", f"allocation/person/{crn}X/event/1/details").status_code == 404
        screens("practitioner", "team", "X").ask("get", f"{at(new, 'offenderManager')}/impact/person/{crn}")
    lines = [f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records]
    mine = [line for line in lines if not line.startswith("(0.")]  # statements of the database at debug level
    assert not [line for line in mine if SECRET in line or crn in line]
    events = AuditEvent.objects.values_list("sentence", "path", "before", "after")
    assert not [event for event in events if SECRET in str(event) or crn in str(event)]
    assert (
        "The allocation screens reported CASE_VIEWED" in AuditEvent.objects.filter(kind="screen")[0].sentence
    )
    for model in apps.get_models():
        for row in model._base_manager.values_list()[:20_000] if "Line" not in model.__name__ else ():
            assert SECRET not in str(row), model


def test_the_menu_leads_to_our_pages(screens: Callable[..., Screens], client: Client) -> None:
    client.force_login(screens().user)
    for address, to in (
        ("/probation/hmpps/0", "/nation/"),
        ("/omic/hmpps/0", "/nation/?stream=omic"),
        ("/court-reports/hmpps/0", "/nation/?stream=courts"),
        ("/officer-search", "/search/"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, to)
        assert client.get(to).status_code == 200


def test_what_is_too_much_or_nested_too_deep_is_no_fault_of_ours(screens: Callable[..., Screens]) -> None:
    on = screens()
    many = {"teams": [f"N{number:05}" for number in range(1_500)]}
    for address in ("allocation/events/teams", "allocation/events/teams/count"):
        answer = on.ask("post", address, many)
        assert (answer.status_code, "teams" in answer.content.decode()) == (422, True)
    token = on.sign_on.token(authorities=list(on.roles), user_name=f"U{on.user.pk}")
    answer = Client(raise_request_exception=False).post(
        "/compat/hmpps-workload/audit/data", "[" * 100_000, content_type="application/json",
        HTTP_AUTHORIZATION=f"Bearer {token}",
    )  # fmt: skip
    assert answer.status_code == 200
    assert AuditEvent.objects.filter(sentence__contains="reported an event").count() == 1
