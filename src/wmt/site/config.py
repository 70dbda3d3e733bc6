"""What an installation may set, read once from the environment. Every setting begins with WMT_.

Without `environs`: that reads the environment of this process alone, and has messages of its own.
"""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from wmt.site.loopback import why_no_demonstration
from wmt.site.outbound import PRIVATE_WAY, is_private_way
from wmt.site.receivers import Receiver, read_receivers

#: The file of an installation's own policies, in its home.
HOME_POLICY = "policy.yaml"


class ConfigError(ValueError):
    """A setting cannot be used; the message names it and says what it may be."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """The settings of one installation.

    `home` holds all that the site writes: the SQLite database, the nights, what was uploaded, the key.
    """

    home: Path
    database_url: str = field(repr=False)
    demo: bool
    hosts: tuple[str, ...]
    https: bool
    read_scope: str
    secret_key: str = field(repr=False)
    second_factor: bool
    oidc_server: str
    oidc_client: str
    oidc_secret: str = field(repr=False)
    oidc_name: str
    oidc_open: bool
    jwt_issuer: str = ""  # of signed tokens for the API, compared exactly; '' takes none
    jwt_keys: str = ""  # the address of the keys they are signed with
    jwt_audience: str = ""
    jwt_person_claim: str = "user_name"
    event_feed: bool = False
    hmpps_workload: bool = False  # the operations of the allocation screens of HMPPS
    webhooks: tuple[Receiver, ...] = ()
    email_url: str = field(repr=False)
    address: str = ""
    contact: str = ""  # where people get help: an email address or a web address
    upload_megabytes: int = 200
    today: str = ""  # '' is the clock; 'extract' the day of the figures; or a day
    most_hours: int = 48  # contracted hours a week that may be entered at most
    old_secret_keys: tuple[str, ...] = field(default=(), repr=False)  # what they encrypted can be read

    @property
    def site_address(self) -> str:
        """How people reach the site, without a slash at the end: for links in mails."""
        return self.address or f"{'https' if self.https else 'http'}://{self.hosts[0]}"

    @property
    def doubt(self) -> str:
        """What may be a slip in the settings and stops nothing, for who starts the site; or ''."""
        pages = self.oidc_server.removesuffix("/.well-known/openid-configuration").rstrip("/")
        if not pages or not self.jwt_issuer or f"{self.jwt_issuer}/".startswith(f"{pages}/"):
            return ""
        return (
            f"tokens for the API come from {self.jwt_issuer} (WMT_JWT_ISSUER), and people sign in to pages "
            f"at {pages} (WMT_OIDC_SERVER): unless both know everybody by the same name, leave one out"
        )

    @property
    def nights(self) -> Path:
        return self.home / "nights"

    def without_paths(self, said: str) -> str:
        """A message for people without the paths of this machine."""
        return said.replace(f"{self.home}/", "").replace(str(self.home), "")

    @property
    def policy(self) -> Path:
        """The installation's own policies, laid over those of the program; the file need not be there."""
        return self.home / HOME_POLICY

    @property
    def uploads(self) -> Path:
        """Extracts that were sent by the upload page, until they are loaded."""
        return self.home / "uploads"


def home_of(env: Mapping[str, str] | None = None) -> Path:
    """The folder of all that the site writes, whether it is there or not."""
    return Path((os.environ if env is None else env).get("WMT_HOME") or "site-data").absolute()


def read_config(env: Mapping[str, str] | None = None) -> Config:
    """The settings of the environment. Raises ConfigError."""
    env = os.environ if env is None else env
    home = home_of(env)
    demo = _switch(env, "WMT_DEMO")
    text = env.get("WMT_ADDRESS", "").strip().rstrip("/")
    if text and (urlsplit(text).scheme not in ("http", "https") or not urlsplit(text).netloc):
        raise ConfigError(f"WMT_ADDRESS must be like https://wmt.example.org, not {text!r}")
    found = Config(
        home=home,
        database_url=env.get("WMT_DATABASE_URL") or f"sqlite:///{home / 'wmt.sqlite3'}",
        demo=demo,
        hosts=tuple((env.get("WMT_HOSTS") or "127.0.0.1 localhost [::1]").replace(",", " ").split()),
        https=_switch(env, "WMT_HTTPS"),
        read_scope=_one_of(env, "WMT_READ_SCOPE", ("nation", "region")),
        secret_key=env.get("WMT_SECRET_KEY") or _kept_key(home),
        second_factor=_switch(env, "WMT_SECOND_FACTOR", default=not demo),
        oidc_server=env.get("WMT_OIDC_SERVER", ""),
        oidc_client=env.get("WMT_OIDC_CLIENT", ""),
        oidc_secret=env.get("WMT_OIDC_SECRET", ""),
        oidc_name=env.get("WMT_OIDC_NAME") or "your organisation's account",
        oidc_open=_switch(env, "WMT_OIDC_OPEN"),
        **_signed_tokens(env),
        event_feed=_switch(env, "WMT_EVENT_FEED"),
        hmpps_workload=_switch(env, "WMT_HMPPS_WORKLOAD"),
        webhooks=_receivers(env),
        email_url=env.get("WMT_EMAIL_URL", ""),
        address=text,
        contact=_contact(env),
        upload_megabytes=_whole(env, "WMT_UPLOAD_MEGABYTES", 200),
        today=held_day(env),
        most_hours=_whole(env, "WMT_MOST_HOURS", 48, most=168),
        old_secret_keys=tuple(env.get("WMT_OLD_SECRET_KEYS", "").split()),
    )
    # by which ways people come to the site
    reach = {name: getattr(found, name) for name in ("hosts", "address", "https", "oidc_server")}
    if demo and (why := why_no_demonstration(**reach)):
        raise ConfigError(why)
    return found


def database(url: str) -> dict[str, Any]:
    """Django's settings of a database from `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.

    Raises ConfigError for any other.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return _sqlite(url.removeprefix("sqlite:///"))
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ConfigError(
            "WMT_DATABASE_URL must be sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME"
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def mail(url: str, host: str) -> dict[str, Any]:
    """Django's settings of mail from `smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS`; empty: to the log.

    `smtps` has TLS from the first byte; `smtp` begins plain and goes over to it, unless `?tls=0`.

    Raises ConfigError for any other.
    """
    sender = f"wmt@{host.strip('[]')}"
    if not url:
        return {"EMAIL_BACKEND": "wmt.site.outbox.mail_server.ConsoleBackend", "DEFAULT_FROM_EMAIL": sender}
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ConfigError("WMT_EMAIL_URL must be smtp://USER:PASSWORD@HOST:PORT?from=ADDRESS, or smtps://…")
    options = dict(parse_qsl(parts.query))
    is_smtps = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if is_smtps else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": is_smtps,
        "EMAIL_USE_TLS": not is_smtps and options.get("tls", "1") != "0",
        "DEFAULT_FROM_EMAIL": options.get("from", sender),
    }


def _contact(env: Mapping[str, str]) -> str:
    """Where people get help and send feedback: an email address or a web address."""
    given = env.get("WMT_CONTACT", "").strip()
    is_web = urlsplit(given).scheme == "https" and bool(urlsplit(given).hostname)
    is_mail = given.count("@") == 1 and not given.startswith("@") and not given.endswith("@")
    if given and not (is_web or (is_mail and given.isprintable() and " " not in given)):
        raise ConfigError("WMT_CONTACT must be an email address or a web address that begins with https://")
    return given


def _signed_tokens(env: Mapping[str, str]) -> dict[str, str]:
    """Which tokens of the sign-on the API takes: all of issuer, keys and audience, or none."""
    needed = {
        "jwt_issuer": "WMT_JWT_ISSUER",
        "jwt_keys": "WMT_JWT_JWKS_URL",
        "jwt_audience": "WMT_JWT_AUDIENCE",
    }
    found = {field: env.get(name, "").strip() for field, name in needed.items()}
    missing = [name for field, name in needed.items() if not found[field]]
    if 0 < len(missing) < len(needed):
        raise ConfigError(f"Signed tokens for the API also need {' and '.join(missing)}")
    if found["jwt_keys"] and not is_private_way(found["jwt_keys"]):
        raise ConfigError(f"WMT_JWT_JWKS_URL is an address that {PRIVATE_WAY}")
    return found | {"jwt_person_claim": env.get("WMT_JWT_PERSON_CLAIM", "").strip() or "user_name"}


def _receivers(env: Mapping[str, str]) -> tuple[Receiver, ...]:
    """Who is sent events; nobody without `WMT_WEBHOOKS`."""
    path = env.get("WMT_WEBHOOKS", "").strip()
    try:
        return read_receivers(Path(path)) if path else ()
    except ValueError as fault:
        raise ConfigError(f"WMT_WEBHOOKS: {fault}") from None


def _sqlite(path: str) -> dict[str, Any]:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            # who writes says so at once, and waits his turn instead of failing half way
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"
            " PRAGMA mmap_size=536870912; PRAGMA temp_store=MEMORY;",
        },
    }


def _switch(env: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    words = {"": default, "1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}
    found = words.get(env.get(name, "").strip().lower())
    if found is None:
        raise ConfigError(f"{name} must be 1 or 0, not {env[name]!r}")
    return found


def _whole(env: Mapping[str, str], name: str, default: int, most: int = 100_000) -> int:
    text = env.get(name, "").strip() or str(default)
    if not (text.isascii() and text.isdigit() and 0 < int(text) <= most):
        raise ConfigError(f"{name} must be a whole number from 1 to {most}, not {env[name]!r}")
    return int(text)


def held_day(env: Mapping[str, str]) -> str:
    """What `WMT_TODAY` says: '' is the clock, 'extract' the day of the figures; or a day. Raises ConfigError.

    A demonstration lives on the day of its extract.
    """
    default = "extract" if _switch(env, "WMT_DEMO") else ""
    text = env.get("WMT_TODAY", "").strip() or default
    if text in ("", "clock", "extract"):
        return text.removeprefix("clock")
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ConfigError(
            f"WMT_TODAY must be clock, extract or a day such as 2026-11-23, not {text!r}"
        ) from None


def _one_of(env: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    found = env.get(name, "").strip() or choices[0]
    if found not in choices:
        raise ConfigError(f"{name} must be {' or '.join(choices)}, not {found!r}")
    return found


def _kept_key(home: Path) -> str:
    """The secret key of this installation: made at its first start, kept in its home for it alone."""
    path = home / "secret-key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret-key.{os.getpid()}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(64), encoding="ascii")
        try:
            os.link(fresh, path)  # the first of several processes makes it, the others use it
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text(encoding="ascii")
