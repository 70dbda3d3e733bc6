"""The source keeps its limits, its names mean one thing, and the guide for developers is true."""

import re

import pytest
from tests.shape.measure import (
    ROOT,
    SOURCE,
    Measure,
    arrows,
    circles,
    doubled_classes,
    files,
    layers,
    measures,
    upward,
)

#: Names of modules that say nothing about what is in them, or that mean two things.
GONE = {
    "again", "asking", "beside", "come", "current", "door", "frame", "gate", "given", "live", "moments",
    "own", "people_in", "rows", "say", "sent", "shapes", "standing", "steady", "store", "told", "words",
    "worded",
}  # fmt: skip
GUIDE = (ROOT / "DEVELOPERS.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "measure", [each for each in measures() if each.limit is not None], ids=lambda m: m.what
)
def test_the_limits_are_kept(measure: Measure) -> None:
    assert measure.is_kept, f"{measure.what}: {measure.value:g}, at most {measure.limit:g}"


def test_a_class_name_means_one_thing() -> None:
    assert doubled_classes(files()) == {}


def test_no_import_runs_round_or_up() -> None:
    graph = arrows(files())
    assert circles(graph) == []
    assert upward(graph) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})


def test_modules_are_named_after_what_they_hold() -> None:
    found = [each.name for each in files() if each.name.rpartition(".")[2] in GONE]
    assert found == []


def test_every_file_that_the_guide_names_is_there() -> None:
    named = set(re.findall(r"`((?:src|tests|docs)/[\w./-]+)`", GUIDE))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    inside = set(
        re.findall(r"`((?:site|intake|nights|ledger|history|accounts|figures|queries)/[\w/]+\.py)`", GUIDE)
    )
    roots = (SOURCE / "wmt", SOURCE / "wmt/site")
    assert [name for name in sorted(inside) if not any((root / name).exists() for root in roots)] == []


def test_the_guide_answers_enough_questions_and_knows_enough_words() -> None:
    tasks = re.search(r"## I want to …\n(.*?)\n## ", GUIDE, re.DOTALL)
    words = re.search(r"## Words\n(.*)", GUIDE, re.DOTALL)
    assert tasks is not None
    assert len(re.findall(r"^\| (?!…|-)", tasks[1], re.MULTILINE)) >= 16
    assert words is not None
    assert len(re.findall(r"^\| (?!word|-)", words[1], re.MULTILINE)) >= 38


def test_the_guide_draws_every_layer() -> None:
    small = [
        "past_problems",
        "health",
        "wsgi",
        "settings",
        "consistent_read",
        "problems",
        "demonstration",
        "security",
        "redirects",
        "policies",
        "db_connections",
        "date_field",
        "query_form",
        "config",
        "clock",
        "loopback",
        "outbound",
        "receivers",
    ]
    drawn = GUIDE.partition("## The layers")[2].partition("## I want")[0]
    large = [room for rooms in layers() for room in rooms if room not in small]
    missing = [room for room in large if not re.search(rf"\b{room}\b", drawn)]
    assert missing == []
