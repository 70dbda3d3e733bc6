"""What tests of pages over time share: a home with both nights of the nation, loaded as a real extract is."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from loads_fixtures import wished

from wmt.demo import Truth
from wmt.history import History, compact, open_history
from wmt.ledger import HEADLINE
from wmt.nights import Night, saved_nights


@dataclass(frozen=True)
class Two:
    """Two nights: the second is shown. `nights` are their folders, the first one first."""

    load: Any
    nights: list[Night]
    home: Path
    truth: Truth

    @property
    def history(self) -> History:
        """The history of both."""
        return open_history(self.home / "nights")

    def unit(self, level: str, **more: Any) -> Any:
        """The first unit of a level that fits and is in both nights, by code."""
        from wmt.site.workload.models import Unit

        usual = {"stream": "sentence_management", "posts__gt": 0}
        units = Unit.objects.filter(load=self.load, level=level, whole=True, **(usual | more))
        units = units.order_by("code")
        former = set(self.totals(0).filter(pl.col("level") == level)["code"])
        return next(unit for unit in units if unit.code in former)

    def totals(self, number: int) -> pl.DataFrame:
        """The totals a night's own file has: posts, and units as far as sentence management goes."""
        found = pl.read_parquet(self.nights[number].path / "results" / "totals.parquet")
        return found.filter((pl.col("level") == "post") | (pl.col("stream") == HEADLINE))

    def posts(self, number: int) -> pl.DataFrame:
        """The posts of sentence management in it."""
        return self.totals(number).filter(pl.col("level") == "post", pl.col("stream") == HEADLINE)

    def total(self, number: int, level: str, code: str) -> dict[str, Any]:
        """The total of one unit on a night."""
        rows = self.totals(number).filter(pl.col("level") == level, pl.col("code") == code)
        rows = rows.filter((pl.col("level") == "post") | (pl.col("stream") == "sentence_management"))
        return rows.row(0, named=True)


@pytest.fixture(scope="module")
def _loaded_two(
    written_nation: tuple[Path, Truth],
    _loaded_nation: Callable[[], Any],
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Two]:
    """Both nights for the tests of a module; all of it is undone after them."""
    from django.conf import settings
    from django.db import transaction

    from wmt.site.loads import loading
    from wmt.site.workload.models import Current, Load

    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        first = _loaded_nation()
        former = settings.CONFIG.nights
        home = tmp_path_factory.mktemp("two-nights")
        patch.setattr(settings, "CONFIG", replace(settings.CONFIG, home=home))
        shutil.copytree(former / first.night, home / "nights" / first.night)
        with transaction.atomic():
            Current.objects.update_or_create(pk=1, defaults={"load": first})
            load = loading.perform(wished(written_nation, 1))
            assert load.state == Load.State.LOADED, load.message
            compact(home / "nights")
            yield Two(load, saved_nights(home / "nights"), home, written_nation[1])
            transaction.set_rollback(True)


@pytest.fixture
def two(db: None, _loaded_two: Two) -> Two:  # noqa: ARG001
    """Both nights, the second one shown."""
    return _loaded_two


@pytest.fixture
def two_nights(two: Two, settings: Any, tmp_path: Path) -> Any:
    """The second night is shown; the first is kept as a folder. Their home may be changed."""
    from wmt.nights import open_night

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home")
    shutil.copytree(two.home, settings.CONFIG.home)
    return {night.name: open_night(settings.CONFIG.nights / night.name) for night in two.nights}
