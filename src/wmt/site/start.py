"""Starting: Django set up, the home made, the database brought up to date. For commands and for the server.

Nothing here imports Django before it is asked to start, so that commands without the site stay quick.
"""

import atexit
import fcntl
import gc
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

Say = Callable[[str], None]


class StartError(RuntimeError):
    """The site cannot start; the message says why and what to do."""


def set_up(say: Say) -> None:
    """Make everything ready that a load or the server needs. What is changed is said.

    Raises StartError where settings make no sense or the database does not answer, OSError where the home
    cannot be written.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wmt.site.settings")
    from wmt.site.config import ConfigError

    try:
        _django()
    except ConfigError as error:
        raise StartError(str(error)) from error
    from django.conf import settings
    from django.db import DatabaseError

    from wmt.rules import RulesError
    from wmt.site.policies import policies

    try:
        policies()
    except RulesError as error:
        raise StartError(f"the policies of this installation cannot be used:\n{error}") from error
    home = settings.CONFIG.home
    home.mkdir(parents=True, exist_ok=True)
    try:
        with _alone(home / ".set-up"):
            _migrate(say)
    except DatabaseError as error:
        raise StartError(database_words(error)) from error


def database_words(error: Exception) -> str:
    """A fault of the database in a sentence, with what to look at."""
    first = str(error).strip().partition("\n")[0].removesuffix(".")
    return f"the database fails: {first}. Is there room on its disk, and is WMT_DATABASE_URL right?"


def tidy_up() -> None:
    """End loads that died with their process, remove forgotten uploads, and bring the history up to date with
    the nights there are. For the start of the server."""
    from django.conf import settings

    from wmt.history import compact
    from wmt.nights import NightBusyError, NightError
    from wmt.nights.lock import loading
    from wmt.site.workload.jobs import asked_for
    from wmt.site.workload.loading import bury_the_dead, bury_the_forgotten
    from wmt.site.workload.uploads import discard_forgotten

    try:
        with loading(settings.CONFIG.home, "starting the server"):
            bury_the_dead()
            bury_the_forgotten(asked_for())
            discard_forgotten()
            # a site that kept nights before there was a history has one from now on
            with suppress(NightError):  # the pages that need it say what is wrong
                compact(settings.CONFIG.nights)
    except NightBusyError:
        return  # a load is under way: it does the same


def keep_demonstration() -> None:
    """In a demonstration: people to sign in as, who belong to the figures that are shown."""
    from django.conf import settings

    from wmt.site.accounts.demo import ensure_demo_people
    from wmt.site.workload.current import NoDataYet, current_state

    if not settings.CONFIG.demo:
        return
    try:
        ensure_demo_people(current_state())
    except NoDataYet:
        return


def collect() -> None:
    """Gather styles and scripts for the server. Raises StartError where they were never fetched."""
    from django.core.management import call_command

    from wmt.site.web.assets import BUILT, READY

    if not (BUILT / READY).is_file():
        raise StartError(
            "the styles and scripts are missing: run `make demo`, or python -m wmt.site.web.assets"
        )
    with _alone(BUILT / ".collect"):
        call_command("collectstatic", interactive=False, verbosity=0)


def application() -> Any:
    """What gunicorn serves, with templates and rules read once before it divides into workers."""
    from wmt.site.wsgi import application as served

    _warm()
    _warm_figures()
    # what is there by now stays: without this every tenth large page waits a fifth of a second for Python to
    # look through the rules and templates for rubbish
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # or the libraries complain at the end that something was left behind
    gc.set_threshold(50_000, 20, 20)
    return _OnceWarmed(served)


class _OnceWarmed:
    """The application; each worker makes its engine for live changes with the first request it gets.

    An engine does not survive the division into workers, and no editor should wait for it.
    """

    def __init__(self, served: Any) -> None:
        self.served, self.is_warm = served, False

    def __call__(self, environ: Any, start_response: Any) -> Any:
        if not self.is_warm:
            self.is_warm = True
            _warm_engine()
        return self.served(environ, start_response)


def _warm_engine() -> None:
    from django.db import DatabaseError

    from wmt.nights import NightError
    from wmt.site.workload.current import NoDataYet, current_state
    from wmt.site.workload.time_lines import side_of

    try:
        state = current_state()
        side_of(state).every_pricing(state.day)
    except (NoDataYet, DatabaseError, NightError):
        pass  # the first change makes it


def _django() -> None:
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def _migrate(say: Say) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if steps:
        say(f"bringing the database up to date ({len(steps)} steps)")
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def _warm() -> None:
    from django.template import engines
    from django.urls import get_resolver
    from jinja2 import TemplateError

    from wmt import rules

    rules.load()
    assert get_resolver().url_patterns  # every view is imported: a fault there stops the start, not a page
    pages = engines.all()[0].env  # type: ignore[attr-defined]
    for name in pages.list_templates(extensions=("jinja", "html")):
        try:
            pages.get_template(name)
        except TemplateError:  # its own page will say so
            continue


def _warm_figures() -> None:
    """What workers keep of the load that is shown, read once for all of them."""
    from django.db import DatabaseError, connections

    from wmt.ledger import time_side
    from wmt.ledger.why import warm_up as warm_up_why
    from wmt.nights import NightError
    from wmt.site.web.search_cases import references
    from wmt.site.workload.current import NoDataYet, current_state, rules_of
    from wmt.site.workload.figures import pricing_of

    time_side.warm_up()
    warm_up_why()
    try:
        state = current_state()
        pricing_of(state)
        rules_of(state)
        references(state)
    except (NoDataYet, DatabaseError, NightError):
        pass  # the first page that needs them reads them
    connections.close_all()


@contextmanager
def _alone(lock: Any) -> Iterator[None]:
    """Two that start at once: the second waits until the first has brought the database up to date."""
    with open(lock, "a", encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
