"""Tokens: kept as a hash, never more than their person, ended by days, by hand and with the account."""

# ruff: noqa: F811 - fixtures come by import
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, person_with, program, token_of  # noqa: F401
from django.test import Client
from django.utils import timezone

from conftest import gave_password
from wmt.site.accounts import actions, tokens
from wmt.site.accounts.models import ApiToken, RoleGrant
from wmt.site.audit.models import AuditEvent
from wmt.site.workload.state import current_state

DAY = timedelta(days=1)


def signed_in_as(user: Any, **more: Any) -> Client:
    client = Client(**more)
    client.force_login(user)
    return gave_password(client, user)


def status_with(secret: str, address: str = "/api/v1/me") -> int:
    return Client().get(address, HTTP_AUTHORIZATION=f"Bearer {secret}").status_code


def hours(nation: Any, team: str) -> tuple[str, dict[str, Any]]:
    post = nation.unit("post", team_code=team)
    return f"posts/{post.code}/hours/{current_state().day}", {"hours": 20}


def test_only_a_hash_of_a_token_is_kept(nation: Any) -> None:  # noqa: ARG001
    secret = token_of(person_with("analyst"))
    token = ApiToken.objects.get()
    kept = "".join(str(value) for value in vars(token).values())
    assert secret not in kept
    assert secret.startswith(token.hint)
    assert len(secret) > 40
    assert secret not in str(AuditEvent.objects.filter(kind="token").values_list("sentence", "after"))
    assert status_with(secret) == 200
    token.refresh_from_db()
    assert token.last_used == timezone.localdate()


@pytest.mark.parametrize("sent", ["wmt_wrong", "", "Zm9v", "wmt_" + "x" * 5_000, "wmt_\udcff"])
def test_what_is_no_token_opens_nothing(sent: str, nation: Any) -> None:  # noqa: ARG001
    answer = Client().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer {sent}")
    assert (answer.status_code, answer.json()["code"]) == (401, "TOKEN_REFUSED")
    assert AuditEvent.objects.filter(kind="sign-in refused").count() == 1
    basic = Client().get("/api/v1/me", HTTP_AUTHORIZATION="Basic Zm9vOmJhcg==")
    assert basic.status_code == 401


def test_a_wrong_token_is_not_let_in_by_a_session(nation: Any) -> None:  # noqa: ARG001
    client = signed_in_as(person_with("analyst"))
    assert client.get("/api/v1/me").status_code == 200
    assert client.get("/api/v1/me", HTTP_AUTHORIZATION="Bearer wmt_wrong").status_code == 401


def test_tokens_count_from_their_first_day_to_their_last(nation: Any) -> None:  # noqa: ARG001
    today = timezone.localdate()
    user = person_with("analyst")
    secret = token_of(user, first_day=today, last_day=today)
    assert status_with(secret) == 200
    ApiToken.objects.update(first_day=today + DAY, last_day=today + DAY)
    assert status_with(secret) == 401
    ApiToken.objects.update(first_day=today - DAY, last_day=today - DAY)
    assert status_with(secret) == 401


def test_an_ended_token_and_one_of_a_closed_account_open_nothing(nation: Any) -> None:  # noqa: ARG001
    boss, user = person_with("administrator"), person_with("analyst")
    first, second = token_of(user), token_of(user, name="another")
    tokens.end_token(actor=user, token=ApiToken.objects.get(name="a test"))
    assert (status_with(first), status_with(second)) == (401, 200)
    actions.set_active(actor=boss, user=user, active=False)
    assert status_with(second) == 401
    actions.set_active(actor=boss, user=user, active=True)
    assert status_with(second) == 401, "opening the account again gives nothing back to programs"
    assert AuditEvent.objects.filter(kind="token", sentence__contains="was ended").count() == 2


def test_a_person_of_a_demonstration_that_is_over_has_none(nation: Any, settings: Any) -> None:  # noqa: ARG001
    secret = token_of(person_with("analyst", is_demonstration=True))
    settings.CONFIG = replace(settings.CONFIG, demo=True)
    assert status_with(secret) == 200
    settings.CONFIG = replace(settings.CONFIG, demo=False)
    assert status_with(secret) == 401


def test_a_token_that_reads_changes_nothing(program: Callable[..., Program], nation: Any) -> None:
    team = nation.unit("team").code
    reads = program("administrator", token={"reads_only": True})
    assert reads.get("me")["reads_only"] is True
    answer = reads.ask("put", *hours(nation, team))
    assert (answer.status_code, answer.json()["code"]) == (403, "TOKEN_ONLY_READS")
    assert AuditEvent.objects.filter(kind="denied").count() == 1


def test_a_narrowed_token_has_one_role_and_loses_it_with_its_person(nation: Any) -> None:
    here, there = (unit.code for unit in _two_teams(nation))
    user = person_with("manager", "team", here)
    grant = RoleGrant.objects.get()
    other = RoleGrant.objects.create(
        user=user, role="manager", level="team", code=there, first_day=grant.first_day
    )
    narrow = Program(user, token_of(user, grant=grant), Client())
    wide = Program(user, token_of(user), Client())
    assert [role["code"] for role in narrow.get("me")["roles"]] == [here]
    assert narrow.ask("put", *hours(nation, here)).status_code == 200
    assert narrow.ask("put", *hours(nation, there)).status_code == 403
    assert wide.ask("put", *hours(nation, there)).status_code == 200
    actions.end_grant(actor=None, grant=grant)
    address, body = hours(nation, here)
    assert narrow.ask("put", address, body | {"version": 1}).status_code == 403
    assert wide.ask("put", address, body | {"version": 1}).status_code == 403
    assert narrow.get("me")["roles"] == []
    assert other.code == there


def _two_teams(nation: Any) -> Any:
    from wmt.site.workload.models import Unit

    return Unit.objects.filter(load=nation.load, level="team", whole=True, posts__gt=0).order_by("code")[:2]


def test_too_many_wrong_tokens_have_to_wait_and_right_ones_do_not(nation: Any) -> None:  # noqa: ARG001
    secret = token_of(person_with("analyst"))
    answers = [Client().get("/api/v1/me", HTTP_AUTHORIZATION=f"Bearer wmt_{n}") for n in range(12)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert answers[-1]["Retry-After"] == "60"
    assert answers[-1].json()["code"] == "TOO_MANY"
    assert AuditEvent.objects.filter(kind="sign-in refused").count() == 10
    assert status_with(secret) == 200


def test_a_session_reads_and_changes_only_with_the_forms_token(nation: Any) -> None:
    team = nation.unit("team").code
    client = signed_in_as(person_with("manager", "team", team), enforce_csrf_checks=True)
    assert client.get("/api/v1/me").json()["token"] == ""
    address, body = hours(nation, team)
    refused = client.put(f"/api/v1/{address}", body, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "CSRF")
    page = client.get("/accounts/tokens/").content.decode()
    form = page.partition('name="csrfmiddlewaretoken" value="')[2].partition('"')[0]
    done = client.put(f"/api/v1/{address}", body, content_type="application/json", HTTP_X_CSRFTOKEN=form)
    assert done.status_code == 200, done.content


def test_a_session_without_its_second_factor_does_not_get_past(nation: Any, settings: Any) -> None:  # noqa: ARG001
    settings.CONFIG = replace(settings.CONFIG, second_factor=True)
    answer = signed_in_as(person_with("administrator")).get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "SECOND_FACTOR")


# ---- pages


def _form(**more: Any) -> dict[str, Any]:
    today = timezone.localdate()
    return {"name": "a report", "first_day": today, "last_day": today + 30 * DAY, **more}


def test_a_person_makes_a_token_and_sees_it_once(nation: Any) -> None:  # noqa: ARG001
    user = person_with("manager", "team", "T")
    client = signed_in_as(user)
    grant = RoleGrant.objects.get()
    answer = client.post("/accounts/tokens/", _form(reads_only="on", grant=grant.pk))
    assert answer.status_code == 200, answer.content.decode()
    secret = (
        answer.content.decode().partition('id="secret" type="text" readonly value="')[2].partition('"')[0]
    )
    assert status_with(secret) == 200
    assert "no-store" in answer["Cache-Control"]
    page = client.get("/accounts/tokens/").content.decode()
    assert secret not in page
    assert secret[:8] in page
    assert "read only, as Manager (senior probation officer), team T" in page
    token = ApiToken.objects.get()
    assert (token.role, token.level, token.code, token.reads_only) == ("manager", "team", "T", True)
    assert client.post(f"/accounts/tokens/{token.pk}/end/").status_code == 302
    assert status_with(secret) == 401
    assert client.post(f"/accounts/tokens/{token.pk}/end/").status_code == 302
    assert AuditEvent.objects.filter(kind="token").count() == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"name": ""}, "Enter what the token is for"),
        ({"last_day": "2001-01-01"}, "The last day must be today or later"),
        ({"last_day": "2199-01-01"}, "up to a year"),
        ({"first_day": "soon"}, "The first day must be a real date"),
        ({"grant": "999999"}, "Choose one of your roles"),
    ],
)
def test_what_makes_no_sense_makes_no_token(more: dict[str, Any], said: str, nation: Any) -> None:  # noqa: ARG001
    answer = signed_in_as(person_with("analyst")).post("/accounts/tokens/", _form(**more))
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert ApiToken.objects.count() == 0


def test_nobody_has_more_tokens_than_they_can_look_after(nation: Any) -> None:  # noqa: ARG001
    user = person_with("analyst")
    for _ in range(tokens.MOST):
        token_of(user)
    answer = signed_in_as(user).post("/accounts/tokens/", _form())
    assert answer.status_code == 422
    assert "End one" in answer.content.decode()


def test_somebody_elses_token_is_ended_by_administrators_alone(nation: Any) -> None:  # noqa: ARG001
    secret = token_of(person_with("analyst", name="Ann Analyst"))
    token = ApiToken.objects.get()
    nosy = signed_in_as(person_with("head", "pdu", "P"))
    assert nosy.post(f"/accounts/tokens/{token.pk}/end/").status_code == 403
    assert nosy.get("/people/tokens/").status_code == 403
    assert status_with(secret) == 200
    boss = signed_in_as(person_with("administrator"))
    assert "Ann Analyst" in boss.get("/people/tokens/").content.decode()
    assert boss.post(f"/accounts/tokens/{token.pk}/end/")["Location"] == "/people/tokens/"
    assert status_with(secret) == 401
    assert "Ann Analyst" not in boss.get("/people/tokens/").content.decode()
    assert boss.post("/accounts/tokens/99999999999999999999/end/").status_code == 404


def test_the_page_of_the_api_lists_every_operation(nation: Any) -> None:  # noqa: ARG001
    client = signed_in_as(person_with())
    page, document = (
        client.get("/api/").content.decode().replace("<wbr>", ""),
        client.get("/api/v1/openapi.json").json(),
    )
    for address, methods in document["paths"].items():
        for method in methods:
            assert f"{method.upper()} {address}" in page
    assert document["openapi"].startswith("3.1")
    assert Client().get("/api/v1/openapi.json").status_code == 401
    assert Client().get("/api/")["Location"].startswith("/accounts/login/")
