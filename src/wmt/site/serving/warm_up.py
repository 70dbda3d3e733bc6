"""What a process reads before it is asked, so that nobody waits for it: templates, rules, the figures shown.

It is done while the process answers already. Whoever comes first waits for their own page only.
"""

import atexit
import gc
import logging
import threading

log = logging.getLogger(__name__)


def warm_up() -> None:
    """Begin, in a thread of its own."""
    threading.Thread(target=_warm_up, name="warming up", daemon=True).start()


def _warm_up() -> None:
    try:
        from django.template import engines
        from jinja2 import TemplateError

        from wmt import rules

        rules.load()
        pages = engines.all()[0].env  # type: ignore[attr-defined]
        for name in pages.list_templates(extensions=("jinja", "html")):
            try:
                pages.get_template(name)
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
    from wmt.ledger import available_points
    from wmt.ledger.explain_change import warm_up as warm_up_why
    from wmt.nights import NightError
    from wmt.site.figures.line_queries import pricing_of
    from wmt.site.web.search_cases import references
    from wmt.site.workload.state import NoDataYet, current_state, rules_of

    available_points.warm_up()
    warm_up_why()
    try:
        state = current_state()
        pricing_of(state)
        rules_of(state)
        references(state)
        # the year of the nation, and with it what each month says of its rows and the libraries that read
        # it
        from wmt.ledger import HEADLINE
        from wmt.site.queries.histories import history_for_nobody
        from wmt.site.queries.movement import marks_on
        from wmt.site.queries.periods import YEAR, series_of

        past = history_for_nobody()
        if past.last is not None:
            marks_on(past.last)
            series_of(past, "nation", "nation", past.last - YEAR, past.last, stream=HEADLINE)
    except (NoDataYet, Error, NightError, HistoryError):
        pass  # the first page that needs them reads them
    finally:
        connections.close_all()
