"""Any history of loads, hours, reductions, grades, withdrawals and days: live figures are the true ones.

`make soak` runs a thousand on either database, every test run a few, from a seed.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from live_histories import Histories
from loads_fixtures import signed

from how_many import SOAK
from wmt.demo import write_nation
from wmt.ledger.engine import KeptEngine
from wmt.site.availability.models import Reduction
from wmt.site.figures.placeholders import placeholders
from wmt.site.loads import loading
from wmt.site.loads.load_request import LoadRequest
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

HISTORIES = int(os.environ.get("WMT_HISTORIES", "1000")) if SOAK else 2
#: A soak tries them in parts, each from its own seed: over all cores, and what has passed stays passed.
PARTS = 20 if SOAK else 1


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("few")
    truth = write_nation(folder, posts=60, cases=1_200, nights=3, formats=("tidy", "people"))
    return [folder / night.folder for night in truth.nights]


def cases_in(night: Path) -> pl.DataFrame:
    """The cases of an extract, those in custody under OMiC left out."""
    cases = pl.read_parquet(night / "case.parquet").filter(pl.col("stream") != "omic")
    return cases.select("case_ref", post=pl.concat_str("team_code", pl.lit(":"), "staff_code"))


def kinds_in(night: Path, refs: pl.Series) -> dict[str, tuple[str, str, bool]]:
    """What the cases of an extract are: type, tier and whether supervision is suspended."""
    cases = pl.read_parquet(night / "case.parquet").filter(
        pl.col("stream") != "omic", pl.col("case_ref").is_in(refs.implode())
    )
    tier = pl.col("tier").fill_null("0")
    rows = cases.select("case_ref", pl.col("location").fill_null("unknown"), tier, "suspended").rows()
    return {ref: (location, tier, suspended) for ref, location, tier, suspended in rows}


def new_in(nights: Sequence[Path], posts: Sequence[str], nobody: Sequence[str]) -> list[str]:
    """Cases that later extracts have and the first has not: some with these posts, some with nobody."""
    first = pl.concat([cases_in(nights[0])["case_ref"]]).implode()
    later = pl.concat([cases_in(night) for night in nights[1:]]).filter(
        ~pl.col("case_ref").is_in(first), pl.col("case_ref").str.contains("^[A-Z][0-9]{6}$")
    )
    found = [later.filter(pl.col("post").is_in(list(where)))["case_ref"] for where in (posts, nobody)]
    return sorted({ref for refs in found for ref in refs.unique().sort().head(3)})


def contradicting(tidy: Path, posts: Sequence[str]) -> None:
    """The cases of some posts go round among them: some of what was given is seen, some is with others."""
    file = tidy / "case.parquet"
    code = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    turned = dict(zip(posts, [*posts[1:], posts[0]], strict=True))
    moves = code.is_in(list(posts)) & (pl.col("stream") != "omic") & (pl.int_range(pl.len()) % 3 > 0)
    parts = pl.when(moves).then(code.replace(turned)).otherwise(code).str.splitn(":", 2)
    names = parts.struct.rename_fields(["team_code", "staff_code"])
    # of some, the tier or type that a history may have made them, or one that none has
    own = code.is_in(list(posts)) & (pl.col("stream") == "standard")
    turn = pl.when(own & (pl.int_range(pl.len()) % 5 < 2))
    third = pl.int_range(pl.len()) % 5 == 1
    pl.read_parquet(file).with_columns(names.alias("now")).with_columns(
        team_code=pl.col("now").struct.field("team_code"),
        staff_code=pl.col("now").struct.field("staff_code"),
        location=turn.then(pl.when(third).then(pl.lit("custody")).otherwise(pl.lit("licence"))).otherwise(
            "location"
        ),
        tier=turn.then(pl.when(third).then(pl.lit("D2")).otherwise(pl.lit("C1"))).otherwise("tier"),
    ).drop("now").write_parquet(file)
    signed(tidy)


@pytest.fixture
def few(db: None, written: list[Path], settings: Any, tmp_path: Path) -> Iterator[type[Histories]]:  # noqa: ARG001
    """The smallest nation with its first night, and two more ready to be loaded."""
    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home", today="extract")
    first = LoadRequest(paths=[str(written[0] / "tidy")], people=str(written[0] / "people"))
    loading.perform(loading.ask(wish=first, who="the tests"))
    state = current_state()
    busy = {row.post for row in Reduction.objects.all()}
    units = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, supplied_micro=None)
    posts = [
        (unit.team_code, unit.staff_code) for unit in units.exclude(team_code="NOT-KNOWN").order_by("code")
    ]
    free = tuple(post for post in posts if post not in busy)[:4]
    assert len(free) == 4
    of_load = Unit.objects.filter(load_id=state.load_id, level="post")
    assert set(of_load.values_list("stream", flat=True)) == {"sentence_management", "courts", "omic"}
    codes, nobody = [":".join(post) for post in free], placeholders(state)
    last = tmp_path / "last"
    shutil.copytree(written[2] / "tidy", last)
    contradicting(last, codes)
    nights = [written[0] / "tidy", written[1] / "tidy", last]
    # some cases of each of them, and some that wait
    given = [
        cases_in(nights[0]).filter(pl.col("post") == code).head(6) for code in [*codes, *sorted(nobody)[:3]]
    ]
    refs = pl.concat(given)["case_ref"]
    assert len(refs) > 12
    new = [*new_in(nights, codes, sorted(nobody)), "Z999991", "Z999992"]
    refs = pl.concat([refs, pl.Series(new)])
    engine = KeptEngine(threads=1, few_rows=True)
    told = {
        "nights": tuple(LoadRequest(paths=[str(night)]) for night in nights),
        "extracts": tuple(
            dict(cases_in(night).filter(pl.col("case_ref").is_in(refs.implode())).rows()) for night in nights
        ),
        "kinds": tuple(kinds_in(night, refs) for night in nights),
        "t2a": frozenset(pl.read_parquet(nights[0] / "case.parquet").filter(stream="t2a")["case_ref"]),
        "posts": free,
        "new": tuple(new),
        "team": free[0][0],
        "nobody": nobody,
        "engine": engine,
    }
    made = type("Few", (Histories,), told)
    yield made
    made.engine = None  # or it complains at the end of the process that it was left behind
    engine.close()


@pytest.mark.parametrize("part", range(PARTS))
def test_live_figures_are_the_true_ones_after_any_history(few: type[Histories], part: int) -> None:
    how = settings(
        max_examples=HISTORIES // PARTS,
        stateful_step_count=7,
        deadline=None,
        derandomize=not SOAK,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, Phase.shrink],
    )
    run_state_machine_as_test(seed(part)(few) if SOAK else few, settings=how)
