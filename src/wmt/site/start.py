"""Starting: Django set up, the home made, the database brought up to date. For commands and for the server.

Nothing here imports Django before it is asked to start, so that commands without the site stay quick.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any

from wmt import private_files
from wmt.text import counted

Say = Callable[[str], None]
#: Says, among the gathered files, what they were made from.
COLLECTED = ".collected"


class StartError(RuntimeError):
    """The site cannot start; the message says why and what to do."""


def set_up(say: Say) -> None:
    """Make everything ready that a load or the server needs. What is changed is said.

    Raises StartError where settings make no sense or the database does not answer, OSError where the home
    cannot be written.
    """
    from wmt.site.config import ConfigError

    try:
        prepare()
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
    private_files.make_private_folder(home)
    _tighten(say)
    if settings.CONFIG.doubt:
        say(settings.CONFIG.doubt)
    try:
        with _alone(home / ".set-up"):
            _migrate(say)
            _renew_second_factors(say)
            _keep_worlds_apart()
    except DatabaseError as error:
        raise StartError(database_words(error)) from error


def _tighten(say: Say) -> None:
    """Take from others what they could do with the files of the home, and say so; of a file with secrets that
    is elsewhere, only say so."""
    from django.conf import settings

    name = str(settings.DATABASES["default"]["NAME"])
    is_sqlite = "sqlite" in settings.DATABASES["default"]["ENGINE"]
    database = [path for path in (Path(name + end) for end in ("", "-wal", "-shm")) if path.exists()]
    narrowed, left = 0, 0
    for path in (settings.CONFIG.home, *(database if is_sqlite else ())):
        more, not_ours = private_files.tighten(path)
        narrowed, left = narrowed + more, left + not_ours
    if narrowed:
        say(
            f"{counted(narrowed, 'file or folder', 'files and folders')} of the site could be reached by "
            "others on this machine: no longer"
        )
    if left:
        say(
            f"{counted(left, 'file or folder', 'files and folders')} of the site "
            f"{'belongs' if left == 1 else 'belong'} to another account, and others may reach them"
        )
    receivers = os.environ.get("WMT_WEBHOOKS", "").strip()
    if receivers and Path(receivers).stat().st_mode & private_files.OTHERS:
        say(f"others on this machine may reach {receivers}, which holds secrets (WMT_WEBHOOKS): chmod 600 it")


def _keep_worlds_apart() -> None:
    """Raises StartError where a demonstration would meet real data or real people."""
    from django.conf import settings

    from wmt.nights import NightError
    from wmt.site.accounts.demo import real_person
    from wmt.site.demonstration import MixedError, check_home

    try:
        check_home()
    except MixedError as error:
        raise StartError(str(error)) from error
    except NightError:
        pass  # a night that is damaged is told of by the pages that need it
    if settings.CONFIG.demo and (person := real_person()):
        raise StartError(
            f"WMT_DEMO is set, and the database has a real person in it ({person}): in a demonstration "
            "anybody signs in without a password. Leave WMT_DEMO out, or choose another database and WMT_HOME"
        )


def database_words(error: Exception) -> str:
    """A fault of the database in a sentence, with what to look at."""
    first = str(error).strip().partition("\n")[0].removesuffix(".")
    return f"the database fails: {first}. Is there room on its disk, and is WMT_DATABASE_URL right?"


def tidy_up() -> None:
    """End loads that died with their process and remove forgotten uploads. For the start of the server."""
    from django.conf import settings

    from wmt.nights import NightBusyError
    from wmt.nights.lock import loading
    from wmt.site.loads.endings import end_dead_loads, end_forgotten_loads
    from wmt.site.loads.jobs import asked_for
    from wmt.site.loads.uploads import discard_forgotten
    from wmt.site.loads.withdrawal import finish

    try:
        with loading(settings.CONFIG.home, "starting the server"):
            end_dead_loads()
            end_forgotten_loads(asked_for())
            discard_forgotten()
            finish()
    except NightBusyError:
        return  # a load is under way: it does the same


def update_history() -> None:
    """Bring the history up to date with the nights there are: a site that kept nights before there was a
    history has one from now on. What units had room for on its days is at hand, and what is likely ahead."""
    from django.conf import settings

    from wmt import odds
    from wmt.history import compact, dated_marks, open_history
    from wmt.nights import NightBusyError, NightError
    from wmt.nights.lock import loading
    from wmt.plan import full_history
    from wmt.site.changes import odds_alarms
    from wmt.site.loads.time_ahead import time_ahead

    try:
        with loading(settings.CONFIG.home, "bringing the history up to date"):
            compact(settings.CONFIG.nights)
    except NightBusyError:
        pass  # a load is under way: it does the same
    except NightError:
        return  # the pages that need it say what is wrong
    with suppress(NightError):
        past = open_history(settings.CONFIG.nights)
        if past.days:
            full_history.work_out(past, past.days[-1])
            odds.work_out(past, dated_marks(), partial(time_ahead, past))
            odds_alarms.look()
            _look_for_unusual()


def _look_for_unusual() -> None:
    """Unusual changes of the data that is shown, where the load that brought it did not come so far."""
    from wmt.site.loads.unusual_changes import look
    from wmt.site.workload.swap import shown

    current = shown()
    if current is not None:
        look(current)


def collect() -> None:
    """Gather styles and scripts for the server, where they have changed since. Raises StartError where they
    were never fetched."""
    from django.conf import settings
    from django.core.management import call_command

    from wmt.site.web.assets import BUILT, READY

    if not (BUILT / READY).is_file():
        raise StartError(
            "the styles and scripts are missing: run `make demo`, or python -m wmt.site.web.assets"
        )
    root, home = Path(settings.STATIC_ROOT), Path(settings.CONFIG.home)
    in_home = root.parent == home
    with (
        nullcontext() if in_home else private_files.for_everybody(),
        _alone((home if in_home else BUILT) / ".collect"),
    ):
        stamp, wanted = root / COLLECTED, _fingerprint_of_assets()
        if not stamp.is_file() or stamp.read_text(encoding="ascii") != wanted:
            call_command("collectstatic", interactive=False, verbosity=0)
            stamp.write_text(wanted, encoding="ascii")


def _fingerprint_of_assets() -> str:
    """What changes with any style or script that is gathered, and with what gathers them."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders

    found = hashlib.sha256(repr(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            about = Path(storage.path(name)).stat()
            found.update(f"{name} {about.st_size} {about.st_mtime_ns}\n".encode())
    return found.hexdigest()


def set_up_to_read() -> None:
    """Make ready what a command that only reads needs: nothing is made, changed or brought up to date.

    Raises StartError where there is no site in the home yet, or one of an earlier version.
    """
    from wmt.site.config import ConfigError, home_of

    if not home_of().is_dir():  # the settings would make it, for their key
        raise StartError(f"there is no site in {home_of()} yet: load an extract first")
    try:
        prepare()
    except ConfigError as error:
        raise StartError(str(error)) from error
    from django.conf import settings
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"] and not Path(str(database["NAME"])).exists():
        raise StartError(f"there is no site in {settings.CONFIG.home} yet: load an extract first")
    try:
        executor = MigrationExecutor(connection)
        steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError as error:
        raise StartError(database_words(error)) from error
    if steps:
        raise StartError(
            "the database is of an earlier version, and this command changes nothing: run wmt serve or "
            "wmt load first, which bring it up to date"
        )


def prepare() -> None:
    """Django set up; the database is left as it is."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "wmt.site.settings")
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
        from wmt.site.rule_proposals.in_force import ask_the_database

        # whoever asks for rules from now on, in a job, a command or a thread, gets those in force here
        ask_the_database()


def _migrate(say: Say) -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from wmt.site.loads.upgrade import UnmadeFigures, changes_figures, make_figures_anew

    executor = MigrationExecutor(connection)
    steps = executor.migration_plan(executor.loader.graph.leaf_nodes())
    unmade = UnmadeFigures()
    if steps:
        say(f"bringing the database up to date ({len(steps)} steps)")
        if changes_figures(steps):
            unmade.note()
        call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    if unmade.are_noted():
        make_figures_anew(say)
        unmade.strike()


def _renew_second_factors(say: Say) -> None:
    """Second factors under a former key, brought under the present one."""
    from allauth.mfa.models import Authenticator

    from wmt.site.accounts.second_factor import renew

    if lost := renew(Authenticator.objects.all()):
        say(
            f"{lost} second factors were encrypted with another key and cannot be read: name the former "
            "WMT_SECRET_KEY in WMT_OLD_SECRET_KEYS and start again, or remove them on the page of each person"
        )


@contextmanager
def _alone(lock: Any) -> Iterator[None]:
    """Two that start at once: the second waits until the first has brought the database up to date."""
    with open(lock, "a", encoding="ascii") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
