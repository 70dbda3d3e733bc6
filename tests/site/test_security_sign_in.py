"""Wrong passwords slow their sender, nothing typed is kept; second factors and tokens are safe at rest."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest
from accounts_fixtures import PASSWORD, TODAY, client_of, configured, holder, person, plain
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.apps import apps
from django.core.cache import cache
from django.http import HttpRequest
from django.test import Client
from security_fixtures import everything_kept

from conftest import gave_password
from wmt.site.accounts.actions import remove_second_factor, set_active, set_first_password
from wmt.site.accounts.models import ApiToken, User
from wmt.site.accounts.second_factor import renew
from wmt.site.accounts.tokens import make_token, person_of
from wmt.site.audit.models import AuditEvent
from wmt.site.security import secrets

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]
SIGN_IN = "/accounts/login/"
HERE, ELSEWHERE = "192.0.2.7", "198.51.100.9"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
__all__ = ["configured", "plain"]


def try_it(email: str, password: str, sender: str = HERE, **more: Any) -> Any:
    return Client(REMOTE_ADDR=sender).post(SIGN_IN, {"login": email, "password": password}, **more)


def test_five_wrong_passwords_slow_their_sender_and_nobody_else() -> None:
    user = person("ann")
    for _ in range(5):
        assert "is incorrect" in try_it(user.email, "quite another one").content.decode()
    assert "Wait 5 minutes" in try_it(user.email, PASSWORD).content.decode()
    assert "Wait 5 minutes" in try_it(user.email.upper(), PASSWORD).content.decode()
    assert try_it(user.email, PASSWORD, ELSEWHERE).status_code == 302
    other = person("bob")
    assert try_it(other.email, PASSWORD).status_code == 302  # the same sender, another account


def test_an_address_in_a_header_is_believed_of_a_proxy_only(settings: Any) -> None:
    user = person("ann")
    for number in range(5):
        try_it(user.email, "quite another one", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}")
    again = try_it(user.email, PASSWORD, HTTP_X_FORWARDED_FOR="203.0.113.77")
    assert "Wait 5 minutes" in again.content.decode()
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    assert try_it(user.email, PASSWORD, HTTP_X_FORWARDED_FOR="10.0.0.1, 203.0.113.77").status_code == 302


def test_many_accounts_from_one_sender_are_slowed_too() -> None:
    for number in range(10):
        try_it(f"nobody{number}@example.org", "quite another one")
    assert "Wait 5 minutes" in try_it(person("ann").email, PASSWORD).content.decode()


@pytest.mark.parametrize("typed", ["correct-horse@battery.staple", "Tr0ub4dor&3", "tr0ub4dor\x00"])
def test_what_was_typed_as_an_address_is_not_kept(typed: str, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(6):
        try_it(typed, "some password typed")
    kept = everything_kept().lower() + caplog.text.lower()
    assert typed.lower().strip("\0") not in kept
    assert "some password typed" not in kept


def test_whose_account_it_was_for_is_written_down() -> None:
    try_it(person("ann").email, "quite another one")
    event = AuditEvent.objects.get(kind="sign-in refused")
    assert (event.who, event.actor) == ("Ann", None)
    assert event.sentence == "Ann could not sign in: the email address or password was incorrect."
    try_it("unknown@example.org", "quite another one")
    assert AuditEvent.objects.latest("id").sentence.startswith("Someone unknown could not sign in")


def test_counts_of_tries_say_neither_who_nor_for_whom() -> None:
    request = HttpRequest()
    request.META["REMOTE_ADDR"] = HERE
    from wmt.site.accounts.adapters import LocalAccounts

    key = LocalAccounts()._get_login_attempts_cache_key(request, email="ann@example.org")
    assert key == LocalAccounts()._get_login_attempts_cache_key(request, email=" Ann@Example.org")
    assert "ann" not in key
    rates = ratelimit.get_rates(app="allauth.account", action="login_failed")
    assert {rate.per for rate in rates} == {"ip", "key"}


def test_second_factors_are_kept_encrypted() -> None:
    user = person("ann")
    totp = TOTP.activate(user, SECRET)
    codes = RecoveryCodes.activate(user)
    seed = secrets.decrypt(codes.instance.data["seed"])
    kept = everything_kept()
    assert SECRET not in kept
    assert seed not in kept
    assert get_adapter().decrypt(totp.instance.data["secret"]) == SECRET
    assert secrets.encrypt(SECRET) != secrets.encrypt(SECRET)
    assert len(codes.get_unused_codes()) == 10


@pytest.fixture
def unencrypted() -> tuple[Authenticator, Authenticator]:
    """Second factors as earlier versions kept them."""
    user = person("ann")
    totp = Authenticator.objects.create(user=user, type="totp", data={"secret": SECRET})
    data = {"seed": "ab" * 40, "used_mask": 5}
    return totp, Authenticator.objects.create(user=user, type="recovery_codes", data=data)


def test_the_migration_encrypts_what_is_there_and_back(unencrypted: tuple[Any, Any]) -> None:
    step = import_module("wmt.site.accounts.migrations.0003_encrypt_second_factors")
    step.encrypt_all(apps, None)
    step.encrypt_all(apps, None)
    totp, codes = [Authenticator.objects.get(pk=each.pk).data for each in unencrypted]
    assert (secrets.decrypt(totp["secret"]), secrets.decrypt(codes["seed"])) == (SECRET, "ab" * 40)
    assert codes["used_mask"] == 5
    assert SECRET not in everything_kept()
    step.decrypt_all(apps, None)
    assert [Authenticator.objects.get(pk=each.pk).data for each in unencrypted] == [
        each.data for each in unencrypted
    ]


def test_a_changed_key_is_survived_with_the_former_one_named(settings: Any) -> None:
    totp = TOTP.activate(person("ann"), SECRET).instance
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another key for tests"
    assert secrets.decrypt(totp.data["secret"]) == SECRET
    assert renew(Authenticator.objects.all()) == 0
    settings.SECRET_KEY_FALLBACKS = []
    totp.refresh_from_db()
    assert secrets.decrypt(totp.data["secret"]) == SECRET


def test_a_changed_key_without_the_former_one_is_said(settings: Any) -> None:
    totp = TOTP.activate(person("ann"), SECRET).instance
    settings.SECRET_KEY = "another key for tests"
    with pytest.raises(secrets.SecretError, match="WMT_OLD_SECRET_KEYS"):
        secrets.decrypt(totp.data["secret"])
    before = totp.data
    assert renew(Authenticator.objects.all()) == 1
    totp.refresh_from_db()
    assert totp.data == before


def test_settings_do_not_print_secrets() -> None:
    from wmt.site.config import read_config

    config = read_config({
        "WMT_SECRET_KEY": "marker1", "WMT_OLD_SECRET_KEYS": "marker2 marker3", "WMT_OIDC_SECRET": "marker4",
        "WMT_DATABASE_URL": "postgresql://u:marker5@h/n", "WMT_EMAIL_URL": "smtp://u:marker6@h:25",
    })  # fmt: skip
    assert config.old_secret_keys == ("marker2", "marker3")
    assert "marker" not in repr(config)


def token_of(user: User) -> str:
    return make_token(user=user, name="A report", first_day=TODAY(), last_day=TODAY())[1]


FORM = {"name": "A report", "first_day": str(TODAY()), "last_day": str(TODAY())}


def test_a_token_needs_a_fresh_sign_in_and_the_form_is_not_lost() -> None:
    user = holder("analyst")
    browser = gave_password(client_of(user), user, ago=301)
    asked = browser.post("/accounts/tokens/", FORM)
    assert asked["Location"] == "/accounts/reauthenticate/?next=%2Faccounts%2Ftokens%2F"
    assert not ApiToken.objects.exists()
    wrong = browser.post(asked["Location"], {"password": "quite another one"})
    assert "The password is incorrect" in wrong.content.decode()
    assert not ApiToken.objects.exists()
    made = browser.post(asked["Location"], {"password": PASSWORD})
    assert made.status_code == 200
    assert "wmt_" in made.content.decode()
    assert ApiToken.objects.get().name == "A report"


def test_who_signed_in_a_moment_ago_is_not_asked() -> None:
    user = holder("analyst")
    browser = gave_password(client_of(user), user, ago=200)
    assert "wmt_" in browser.post("/accounts/tokens/", FORM).content.decode()


def test_who_comes_by_the_sign_on_signs_in_again() -> None:
    user = holder("analyst")
    user.set_unusable_password()
    user.save()
    browser = client_of(user)
    answer = browser.post("/accounts/tokens/", FORM)
    assert answer.status_code == 422
    assert "Sign out, sign in again" in answer.content.decode()
    gave_password(browser, user, method="socialaccount")
    assert browser.post("/accounts/tokens/", FORM).status_code == 200


def _by_password(user: User) -> None:
    browser = gave_password(client_of(user), user)
    new = "another heather lantern"
    browser.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    user.refresh_from_db()
    assert user.check_password(new)


def _by_link(user: User) -> None:
    set_first_password(user=user, password="another heather lantern")


def _by_administrator(user: User) -> None:
    TOTP.activate(user, SECRET)
    remove_second_factor(actor=holder("administrator"), user=user)


def _by_removal(user: User) -> None:
    TOTP.activate(user, SECRET)
    assert gave_password(client_of(user), user).post("/accounts/2fa/totp/deactivate/").status_code == 302


def _by_codes(user: User) -> None:
    TOTP.activate(user, SECRET)
    RecoveryCodes.activate(user)
    assert gave_password(client_of(user), user).post("/accounts/2fa/recovery-codes/new/").status_code == 302


def _by_closing(user: User) -> None:
    set_active(actor=holder("administrator"), user=user, active=False)


@pytest.mark.parametrize(
    "change", [_by_password, _by_link, _by_administrator, _by_removal, _by_codes, _by_closing]
)
def test_tokens_end_with_the_way_their_person_signs_in(
    change: Any, django_capture_on_commit_callbacks: Any
) -> None:
    user, other = holder("analyst"), holder("manager")
    secret, kept = token_of(user), token_of(other)
    assert person_of(secret) == user
    with django_capture_on_commit_callbacks(execute=True):
        change(user)
    assert person_of(secret) is None
    assert person_of(kept) == other
    [event] = AuditEvent.objects.filter(kind="token", sentence__contains="was ended")
    assert "Analyst" in event.sentence


@pytest.fixture(autouse=True)
def _no_tries_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()
