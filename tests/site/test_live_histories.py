"""Any history of loads, hours, reductions, grades, withdrawals and days: live figures are the true ones.

`make soak` runs a thousand on either database, every test run a few, from a seed.
"""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from live_histories import Histories

from wmt.demo import write_nation
from wmt.ledger.engine import DuckDBEngine
from wmt.site.availability.models import Reduction
from wmt.site.loads import loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

HISTORIES = int(os.environ.get("WMT_HISTORIES", "1000")) if os.environ.get("WMT_SOAK") else 2


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("few")
    truth = write_nation(folder, posts=60, cases=1_200, nights=2, formats=("tidy", "people"))
    return [folder / night.folder for night in truth.nights]


@pytest.fixture
def few(db: None, written: list[Path], settings: Any, tmp_path: Path) -> Iterator[type[Histories]]:  # noqa: ARG001
    """The smallest nation with its first night, and the second ready to be loaded."""
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home", today="extract")
    first = LoadRequest(paths=[str(written[0] / "tidy")], people=str(written[0] / "people"))
    loading.perform(loading.ask(wish=first, who="the tests"))
    state = current_state()
    busy = {row.post for row in Reduction.objects.all()}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, supplied_micro=None)
    posts = [
        (unit.team_code, unit.staff_code) for unit in units.exclude(team_code="NOT-KNOWN").order_by("code")
    ]
    again = tuple(LoadRequest(paths=[str(night / "tidy")]) for night in written)
    engine = DuckDBEngine(threads=1, few_rows=True)
    free = tuple(post for post in posts if post not in busy)[:4]
    assert len(free) == 4
    of_load = Unit.objects.filter(load_id=state.load_id, level="post")
    assert set(of_load.values_list("stream", flat=True)) == {"sentence_management", "courts", "omic"}
    made = type("Few", (Histories,), {"nights": again, "posts": free, "engine": engine})
    yield made
    made.engine = None  # or it complains at the end of the process that it was left behind
    engine.close()


def test_live_figures_are_the_true_ones_after_any_history(few: type[Histories]) -> None:
    how = settings(
        max_examples=HISTORIES,
        stateful_step_count=7,
        deadline=None,
        derandomize=not os.environ.get("WMT_SOAK"),
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(few, settings=how)
