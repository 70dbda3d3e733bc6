"""Second factors in the database: encrypted, and with the key that is used now."""

from collections.abc import Callable
from typing import Any

from wmt.site.security import secrets


def each_secret(data: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """What allauth keeps of an authenticator, with every secret in it changed."""
    found = dict(data)
    for name in ("secret", "seed"):
        if isinstance(found.get(name), str):
            found[name] = change(found[name])
    if isinstance(codes := found.get("migrated_codes"), list):
        found["migrated_codes"] = [change(code) for code in codes]
    return found


def renewed(secret: str) -> str:
    """A secret under the key that is used now. Raises SecretError where no key fits."""
    if not secrets.is_encrypted(secret):
        return secrets.encrypt(secret)
    return secret if secrets.is_of_this_key(secret) else secrets.encrypt(secrets.decrypt(secret))


def renew(authenticators: Any) -> int:
    """Encrypt what is not, or is by a former key. The number of those that no key fits: they are left."""
    lost = 0
    for each in authenticators:
        try:
            data = each_secret(each.data, renewed)
        except secrets.SecretError:
            lost += 1
            continue
        if data != each.data:
            each.data = data
            each.save(update_fields=["data"])
    return lost
