"""Who is sent events: the file that `WMT_WEBHOOKS` names, read when the site starts."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from wmt.site.outbound import PRIVATE_WAY, is_private_way

#: So many characters a secret needs: as many as 32 random bytes have at least in letters and digits.
SECRET = 32
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """One service that is sent every event. `private`: it may be inside the organisation's own network."""

    name: str
    url: str = field(repr=False)
    secret: str = field(repr=False)
    private: bool = False


def read_receivers(path: Path) -> tuple[Receiver, ...]:
    """The receivers of a file. Raises ValueError in words, without anything secret."""
    import yaml

    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError):
        raise ValueError(f"{path.name} cannot be read") from None
    except yaml.YAMLError:
        raise ValueError(f"{path.name} is not valid YAML") from None
    if not isinstance(found, list) or not found:
        raise ValueError(f"{path.name} needs a list of receivers, each with name, url and secret")
    receivers = tuple(_receiver(number, each) for number, each in enumerate(found, start=1))
    if len({each.name for each in receivers}) < len(receivers):
        raise ValueError("two receivers have the same name")
    return receivers


def _receiver(number: int, given: Any) -> Receiver:
    values = given if isinstance(given, dict) else {}
    name, url, secret = (values.get(each) for each in ("name", "url", "secret"))
    private = values.get("private", False)
    is_long = isinstance(secret, str) and len(secret) >= SECRET
    kept = set(values) - {"private"} == {"name", "url", "secret"}
    wrong = {
        "each has name, url and secret, and may have private": not kept,
        "name is up to 40 small letters, digits and hyphens": not _NAME.fullmatch(str(name)),
        f"url {PRIVATE_WAY}": not isinstance(url, str) or not is_private_way(url),
        f"secret is a text of {SECRET} characters or more": not is_long,
        "private is true or false": not isinstance(private, bool),
    }
    said = next((words for words, is_so in wrong.items() if is_so), "")
    if said:
        raise ValueError(f"receiver {number}: {said}")
    return Receiver(name=str(name), url=str(url), secret=str(secret), private=private)
