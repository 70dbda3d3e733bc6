"""Tokens of the organisation's sign-on: a real little key server, real keys, and what is no such token."""

# ruff: noqa: F401, F811 - fixtures come by import
import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from accounts_fixtures import configured
from allauth.socialaccount.models import SocialAccount
from api_fixtures import fresh_counts, person_with, token_of
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import connection
from django.test import Client

from wmt.site.accounts import linking, sign_on_keys
from wmt.site.accounts.models import User
from wmt.site.audit.models import AuditEvent
from wmt.site.config import ConfigError, read_config
from wmt.site.workload.state import current_state

ISSUER = "https://sign-in.example.org/auth/issuer"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def public(key: Any, kid: str, **more: Any) -> dict[str, Any]:
    """A key as a sign-on tells it."""
    kind = jwt.algorithms.RSAAlgorithm if isinstance(key, rsa.RSAPrivateKey) else jwt.algorithms.ECAlgorithm
    return kind.to_jwk(key.public_key(), as_dict=True) | {"kid": kid} | more


@dataclass
class SignOn:
    """A sign-on that tells its keys and signs tokens."""

    keys: list[dict[str, Any]] = field(default_factory=list)
    status: int = 200
    seconds: float = 0
    asked: int = 0
    address: str = ""

    def token(self, key: Any = RSA, kid: str | None = "one", algorithm: str = "RS256", **claims: Any) -> str:
        """A token that is right but for what is said; a claim that is None is left out."""
        now = int(time.time())
        usual = {
            "iss": ISSUER,
            "aud": "wmt",
            "exp": now + 300,
            "iat": now,
            "sub": "ANN_ADM",
            "user_name": "ANN_ADM",
        }
        said = {name: value for name, value in (usual | claims).items() if value is not None}
        return jwt.encode(said, key, algorithm, {"kid": kid} if kid else None)


@pytest.fixture
def sign_on(configured: Callable[..., None]) -> Iterator[SignOn]:
    """A key server on this machine, which the site takes tokens of."""
    there = SignOn([public(RSA, "one", use="sig"), public(CURVE, "curve", alg="ES256")])

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there.asked += 1
            time.sleep(there.seconds)
            self.send_response(there.status)
            self.send_header("Location", f"{there.address}/elsewhere")
            self.end_headers()
            self.wfile.write(json.dumps({"keys": there.keys}).encode())

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    there.address = f"http://127.0.0.1:{server.server_port}/jwks.json"
    configured(
        jwt_issuer=ISSUER,
        jwt_keys=there.address,
        jwt_audience="wmt",
        oidc_name="the test sign-on",
        demo=False,
    )
    yield there
    server.shutdown()
    server.server_close()


def ask(token: str, address: str = "me", method: str = "get", **more: Any) -> Any:
    return getattr(Client(), method)(f"/api/v1/{address}", HTTP_AUTHORIZATION=f"Bearer {token}", **more)


def said(token: str) -> tuple[int, str]:
    answer = ask(token)
    return answer.status_code, answer.json().get("code", "")


@pytest.fixture
def ann(nation: Any) -> User:  # noqa: ARG001
    """An administrator who signed in to the pages by the sign-on once."""
    user = person_with("administrator", name="Ann Administrator")
    SocialAccount.objects.create(user=user, provider="organisation", uid="ANN_ADM")
    return user


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize(
    ("key", "kid", "algorithm"), [(RSA, "one", "RS256"), (RSA, "one", "PS512"), (CURVE, "curve", "ES256")]
)
def test_a_person_comes_in_with_our_roles(sign_on: SignOn, key: Any, kid: str, algorithm: str) -> None:
    found = ask(sign_on.token(key, kid, algorithm, authorities=["ROLE_NOTHING"])).json()
    assert (found["name"], found["token"], found["reads_only"]) == (
        "Ann Administrator",
        "single sign-on",
        False,
    )
    assert [role["role"] for role in found["roles"]] == ["administrator"]
    assert said(sign_on.token(key, kid, algorithm, aud=["another", "wmt"])) == (200, "")
    assert sign_on.asked == 1, "keys are kept"


def test_what_is_changed_and_read_names_the_person(sign_on: SignOn, ann: User, nation: Any) -> None:
    post = nation.unit("post")
    token = sign_on.token()
    address = f"posts/{post.code}/hours/{current_state().day}"
    answer = ask(token, address, "put", data={"hours": 20}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    change = AuditEvent.objects.get(kind="hours")
    assert (change.actor, change.who) == (ann, "Ann Administrator, by the token single sign-on")
    assert ask(token, f"units/post/{post.code}/lines").status_code == 200
    assert AuditEvent.objects.filter(kind="read", actor=ann).count() == 1
    ann.grants.all().delete()
    assert (
        ask(
            token, address, "put", data={"hours": 21, "version": 1}, content_type="application/json"
        ).status_code
        == 403
    )


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"exp": int(time.time()) - 31}, "has ended"),
        ({"exp": None}, "lacks one of the claims"),
        ({"exp": "soon"}, "could not be verified"),
        ({"exp": float("inf")}, "could not be verified"),
        ({"nbf": int(time.time()) + 3_600}, "has not started"),
        ({"iat": int(time.time()) + 3_600}, "has not started"),
        ({"aud": "wmt2"}, "another service"),
        ({"aud": "WMT"}, "another service"),
        ({"aud": None}, "lacks one of the claims"),
        ({"iss": ISSUER + "/"}, "another issuer"),
        ({"iss": None}, "lacks one of the claims"),
        ({"user_name": None}, "needs the claim user_name"),
        ({"user_name": ""}, "needs the claim user_name"),
        ({"user_name": 7}, "needs the claim user_name"),
        ({"user_name": "ANN\0ADM"}, "needs the claim user_name"),
        ({"user_name": "A" * 192}, "needs the claim user_name"),
    ],
)  # fmt: skip
def test_a_claim_that_is_not_so_opens_nothing(sign_on: SignOn, claims: dict[str, Any], words: str) -> None:
    answer = ask(sign_on.token(**claims))
    assert (answer.status_code, answer.json()["code"]) == (401, "TOKEN_REFUSED")
    assert words in answer.json()["message"]
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.usefixtures("ann")
def test_clocks_may_differ_by_half_a_minute(sign_on: SignOn) -> None:
    now = int(time.time())
    assert said(sign_on.token(exp=now - 20)) == (200, "")
    assert said(sign_on.token(nbf=now + 25, iat=now + 25)) == (200, "")


def part(of: bytes) -> str:
    """A part of a token."""
    return str(jwt.utils.base64url_encode(of).decode())


def forged(sign_on: SignOn) -> dict[str, str]:
    """Tokens that somebody without the sign-on's key makes."""
    right = sign_on.token()
    head, body, signature = right.split(".")
    modulus = RSA.public_key().public_numbers().n.to_bytes(256, "big")
    other = sign_on.token(user_name="OLU").split(".")[1]
    curve = sign_on.token(CURVE, "curve", "ES256")
    return {
        "no algorithm": jwt.encode({"iss": ISSUER, "aud": "wmt"}, None, "none", {"kid": "one"}),
        "none, with the right claims": part(b'{"alg":"none","kid":"one"}') + f".{body}.",
        "none, in capitals": part(b'{"alg":"NONE","kid":"one"}') + f".{body}.{signature}",
        "the public key as a secret": sign_on.token(modulus, "one", "HS256"),
        "another key by the same name": sign_on.token(OTHER_RSA),
        "a key that is not there": sign_on.token(OTHER_RSA, "two"),
        "the other key's name": sign_on.token(RSA, "curve"),
        "a curve under the name of RSA": sign_on.token(CURVE, "one", "ES256"),
        "no name of a key": sign_on.token(kid=None),
        "other claims": f"{head}.{other}.{signature}",
        "no signature": f"{head}.{body}.",
        "a signature of nothing": f"{curve.rsplit('.', 1)[0]}.{'A' * 86}",
        "nothing": "..",
        "no base64": "a.b.c",
        "a head that is a list": f"W10.{body}.{signature}",
        "a deep head": part(b"[" * 5_000) + f".{body}.{signature}",
        "not of letters": "\udcff.\udcff.\udcff",
        "too long": sign_on.token(more="x" * 8_000),
    }  # fmt: skip


FORGED = list(forged(SignOn()))


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("what", FORGED)
def test_what_the_sign_on_did_not_sign_opens_nothing(sign_on: SignOn, what: str) -> None:
    assert said(forged(sign_on)[what]) == (401, "TOKEN_REFUSED")
    assert said(sign_on.token()) == (200, "")


@pytest.mark.usefixtures("ann")
def test_a_key_set_with_a_secret_a_short_key_or_one_to_encrypt_with_lets_none_of_them_sign(
    sign_on: SignOn,
) -> None:
    short = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    secret = {"kty": "oct", "kid": "secret", "k": part(b"s" * 32)}
    sign_on.keys += [
        public(OTHER_RSA, "for one", alg="RS256"),
        public(short, "short"),
        public(OTHER_RSA, "enc", use="enc"),
        secret,
        {"kid": 1, "kty": "RSA"},
    ]
    assert said(sign_on.token(b"s" * 32, "secret", "HS256"))[0] == 401
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        weak = sign_on.token(short, "short")
    assert said(weak)[0] == 401
    assert said(sign_on.token(OTHER_RSA, "enc"))[0] == 401
    assert said(sign_on.token(OTHER_RSA, "for one", "PS256"))[0] == 401
    assert said(sign_on.token(OTHER_RSA, "for one")) == (200, "")
    assert said(sign_on.token()) == (200, "")


@pytest.mark.usefixtures("nation")
def test_a_stranger_and_a_closed_account_are_told_what_helps(sign_on: SignOn, ann: User) -> None:
    answer = ask(sign_on.token(user_name="STRANGER", sub="STRANGER", email=ann.email, email_verified=True))
    assert (answer.status_code, answer.json()["code"]) == (403, "PERSON_UNKNOWN"), (
        "the address is somebody else's"
    )
    assert "Ask an administrator" in answer.json()["remedy"]
    ann.is_active = False
    ann.save()
    assert said(sign_on.token()) == (403, "ACCOUNT_CLOSED")
    noted = AuditEvent.objects.filter(kind="sign-in refused").order_by("id")
    assert [each.who for each in noted] == ["STRANGER", "Ann Administrator"]
    assert User.objects.count() == 1


@pytest.mark.usefixtures("nation")
def test_a_verified_address_links_who_is_not_linked_yet_as_pages_do(sign_on: SignOn) -> None:
    olu = person_with("analyst", name="Olu Analyst")
    known = {"user_name": "OLU", "sub": "OLU", "email": olu.email.upper()}
    assert said(sign_on.token(**known))[1] == "PERSON_UNKNOWN"
    assert said(sign_on.token(**known, email_verified="true"))[1] == "PERSON_UNKNOWN"
    assert said(sign_on.token(**known | {"sub": "7"}, email_verified=True))[1] == "PERSON_UNKNOWN"
    assert ask(sign_on.token(**known, email_verified=True)).json()["name"] == "Olu Analyst"
    assert SocialAccount.objects.get().uid == "OLU"
    assert "linked to the test sign-on" in AuditEvent.objects.get(kind="user").sentence
    assert said(sign_on.token(**known | {"email": "new@example.org"})) == (200, "")
    demo = person_with("analyst", is_demonstration=True)
    assert (
        said(sign_on.token(user_name="D", sub="D", email=demo.email, email_verified=True))[1]
        == "PERSON_UNKNOWN"
    )


@pytest.mark.usefixtures("ann")
def test_keys_are_rotated_and_a_stranger_keeps_none_from_counting_for_longer_than_ten_seconds(
    sign_on: SignOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    assert said(sign_on.token()) == (200, "")
    sign_on.keys = [public(OTHER_RSA, "two")]
    fresh = sign_on.token(OTHER_RSA, "two")
    assert said(fresh)[0] == 401
    assert [said(sign_on.token(OTHER_RSA, f"no-{n}"))[0] for n in range(3)] == [401] * 3
    assert sign_on.asked == 1
    clock.pass_by(10)
    assert said(fresh) == (200, "")
    assert said(sign_on.token())[0] == 401, "the old key is gone"
    assert sign_on.asked == 2


@pytest.mark.usefixtures("ann")
def test_a_key_that_was_withdrawn_opens_nothing_after_ten_minutes(
    sign_on: SignOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    assert said(sign_on.token()) == (200, "")
    sign_on.keys = [public(CURVE, "curve")]
    clock.pass_by(601)
    assert said(sign_on.token())[0] == 401
    assert said(sign_on.token(CURVE, "curve", "ES256")) == (200, "")


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("fault", ["500", "302", "no keys", "slow", "gone"])
def test_a_sign_on_that_is_away_is_no_fault_of_the_token(
    sign_on: SignOn, fault: str, monkeypatch: pytest.MonkeyPatch, configured: Any
) -> None:
    clock = Clock(monkeypatch)
    right, keys = sign_on.token(), sign_on.keys
    if fault == "gone":
        configured(jwt_keys="http://127.0.0.1:9/jwks.json")
    sign_on.status = int(fault) if fault.isdigit() else 200
    sign_on.keys = [] if fault == "no keys" else keys
    sign_on.seconds = 0.6 if fault == "slow" else 0
    monkeypatch.setattr(sign_on_keys, "_TIMEOUT", 0.3)
    answer = ask(right)
    assert (answer.status_code, answer.json()["code"], answer["Retry-After"]) == (503, "SIGN_ON_AWAY", "10")
    assert said(right)[0] == 503
    assert sign_on.asked == (0 if fault == "gone" else 1), "it is left alone for a while"
    assert not AuditEvent.objects.filter(kind="sign-in refused").exists()
    sign_on.status, sign_on.keys, sign_on.seconds = 200, keys, 0
    configured(jwt_keys=sign_on.address)
    clock.pass_by(sign_on_keys.APART + 1)
    assert said(right) == (200, "")


@pytest.mark.usefixtures("ann")
def test_kept_keys_carry_over_a_day_without_the_sign_on_and_no_more(
    sign_on: SignOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    assert said(sign_on.token()) == (200, "")
    sign_on.status = 500
    clock.pass_by(sign_on_keys.FRESH + 1)
    assert said(sign_on.token()) == (200, "")
    assert sign_on.asked == 2
    assert said(sign_on.token(OTHER_RSA, "two")) == (503, "SIGN_ON_AWAY"), "nobody can say yet"
    clock.pass_by(sign_on_keys.OLDEST)
    assert said(sign_on.token()) == (503, "SIGN_ON_AWAY")


def test_threads_that_need_keys_at_once_ask_once(sign_on: SignOn) -> None:
    sign_on.seconds = 0.2
    keys, found = sign_on_keys.Keys(sign_on.address), []
    threads = [threading.Thread(target=lambda: found.append(keys.named("one"))) for _ in range(6)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each["kid"] for each in found if each] == ["one"] * 6
    assert sign_on.asked == 1


@pytest.mark.usefixtures("ann")
def test_no_token_is_written_anywhere(sign_on: SignOn, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sent = [sign_on.token(), sign_on.token(OTHER_RSA), sign_on.token(exp=1), sign_on.token(user_name="X")]
    assert [said(each)[0] for each in sent] == [200, 401, 401, 403]
    sign_on.status = 500
    ask(sign_on.token(OTHER_RSA, "two"))
    written = caplog.text + str(list(AuditEvent.objects.values()))
    assert not [part for token in sent for part in token.split(".")[1:] if part in written]


@pytest.mark.usefixtures("ann")
def test_wrong_ones_have_to_wait_and_our_own_tokens_still_count(sign_on: SignOn, ann: User) -> None:
    wrong = sign_on.token(OTHER_RSA)
    assert [said(wrong)[0] for _ in range(12)] == [401] * 10 + [429] * 2
    assert said(sign_on.token()) == (200, "")
    assert said(token_of(ann)) == (200, "")


@pytest.mark.usefixtures("ann")
def test_none_is_taken_where_it_is_not_set_up(sign_on: SignOn, configured: Any) -> None:
    configured(jwt_issuer="")
    answer = ask(sign_on.token())
    assert answer.status_code == 401
    assert "/accounts/tokens/" in answer.json()["remedy"]
    assert sign_on.asked == 0


@pytest.mark.unit
@pytest.mark.parametrize(
    ("env", "words"),
    [
        ({"WMT_JWT_ISSUER": ISSUER}, "also need WMT_JWT_JWKS_URL and WMT_JWT_AUDIENCE"),
        ({"WMT_JWT_AUDIENCE": "wmt"}, "also need WMT_JWT_ISSUER and WMT_JWT_JWKS_URL"),
        *(
            ({"WMT_JWT_ISSUER": ISSUER, "WMT_JWT_AUDIENCE": "wmt", "WMT_JWT_JWKS_URL": url}, "begins with https://")
            for url in ("http://a.example.org/", "file:///etc/passwd", "https://a:b@a.example.org/", "https://")
        ),
    ],
)  # fmt: skip
def test_settings_that_do_not_go_together_stop_the_start(
    env: dict[str, str], words: str, tmp_path: Any
) -> None:
    with pytest.raises(ConfigError, match=words):
        read_config({"WMT_HOME": str(tmp_path), **env})
    assert read_config({"WMT_HOME": str(tmp_path)}).jwt_issuer == ""


@pytest.mark.unit
@pytest.mark.parametrize(
    ("server", "is_told"),
    [
        ("", False),
        ("https://sign-in.example.org/auth", False),
        ("https://sign-in.example.org/auth/.well-known/openid-configuration", False),
        (ISSUER + "/", False),
        ("https://sign-in.example.org/au", True),
        ("https://other.example.org/auth", True),
    ],
)  # fmt: skip
def test_an_issuer_that_is_not_the_sign_on_of_the_pages_is_told_of(
    server: str, is_told: bool, tmp_path: Any
) -> None:
    tokens = {
        "WMT_JWT_ISSUER": ISSUER,
        "WMT_JWT_AUDIENCE": "wmt",
        "WMT_JWT_JWKS_URL": "https://a.example.org/",
    }
    said = read_config({"WMT_HOME": str(tmp_path), "WMT_OIDC_SERVER": server, **tokens}).doubt
    assert ("WMT_OIDC_SERVER" in said) is is_told


class Clock:
    """The clock of the kept keys, which a test moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._ahead = 0.0
        now = time.monotonic
        monkeypatch.setattr(sign_on_keys, "time", self)
        self.monotonic = lambda: now() + self._ahead

    def pass_by(self, seconds: float) -> None:
        """So many seconds pass."""
        self._ahead += seconds


@pytest.mark.several_writers
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fresh_counts")
def test_of_two_first_tokens_at_once_one_links_and_both_come_in() -> None:
    olu, found, ready = person_with("analyst"), [], threading.Barrier(4)
    claims = {"sub": "OLU", "email": olu.email, "email_verified": True}

    def come_in() -> None:
        ready.wait()
        found.append(linking.person_linked("OLU") or linking.linked_now("OLU", claims))
        connection.close()

    threads = [threading.Thread(target=come_in) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert found == [olu] * 4
    assert SocialAccount.objects.count() == 1
