"""The template environment: strict, and with the few helpers that templates use."""

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined


def environment(**options: Any) -> Environment:
    """The environment of all pages. GOV.UK's macros are under `govuk_frontend_jinja/`."""
    options.setdefault("undefined", StrictUndefined)
    made = Environment(**options)
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    made.loader = ChoiceLoader([made.loader, govuk]) if made.loader else govuk
    made.globals.update(static=static, url=reverse)
    return made
