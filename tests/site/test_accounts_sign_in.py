"""Coming in by password and second factor, staying in, and being sent out."""

# ruff: noqa: F401, F811 - fixtures come by import, and some need only be there
import re
from collections.abc import Callable
from typing import Any

import pytest
from accounts_fixtures import PASSWORD, client_of, configured, holder, person, plain
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.contrib.sessions.models import Session
from django.test import Client

from wmt.site.accounts import actions
from wmt.site.accounts.models import User
from wmt.site.audit.models import AuditEvent

SIGN_IN = "/accounts/login/"


def sign_in(browser: Client, user: User, password: str = PASSWORD, **more: str) -> object:
    return browser.post(SIGN_IN, {"login": user.email, "password": password, **more})


def code_of(secret: str) -> str:
    import time

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sentences(kind: str) -> list[str]:
    return list(AuditEvent.objects.filter(kind=kind).order_by("id").values_list("sentence", flat=True))


def test_who_is_not_signed_in_is_led_to_sign_in_and_then_on_to_where_they_were() -> None:
    user, browser = holder("administrator"), Client()
    led = browser.get("/people/?role=head")
    assert led["Location"] == "/accounts/login/?next=%2Fpeople%2F%3Frole%3Dhead"
    page = browser.get(led["Location"]).content.decode()
    assert "You were signed out" not in page
    assert 'value="/people/?role=head"' in page
    assert sign_in(browser, user, next="/people/?role=head")["Location"] == "/people/?role=head"
    assert sentences("sign-in") == ["Administrator signed in by password."]


def test_a_place_on_another_site_is_not_gone_on_to() -> None:
    answer = sign_in(Client(), person("ann"), next="https://elsewhere.example/people/")
    assert answer["Location"] == "/"


def test_a_wrong_password_is_refused_in_words_and_written_down_without_it() -> None:
    answer = sign_in(Client(), person("ann"), password="quite another one")
    page = answer.content.decode()
    assert "There is a problem" in page
    assert "is incorrect" in page
    assert 'href="#login"' in page
    assert PASSWORD not in page
    assert "quite another one" not in page
    [event] = AuditEvent.objects.filter(kind="sign-in refused")
    assert event.who == "Ann"
    assert "quite another" not in f"{event.sentence}{event.before}{event.after}"


def test_the_same_is_said_of_a_stranger() -> None:
    known = sign_in(Client(), person("ann"), password="wrong one here").content.decode()
    stranger = User(email="stranger@example.org")
    assert sign_in(Client(), stranger).content.decode().count("is incorrect") == known.count("is incorrect")


def test_tries_of_one_sender_for_an_account_are_limited_even_with_the_right_password() -> None:
    user = person("ann")
    for _ in range(5):
        sign_in(Client(), user, password="wrong one here")
    assert "Wait 5 minutes" in sign_in(Client(), user).content.decode()
    assert "too many attempts" in sentences("sign-in refused")[-1]


def test_tries_are_limited_for_a_machine_with_a_page_in_words(settings: object) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login": "3/m/ip"}
    user = person("ann")
    answers = [sign_in(Client(), user, password="wrong one here") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "Wait a minute" in answers[-1].content.decode()
    assert answers[-1]["Retry-After"] == "60"


def test_an_ended_session_says_so_and_keeps_the_place() -> None:
    browser = client_of(holder("administrator"))
    Session.objects.all().delete()
    led = browser.get("/people/")
    assert led["Location"] == "/accounts/login/?next=%2Fpeople%2F&ended=1"
    assert "You were signed out" in browser.get(led["Location"]).content.decode()


def test_a_form_sent_after_the_end_leads_back_to_its_page_not_to_its_address() -> None:
    browser = client_of(holder("administrator"))
    Session.objects.all().delete()
    led = browser.post("/people/1/grant/", headers={"referer": "http://testserver/people/1/?a=b"})
    assert "next=%2Fpeople%2F1%2F%3Fa%3Db&ended=1" in led["Location"]


def test_a_part_of_a_page_asked_for_after_the_end_moves_the_whole_page() -> None:
    led = Client().get(
        "/people/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/?q=a"}
    )
    assert led["HX-Redirect"] == "/accounts/login/?next=%2Fpeople%2F%3Fq%3Da"


def test_whose_account_is_closed_is_out_at_once_and_stays_out() -> None:
    user, other = holder("administrator"), person("olu")
    browser = client_of(other)
    assert browser.get("/accounts/2fa/").status_code == 200
    actions.set_active(actor=user, user=other, active=False)
    assert browser.get("/accounts/2fa/")["Location"].endswith("&ended=1")
    assert sign_in(Client(), other)["Location"] == "/accounts/inactive/"
    assert "account is closed" in sentences("sign-in refused")[-1]


def test_signing_out_is_asked_for_and_written_down() -> None:
    browser = client_of(person("ann"))
    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.post("/accounts/logout/")["Location"] == SIGN_IN
    assert sentences("sign-out") == ["Ann signed out."]
    assert "ended" not in browser.get("/accounts/2fa/")["Location"]


def test_a_second_factor_is_set_up_before_anything_else(
    configured: Callable[..., None], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    configured(second_factor=True)
    user, browser = holder("administrator"), Client()
    sign_in(browser, user)
    for address in ("/people/", "/audit/", "/accounts/2fa/", "/accounts/password/change/"):
        assert browser.get(address)["Location"] == "/accounts/2fa/totp/activate/"
    page = browser.get("/accounts/2fa/totp/activate/").content.decode()
    secret = re.search(r"Key: <code>(\w+)</code>", page).group(1)
    refused = browser.post("/accounts/2fa/totp/activate/", {"code": "000000"}).content.decode()
    assert "The code is incorrect" in refused
    assert secret in refused
    assert browser.get("/people/")["Location"] == "/accounts/2fa/totp/activate/"
    with django_capture_on_commit_callbacks(execute=True):
        done = browser.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
    assert done["Location"] == "/accounts/2fa/recovery-codes/"
    assert len(re.findall(r"<li><code>\d{8}</code>", browser.get(done["Location"]).content.decode())) == 10
    assert browser.get("/people/").status_code == 200
    assert sentences("user")[:1] == ["Administrator set up a second factor."]


def test_a_change_to_how_one_signs_in_asks_for_the_password_again() -> None:
    browser = client_of(person("ann"))  # signed in, but by no way the site knows of
    asked = browser.get("/accounts/2fa/totp/activate/")["Location"]
    assert asked.startswith("/accounts/reauthenticate/")
    wrong = browser.post(asked, {"password": "wrong one here"})
    assert "The password is incorrect" in wrong.content.decode()
    assert browser.post(asked, {"password": PASSWORD})["Location"] == "/accounts/2fa/totp/activate/"
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200


def with_second_factor(user: User) -> str:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
    from allauth.mfa.totp.internal.auth import TOTP

    secret = generate_totp_secret()
    TOTP.activate(user, secret)
    RecoveryCodes.activate(user)
    return secret


def test_signing_in_asks_for_the_code_and_a_code_works_once(configured: Callable[..., None]) -> None:
    configured(second_factor=True)
    user = holder("administrator")
    secret = with_second_factor(user)
    browser, thief = Client(), Client()
    for client in (browser, thief):
        assert sign_in(client, user)["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/people/").status_code == 302, "the password alone does not let in"
    assert (
        "The code is incorrect"
        in browser.post("/accounts/2fa/authenticate/", {"code": "123"}).content.decode()
    )
    code = code_of(secret)
    assert browser.post("/accounts/2fa/authenticate/", {"code": code})["Location"] == "/"
    assert browser.get("/people/").status_code == 200
    assert "is incorrect" in thief.post("/accounts/2fa/authenticate/", {"code": code}).content.decode()
    assert sentences("sign-in") == ["Administrator signed in by password and second factor."]
    assert sentences("sign-in refused")[0].endswith("the code of the second factor was not right.")


def test_a_recovery_code_lets_in_once(configured: Callable[..., None]) -> None:
    configured(second_factor=True)
    user = holder("administrator")
    with_second_factor(user)
    codes = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()
    for works in (True, False):
        browser = Client()
        sign_in(browser, user)
        browser.post("/accounts/2fa/authenticate/", {"code": codes[0]})
        assert (browser.get("/people/").status_code == 200) is works


def test_an_administrator_takes_away_a_lost_second_factor(configured: Callable[..., None]) -> None:
    configured(second_factor=True)
    administrator, user = holder("administrator"), person("olu")
    with_second_factor(user)
    actions.remove_second_factor(actor=administrator, user=user)
    browser = Client()
    sign_in(browser, user)
    assert browser.get("/people/")["Location"] == "/accounts/2fa/totp/activate/"


def test_the_link_to_set_a_password_works_once_and_only_for_an_open_account() -> None:
    user = User.objects.create_user("new@example.org", name="New")
    link = actions.password_link(actor=None, user=user, who="a test")
    weak = Client().post(link, {"password": "short", "again": "short"})
    assert weak.status_code == 422
    assert 'href="#password"' in weak.content.decode()
    differ = Client().post(link, {"password": PASSWORD, "again": "something else"})
    assert "do not match" in differ.content.decode()
    assert Client().post(link, {"password": PASSWORD, "again": PASSWORD})["Location"] == SIGN_IN
    assert (
        Client().post(link, {"password": "three other words", "again": "three other words"}).status_code
        == 410
    )
    assert sign_in(Client(), user)["Location"] == "/"
    user.refresh_from_db()
    second = actions.password_link(actor=None, user=user)
    user.is_active = False
    user.save()
    assert Client().get(second).status_code == 410
    assert Client().get("/accounts/first-password/zzz/a-b/").status_code == 410


def test_a_link_is_over_after_three_days(monkeypatch: pytest.MonkeyPatch) -> None:
    from datetime import datetime, timedelta

    from django.contrib.auth.tokens import PasswordResetTokenGenerator

    link = actions.password_link(actor=None, user=person("ann"))
    for days, status in ((2.9, 200), (3.1, 410)):
        later = datetime.now() + timedelta(days=days)
        monkeypatch.setattr(PasswordResetTokenGenerator, "_now", lambda _, at=later: at)
        assert Client().get(link).status_code == status


def test_a_changed_password_ends_the_other_sessions() -> None:
    user = person("ann")
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        sign_in(browser, user)
    new = {"oldpassword": PASSWORD, "password1": "three other words", "password2": "three other words"}
    assert here.post("/accounts/password/change/", new).status_code == 302
    assert here.get("/accounts/2fa/").status_code == 200
    assert elsewhere.get("/accounts/2fa/").status_code == 302


NOT_OFFERED = (
    "/accounts/signup/",
    "/accounts/email/",
    "/accounts/password/reset/",
    "/accounts/password/set/",
    "/accounts/confirm-email/",
    "/accounts/login/code/",
    "/accounts/3rdparty/",
    "/accounts/3rdparty/signup/",
    "/accounts/social/signup/",
    "/accounts/2fa/webauthn/",
)


@pytest.mark.parametrize("address", NOT_OFFERED)
def test_what_is_not_offered_is_not_there(address: str) -> None:
    for browser in (Client(), client_of(holder("administrator"))):
        assert browser.get(address).status_code == 404
        assert browser.post(address, {"email": "me@example.org"}).status_code == 404
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, ["Enter your email address", "Enter your password"]),
        (
            {"login": "ann", "password": "x"},
            ["Enter an email address in the correct format, like name@example.org"],
        ),
    ],
)
def test_what_is_missing_is_said_in_the_summary_and_on_its_field(
    typed: dict[str, str], said: list[str]
) -> None:
    page = Client().post(SIGN_IN, typed).content.decode()
    assert [page.count(words) for words in said] == [2] * len(said)
    assert "<title>Error: Sign in" in page
