"""What tests of the site share: a small nation, loaded through the real door once, and people with roles."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from database_copies import bring_back, keep
from django.db import connection, transaction
from django.test import Client
from django.test.utils import setup_databases, teardown_databases
from django.utils import timezone
from loads_homes import Home, fresh_home

from how_many import SOAK
from made_once import made_once, shared_folder
from night_tools import wmt
from wmt.demo import Truth, write_nation
from wmt.nights import Night, open_night

#: Dear tests whose every statement cheaper ones make PostgreSQL run too; `tests/sql_shapes.py` writes it.
SEEN_ELSEWHERE = Path(__file__).parent / "seen_elsewhere.txt"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave to the soak on PostgreSQL what says the same on every database.

    Such tests are marked `one_database`, or are dear and stand in `seen_elsewhere.txt`; their statements are
    run by others on PostgreSQL too, which `python tests/sql_shapes.py` checks. What writes, locks, loads,
    searches or migrates runs on both. What needs several writers at once is left to PostgreSQL: SQLite has
    one.
    """
    here = [item for item in items if item.path.is_relative_to(Path(__file__).parent)]
    seen_elsewhere = set(SEEN_ELSEWHERE.read_text("utf-8").splitlines())
    for item in here:
        if item.nodeid in seen_elsewhere:
            item.add_marker("one_database")
    if os.environ.get("WMT_TEST_DATABASE") != "postgres":
        left = {item for item in here if item.get_closest_marker("several_writers")}
    elif SOAK:
        return
    else:
        left = {item for item in here if item.get_closest_marker("unit") or is_for_one_database(item)}
    items[:] = [item for item in items if item not in left]
    config.hook.pytest_deselected(items=list(left))


def is_for_one_database(item: pytest.Item) -> bool:
    """Whether a test is marked so, and not itself marked for both in a file that is."""
    return bool(item.get_closest_marker("one_database") and not item.get_closest_marker("both_databases"))


@dataclass(frozen=True)
class Nation:
    """A small nation that is shown: its folder and truth on disk, its night, the load that shows it."""

    folder: Path
    truth: Truth
    load: Any
    night: Night

    def unit(self, level: str, **more: Any) -> Any:
        """The first unit of a level that has posts of sentence management and fits, by code."""
        from wmt.site.workload.models import Unit

        usual = {"stream": "sentence_management", "posts__gt": 0}
        units = Unit.objects.filter(load=self.load, level=level, whole=True, **(usual | more))
        return units.order_by("code").first()


@pytest.fixture(scope="session")
def written_nation(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """A nation of about eighty posts on disk."""

    def write(folder: Path) -> tuple[Path, Truth]:
        return folder, write_nation(folder, scale=0.01, nights=2, formats=("tidy", "people"))

    return made_once(shared_folder(tmp_path_factory) / "site-nation", write)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,  # noqa: ARG001
    django_db_modify_db_settings: None,  # noqa: ARG001
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[None]:
    """A database with its tables, made by all migrations in one worker and copied by the others."""
    names: list[Any] = []

    def migrate(folder: Path) -> None:
        names.extend(setup_databases(0, interactive=False))
        keep(folder)

    with django_db_blocker.unblock():
        made_once(folder := shared_folder(tmp_path_factory) / "site-tables", migrate)
        if not names:
            connection.settings_dict["TEST"]["MIGRATE"] = False
            names.extend(setup_databases(0, interactive=False))
            bring_back(folder)
        yield
        teardown_databases(names, 0)


@pytest.fixture(scope="session")
def kept_home(written_nation: tuple[Path, Truth], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home that shows the first night, loaded by the command. Nobody may change it: use `copied`."""
    night = written_nation[0] / written_nation[1].nights[0].folder

    def write(folder: Path) -> Home:
        home = fresh_home(folder / "home")
        done = wmt("load", night / "tidy", "--people", night / "people", "--json", **home.env)
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        assert (said["new"], said["state"], said["report"]["accepted"]) == (True, "loaded", True)
        assert said["night"] == str(home.path / "nights" / "2026-11-20T183000")
        return home

    kept = made_once(shared_folder(tmp_path_factory) / "site-kept", write)
    # who asks a database of SQLite puts files beside it: each worker asks its own
    with kept.copied(tmp_path_factory.mktemp("kept") / "home") as home:
        yield home


@pytest.fixture(scope="session")
def _loaded_nation(
    written_nation: tuple[Path, Truth],
    django_db_setup: None,  # noqa: ARG001
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[], Any]:
    """Gives the load of the nation's first night; loads it when it is not in the database."""
    from django.conf import settings

    def load() -> Any:
        from wmt.site.loads import loading
        from wmt.site.loads.load_request import LoadRequest
        from wmt.site.workload.models import Current, Load, Unit

        folder, truth = written_nation
        found = Load.objects.filter(who="the tests", state=Load.State.LOADED).first()
        if found is None or not Unit.objects.filter(load=found).exists():
            night = folder / truth.nights[0].folder
            wish = LoadRequest(paths=[str(night / "tidy")], people=str(night / "people"))
            found = loading.perform(loading.ask(wish=wish, who="the tests"))
            if found.state == Load.State.UNCHANGED:
                raise AssertionError("the nation was loaded by somebody else")
            Current.objects.all().delete()
            with connection.cursor() as cursor:  # tests of the audit begin with an empty one
                cursor.execute("DELETE FROM audit_auditevent")
        return found

    def make(folder: Path) -> int:
        load()
        keep(folder)
        shutil.copytree(settings.CONFIG.home, folder / "home")
        return os.getpid()

    with django_db_blocker.unblock():
        folder = shared_folder(tmp_path_factory) / "site-loaded"
        if made_once(folder, make) != os.getpid():
            bring_back(folder)
            shutil.copytree(folder / "home", settings.CONFIG.home, dirs_exist_ok=True)
    return load


@pytest.fixture
def nation(db: None, _shown_nation: Callable[[], Nation]) -> Nation:  # noqa: ARG001
    """The nation as what is shown now."""
    return _shown_nation()


@pytest.fixture(scope="session")
def _shown_nation(
    _loaded_nation: Callable[[], Any], written_nation: tuple[Path, Truth]
) -> Callable[[], Nation]:
    from django.conf import settings

    def show() -> Nation:
        from wmt.site.workload.models import Current

        load = _loaded_nation()
        Current.objects.update_or_create(pk=1, defaults={"load": load})
        return Nation(*written_nation, load, open_night(settings.CONFIG.nights / load.night))

    return show


@pytest.fixture(scope="module")
def rows_of_module(
    django_db_setup: None,  # noqa: ARG001
    django_db_blocker: Any,
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """Gives a block in which a fixture of a module makes rows: its tests have them all, and change them for
    themselves alone. They go with the module.
    """
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
    yield django_db_blocker.unblock
    with django_db_blocker.unblock():
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:  # noqa: ARG001
    """A client of somebody with a role, at a unit when one is given."""

    def sign_in(role: str = "analyst", level: str = "nation", code: str = "nation", **more: Any) -> Client:
        from wmt.site.accounts.models import RoleGrant, User

        email = more.pop("email", f"{role}.{code}@example.org".replace(":", ".").lower())
        user = User.objects.create_user(email, name=more.pop("name", f"A {role}"), **more)
        if role:
            today = timezone.localdate()
            RoleGrant.objects.create(user=user, role=role, level=level, code=code, first_day=today)
        client = Client()
        client.force_login(user)
        return gave_password(client, user)

    return sign_in


@pytest.fixture(autouse=True)
def _no_second_factor(settings: Any) -> None:
    """People of the tests have no second factor; the tests of it switch it on."""
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, second_factor=False)


def gave_password(client: Client, user: Any, ago: float = 0, method: str = "password") -> Client:
    """The same client, in which this person gave their password so many seconds ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": method, "at": time.time() - ago}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
