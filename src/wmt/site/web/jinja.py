"""The template environment: strict, and with the few helpers that templates use."""

from collections.abc import MutableMapping
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import ChainableUndefined, Environment, PackageLoader, PrefixLoader, StrictUndefined, Template

from wmt.site.links import unit_url
from wmt.site.web import table_html
from wmt.site.web.alarms.strip import alarm_strip
from wmt.site.web.charts.figure import svg
from wmt.site.web.priorities.strip import priority_strip
from wmt.text import counted

GOVUK = "govuk_frontend_jinja"


class Pages(Environment):
    """Our pages are strict about names; GOV.UK's macros ask for parameters that need not be there.

    So templates under `govuk_frontend_jinja/` come from an environment of their own that lets them.
    """

    govuk: Environment

    def get_template(
        self,
        name: str | Template,
        parent: str | None = None,
        globals: MutableMapping[str, Any] | None = None,
    ) -> Template:
        if isinstance(name, str) and name.startswith(f"{GOVUK}/"):
            return self.govuk.get_template(name, parent, globals)
        return super().get_template(name, parent, globals)


def environment(**options: Any) -> Environment:
    """The environment of all pages. GOV.UK's macros are under `govuk_frontend_jinja/`."""
    options["undefined"] = StrictUndefined
    made = Pages(**options)
    loader = PrefixLoader({GOVUK: PackageLoader(GOVUK)})
    made.govuk = Environment(**{**options, "undefined": ChainableUndefined, "loader": loader})
    made.globals.update(static=static, url=reverse, unit_url=unit_url)
    made.globals.update(rows_html=table_html.rows_html, mark_of=table_html.mark_of)
    made.globals.update(
        sample_svg=svg, counted=counted, priority_strip=priority_strip, alarm_strip=alarm_strip
    )
    return made
