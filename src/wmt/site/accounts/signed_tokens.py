"""Tokens that the organisation's sign-on signed (JWT): verified with its keys, and whom they name.

What a person may do is never in them: rights and roles are ours, read anew in each request.
"""

from typing import Any

import jwt
from django.conf import settings

from wmt.site.accounts import linking, models
from wmt.site.accounts.sign_on_keys import keys_at

#: With a key that only the sign-on has. `none` and HMAC, where who verifies could sign, are never among them.
ALGORITHMS = tuple(f"{kind}{size}" for kind in ("RS", "PS", "ES") for size in (256, 384, 512))
#: So many seconds two clocks may differ.
LEEWAY = 30
LONGEST = 8_000
_WHY = (
    (jwt.ExpiredSignatureError, "This token has ended."),
    (jwt.ImmatureSignatureError, "This token has not started yet."),
    (jwt.InvalidAudienceError, "This token is for another service: its audience is not this one."),
    (jwt.InvalidIssuerError, "This token is from another issuer than this site's single sign-on."),
    (jwt.MissingRequiredClaimError, "This token lacks one of the claims exp, iss and aud."),
    (Exception, "This token could not be verified with the keys of single sign-on."),
)


class TokenRefused(Exception):  # noqa: N818 - nothing went wrong in the program
    """A token that opens nothing: why, and what would help."""

    def __init__(self, code: str, message: str, remedy: str, *, status: int, who: str = "a program") -> None:
        super().__init__(message)
        self.code, self.message, self.remedy, self.status, self.who = code, message, remedy, status, who


def is_signed(token: str) -> bool:
    """Whether it looks like a token of the sign-on, and this site takes those: our own have no dots."""
    return bool(settings.CONFIG.jwt_issuer) and token.count(".") == 2


def person_of(token: str) -> models.User:
    """The person that a token of the sign-on names. Raises TokenRefused, and KeysAway."""
    claims = claims_of(token)
    name = claims.get(settings.CONFIG.jwt_person_claim)
    if not linking.is_name(name):
        said = f"This token names no person: it needs the claim {settings.CONFIG.jwt_person_claim}."
        raise TokenRefused("TOKEN_REFUSED", said, "Get a token on behalf of a person.", status=401)
    person = linking.person_linked(str(name)) or linking.linked_now(str(name), claims)
    if person is None or person.is_demonstration:
        said = "Single sign-on knows the person of this token, this site does not."
        remedy = "Ask an administrator to add them. They then sign in to the pages of this site once."
        raise TokenRefused("PERSON_UNKNOWN", said, remedy, status=403, who=str(name))
    if not person.is_active:
        said, remedy = "The account of this token's person is closed.", "Ask an administrator to open it."
        raise TokenRefused("ACCOUNT_CLOSED", said, remedy, status=403, who=str(person))
    # nothing of it is kept: it only names the way by which the person came
    person.token = models.ApiToken(user=person, name="single sign-on")
    said_of_roles = claims.get("authorities")
    if isinstance(said_of_roles, list):
        person.authorities = frozenset(each for each in said_of_roles if isinstance(each, str))
    return person


def claims_of(token: str) -> dict[str, Any]:
    """What a token says, once signature, issuer, audience and times hold. Raises TokenRefused, KeysAway."""
    config = settings.CONFIG
    try:
        if len(token) > LONGEST:
            raise jwt.DecodeError("too long")
        header = jwt.get_unverified_header(token)
        kid, algorithm = header.get("kid"), header.get("alg")
        if algorithm not in ALGORITHMS or not kid or (key := keys_at(config.jwt_keys).named(kid)) is None:
            raise jwt.InvalidKeyError("no such key")
        return jwt.decode(
            token,
            # a key that says what it is for is good for nothing else
            key=jwt.PyJWK(key, key.get("alg", algorithm)),
            algorithms=ALGORITHMS,
            issuer=config.jwt_issuer,
            audience=config.jwt_audience,
            leeway=LEEWAY,
            options={"require": ["exp", "iss", "aud"], "enforce_minimum_key_length": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as fault:
        said = next(words for kind, words in _WHY if isinstance(fault, kind))
    raise TokenRefused("TOKEN_REFUSED", said, "Get a new token from single sign-on.", status=401)
