"""Django's settings. What an installation may change is in `config`; the rest is the same everywhere."""

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from wmt.private_files import keep_private
from wmt.site import config

keep_private()
CONFIG = config.read_config()
#: Extracts are read in a process of its own, whose memory is limited. Off only where tests read small ones.
READ_APART = True
HERE = Path(__file__).resolve().parent

SECRET_KEY = CONFIG.secret_key
SECRET_KEY_FALLBACKS = list(CONFIG.old_secret_keys)
DEBUG = False
ALLOWED_HOSTS = list(CONFIG.hosts)
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in CONFIG.hosts if CONFIG.https]
ROOT_URLCONF = "wmt.site.urls"
WSGI_APPLICATION = "wmt.site.wsgi.application"
SITE_ID = None

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.mfa",
    "wmt.site.accounts",
    "wmt.site.audit",
    "wmt.site.availability",
    "wmt.site.workload",
    "wmt.site.allocation",
    "wmt.site.plans",
    "wmt.site.priorities",
    "wmt.site.alarms",
    "wmt.site.agreements",
    "wmt.site.rule_proposals",
    "wmt.site.advice",
    "wmt.site.extra_work",
    "wmt.site.unusual",
    "wmt.site.challenges",
    "wmt.site.initiatives",
    "wmt.site.outbox",
    "wmt.site.domain_events",
    "wmt.site.duties",
    "wmt.site.exports",
    "wmt.site.web",
]

MIDDLEWARE = [
    "wmt.site.db_connections.ConnectionMiddleware",
    "wmt.site.security.headers.SecurityHeaders",
    "wmt.site.web.health.HealthMiddleware",
    "csp.middleware.CSPMiddleware",  # outside of whatever answers, static files and faults among it
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "wmt.site.web.timing.Timing",
    "wmt.site.web.error_pages.FaultPages",
    "wmt.site.rule_proposals.in_force.ApprovedRules",
    "wmt.site.web.as_of.AsOfDay",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "wmt.site.audit.reads.ReadsAreWritten",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "wmt.site.accounts.middleware.Gate",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [HERE / "web" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "wmt.site.web.jinja.environment",
            "context_processors": ["wmt.site.web.context.frame"],
        },
    },
    {
        # what allauth brings of its own (the bodies of messages) is written for this engine
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

DATABASES = {"default": config.database(CONFIG.database_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "wmt_cache"}}

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = False
USE_TZ = True

STATIC_URL = "/static/"
#: Beside the program where this account may write there, else in the home: a wheel may belong to another.
STATIC_ROOT = HERE / "web" / "collected" if os.access(HERE / "web", os.W_OK) else CONFIG.home / "static"
STATICFILES_DIRS = [built] if (built := HERE / "web" / "built").is_dir() else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CONFIG.https
# browsers take a cookie so named only from this very host, by HTTPS, for every path
_PREFIX = "__Host-" if CONFIG.https else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_PREFIX}sessionid", f"{_PREFIX}csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"  # no cookie of their own
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "wmt.site.web.error_pages.form_expired"
SECURE_SSL_REDIRECT = CONFIG.https
SECURE_HSTS_SECONDS = 31_536_000 if CONFIG.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIG.https else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "manifest-src": [SELF],
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {}),
        ("MinimumLengthValidator", {"min_length": 12}),
        ("CommonPasswordValidator", {}),
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

globals().update(config.mail(CONFIG.email_url, CONFIG.hosts[0]))
if CONFIG.demo and not CONFIG.email_url:  # nobody in a demonstration has an address: mails go nowhere
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 10  # seconds: nobody waits longer for a mail server

LOGGING_CONFIG = "wmt.site.security.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "wmt.site.security.logs.EscapedFormatter",
            "fmt": "{asctime} {levelname} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}

from wmt.site.accounts.sign_on import *  # noqa: E402, F403 - allauth's settings, in the room that owns them
