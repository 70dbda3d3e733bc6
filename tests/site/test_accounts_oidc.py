"""The organisation's sign-on, against a real provider on loopback: the whole authorization-code flow."""

# ruff: noqa: F401, F811 - fixtures come by import, and some need only be there
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import oidc_provider_mock
import pytest
import requests
from accounts_fixtures import client_of, configured, grant, holder, person, plain
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from wmt.site.accounts.models import User
from wmt.site.audit.models import AuditEvent

#: the provider's own library says so of itself
pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")
START = "/accounts/oidc/organisation/login/"


@pytest.fixture
def provider(settings: Any, configured: Callable[..., None]) -> Iterator[str]:
    """The address of a provider that this site uses."""
    with oidc_provider_mock.run_server_in_thread() as server:
        address = f"http://localhost:{server.server_port}"
        app = {
            "provider_id": "organisation",
            "name": "the test sign-on",
            "client_id": "wmt",
            "secret": "s",
            "settings": {"server_url": address},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [app]}}
        configured(oidc_server=address, oidc_name="the test sign-on", second_factor=True)
        yield address


def known_there(provider: str, sub: str, **claims: Any) -> None:
    """Tells the provider of a person."""
    claims.setdefault("email_verified", True)
    answer = requests.put(f"{provider}/users/{sub}", json=claims, timeout=10)
    answer.raise_for_status()


def sign_on(sub: str, browser: Client | None = None, start: str = START) -> tuple[Client, Any]:
    """What a browser does: to the provider, consent there, and back. Returns the last response."""
    browser = browser or Client()
    away = browser.post(start)
    assert away.status_code == 302, away.content.decode()
    back = requests.post(away["Location"], data={"sub": sub}, allow_redirects=False, timeout=10)
    assert back.status_code == 302, back.text
    parts = urlsplit(back.headers["Location"])
    return browser, browser.get(f"{parts.path}?{parts.query}")


def test_a_known_person_is_linked_by_a_verified_address_and_needs_no_second_factor_here(
    provider: str,
) -> None:
    user = holder("administrator")
    known_there(provider, "s-1", email="Administrator@Example.org", name="Ada Min")
    browser, answer = sign_on("s-1", start=f"{START}?next=/people/")
    assert answer["Location"] == "/people/"
    assert browser.get("/people/").status_code == 200
    assert SocialAccount.objects.get().user == user
    assert SocialAccount.objects.get().uid == "s-1"
    assert AuditEvent.objects.get(kind="sign-in").sentence == "Administrator signed in by the test sign-on."
    assert User.objects.get().has_usable_password(), "the local password is left as it was"


def test_the_sub_is_what_counts_when_the_address_changes(provider: str) -> None:
    user, other = holder("administrator"), person("olu")
    known_there(provider, "s-1", email="administrator@example.org")
    sign_on("s-1")
    known_there(provider, "s-1", email="olu@example.org")
    browser, _ = sign_on("s-1")
    assert browser.get("/people/").status_code == 200
    assert list(SocialAccount.objects.values_list("user", "uid")) == [(user.pk, "s-1")]
    assert User.objects.get(pk=user.pk).email == "administrator@example.org"
    assert other.pk != user.pk


def test_an_address_that_was_given_to_somebody_else_opens_nothing(provider: str) -> None:
    holder("administrator")
    known_there(provider, "s-1", email="administrator@example.org")
    sign_on("s-1")
    known_there(provider, "s-2", email="administrator@example.org", name="Newcomer")
    browser, answer = sign_on("s-2")
    assert answer.status_code == 403
    assert browser.get("/people/").status_code == 302
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("verified", [False, "true", None])
def test_an_address_that_is_not_verified_opens_nothing(provider: str, verified: Any) -> None:
    holder("administrator")
    known_there(provider, "s-1", email="administrator@example.org", email_verified=verified)
    browser, answer = sign_on("s-1")
    assert answer.status_code == 403
    assert browser.get("/people/").status_code == 302
    assert not SocialAccount.objects.exists()


def test_a_stranger_is_told_whom_to_ask_and_no_account_is_made(provider: str) -> None:
    known_there(provider, "s-9", email="stranger@example.org", name="Stran <b>Ger")
    _, answer = sign_on("s-9")
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "Ask an administrator" in page
    assert "Stran &lt;b&gt;Ger" in page
    assert not User.objects.exists()
    assert "Stran <b>Ger could not sign in" in AuditEvent.objects.get(kind="sign-in refused").sentence


def test_where_the_installation_is_open_a_stranger_reads_and_no_more(
    provider: str, configured: Callable[..., None]
) -> None:
    configured(oidc_open=True)
    known_there(provider, "s-9", email="stranger@example.org", name="Stran Ger")
    browser, _ = sign_on("s-9")
    user = User.objects.get()
    assert (user.name, user.email, user.has_usable_password()) == ("Stran Ger", "stranger@example.org", False)
    assert browser.get("/people/").status_code == 403
    assert not user.grants.exists()
    sign_on("s-9")
    assert User.objects.count() == 1


def test_a_closed_account_stays_closed(provider: str) -> None:
    user = holder("administrator")
    known_there(provider, "s-1", email="administrator@example.org")
    sign_on("s-1")
    user.is_active = False
    user.save()
    browser, answer = sign_on("s-1")
    assert answer["Location"] == "/accounts/inactive/"
    assert browser.get("/people/").status_code == 302
    assert "the account is closed" in AuditEvent.objects.filter(kind="sign-in refused").latest("id").sentence


def test_people_of_the_demonstration_are_never_linked(provider: str, configured: Callable[..., None]) -> None:
    configured(demo=True)
    person("ann", is_demonstration=True)
    known_there(provider, "s-1", email="ann@example.org")
    assert sign_on("s-1")[1].status_code == 403


def test_a_sign_on_cannot_be_connected_to_the_account_one_is_in(provider: str, configured: Any) -> None:
    configured(second_factor=False)
    browser = client_of(holder("administrator"))
    known_there(provider, "s-9", email="stranger@example.org")
    _, answer = sign_on("s-9", browser, f"{START}?process=connect")
    assert answer.status_code == 403
    assert not SocialAccount.objects.exists()


@pytest.mark.usefixtures("provider")
def test_an_answer_that_was_not_asked_for_is_refused() -> None:
    holder("administrator")
    answer = Client().get("/accounts/oidc/organisation/login/callback/?code=x&state=y")
    assert answer.status_code in (200, 401)
    assert "did not work" in answer.content.decode()
    assert AuditEvent.objects.filter(kind="sign-in refused").count() == 1


@pytest.mark.usefixtures("provider")
def test_the_sign_in_page_offers_the_sign_on_only_where_there_is_one(
    configured: Callable[..., None],
) -> None:
    assert "Continue to the test sign-on" in Client().get("/accounts/login/").content.decode()
    assert Client().get(START).status_code == 200, "a link alone does not start it: it asks first"
    configured(oidc_server="")
    assert "sign-on" not in Client().get("/accounts/login/").content.decode()
