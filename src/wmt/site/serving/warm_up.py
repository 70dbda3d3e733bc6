"""What a process reads before it is asked, so that nobody waits for it: templates, rules, the figures shown.

It is done while the process answers already. Whoever comes first waits for their own page only.
"""

import atexit
import gc
import logging
import threading
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wmt.site.workload.state import State

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Begin, in a thread of its own."""
    threading.Thread(target=_warm_up, name="warming up", daemon=True).start()


def _warm_up() -> None:
    try:
        from django.template import engines
        from jinja2 import TemplateError

        from wmt import rules

        rules.shipped()  # what is approved is laid over it when somebody asks
        pages = engines.all()[0].env  # type: ignore[attr-defined]
        for name in pages.list_templates(extensions=("jinja", "html")):
            try:
                found = pages.get_template(name)
                if name.startswith("components/"):
                    _ = found.module  # what pages take from it
            except TemplateError:  # its own page will say so
                continue
        _figures()
    except Exception:  # the page that needs it says what is wrong
        log.exception("the server could not read everything before it is asked")
    # what is there by now stays: without this every tenth large page waits a fifth of a second for Python to
    # look through the rules and templates for rubbish
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # or the libraries complain at the end that something was left behind
    gc.set_threshold(50_000, 20, 20)


def _figures() -> None:
    """What pages keep of the load that is shown."""
    from django.db import Error, connections

    from wmt.history import HistoryError
    from wmt.ledger import available_points, case_side
    from wmt.ledger.explain_change import warm_up as warm_up_why
    from wmt.nights import NightError
    from wmt.site.duties.workdays import bank_holidays
    from wmt.site.figures.line_queries import pricing_of
    from wmt.site.web.search_cases import references
    from wmt.site.workload.state import NoDataYet, current_state, rules_of

    available_points.warm_up()
    case_side.warm_up()
    warm_up_why()
    try:
        state = current_state()
        pricing_of(state)
        rules_of(state)
        references(state)
        bank_holidays(state.day.year)
        _history(state)
    except (NoDataYet, Error, NightError, HistoryError):
        pass  # the first page that needs them reads them
    finally:
        connections.close_all()


def _history(state: "State") -> None:
    """What the nation's pages over time show, and why a team moved: with it come the libraries, and what days
    and nights say of themselves."""
    from wmt.ledger import HEADLINE
    from wmt.site.queries import choosing, runs
    from wmt.site.queries.histories import history_for_nobody
    from wmt.site.queries.movement import NoLines, marks_on, stood_on, why_between
    from wmt.site.queries.periods import YEAR, periods_below, series_of
    from wmt.site.workload.models import Unit

    past = history_for_nobody()
    if past.last is None:
        return
    nation = Unit(level="nation", code="nation", stream=HEADLINE)
    year = past.last - YEAR, past.last
    marks_on(past.last)
    # what everybody who chooses somebody for a case needs
    runs.runs_of_posts(past, state.as_at.date(), [])
    _ = choosing.Choosing(state, []).leaving
    series_of(past, nation.level, nation.code, *year, stream=nation.stream)
    periods_below(past, nation, "region", "28", *year)
    with suppress(NoLines):  # there is one night only
        before = stood_on(past, state.as_at.date() - timedelta(1))
        team = Unit.objects.filter(load_id=state.load_id, level="team", whole=True).first()
        if team is not None:
            why_between(state, team, before, None)
