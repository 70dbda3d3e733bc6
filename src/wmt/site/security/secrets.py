"""Secrets in the database, encrypted with a key that is made of the installation's own.

Fernet (AES in CBC with an HMAC) from `cryptography`. The key comes by HKDF from `SECRET_KEY`, and from each
of `SECRET_KEY_FALLBACKS` (`WMT_OLD_SECRET_KEYS`) for what was encrypted before the key was changed.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

#: How an encrypted text begins. What does not begin so is as it was typed.
PREFIX = "wmt1:"
_PURPOSE = b"wmt second factor 1"


class SecretError(RuntimeError):
    """A secret was encrypted with a key that this installation does not have."""


def encrypt(text: str) -> str:
    """The text, readable with this installation's key only."""
    return PREFIX + _keys()[0].encrypt(text.encode()).decode("ascii")


def decrypt(text: str) -> str:
    """The text that `encrypt` was given. Raises SecretError where no key fits."""
    if not is_encrypted(text):
        raise SecretError("a secret in the database is not encrypted: run `wmt serve`, which sees to it")
    try:
        return MultiFernet(_keys()).decrypt(text.removeprefix(PREFIX)).decode()
    except InvalidToken:
        raise SecretError(
            "a second factor was encrypted with another key: name the former WMT_SECRET_KEY in "
            "WMT_OLD_SECRET_KEYS, or let an administrator remove the second factor"
        ) from None


def is_encrypted(text: str) -> bool:
    return text.startswith(PREFIX)


def is_of_this_key(text: str) -> bool:
    """Whether a text is encrypted with the key that is used now, and not with a former one."""
    try:
        _keys()[0].decrypt(text.removeprefix(PREFIX))
    except InvalidToken:
        return False
    return is_encrypted(text)


def _keys() -> list[Fernet]:
    return [_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def _key(secret: str) -> Fernet:
    made = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(made))
