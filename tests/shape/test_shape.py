"""The source keeps its limits, its names mean one thing, and the guide for developers is true."""

import re
from collections import Counter

import pytest
from tests.shape.measure import (
    ROOT,
    SOURCE,
    Measure,
    SourceFile,
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


#: What has a limit: it is measured when a test asks, not whenever tests are listed.
LIMITED = (
    "circles of imports",
    "imports from a layer to one above or beside it",
    "class names with two meanings",
    "names of ours imported, median file",
    "lines of a function, 9 of 10",
    "lines of the longest function",
    "lines of a file, 9 of 10",
    "lines of the longest file",
)


@pytest.fixture(scope="module")
def modules() -> list[SourceFile]:
    return files()


@pytest.fixture(scope="module")
def limited(modules: list[SourceFile]) -> dict[str, Measure]:
    return {each.what: each for each in measures(modules) if each.limit is not None}


@pytest.mark.parametrize("what", LIMITED)
def test_the_limits_are_kept(limited: dict[str, Measure], what: str) -> None:
    measure = limited[what]
    assert measure.is_kept, f"{measure.what}: {measure.value:g}, at most {measure.limit:g}"


def test_every_limit_has_a_test(limited: dict[str, Measure]) -> None:
    assert sorted(limited) == sorted(LIMITED)


def test_a_class_name_means_one_thing(modules: list[SourceFile]) -> None:
    assert doubled_classes(modules) == {}


def test_no_import_runs_round_or_up(modules: list[SourceFile]) -> None:
    graph = arrows(modules)
    assert circles(graph) == []
    assert upward(graph) == []


def test_a_circle_is_found() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})


def test_modules_are_named_after_what_they_hold(modules: list[SourceFile]) -> None:
    found = [each.name for each in modules if each.name.rpartition(".")[2] in GONE]
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


def test_no_two_files_of_tests_have_one_name() -> None:
    """pytest knows them by it: a run of all of them would end before it begins."""
    names = Counter(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, number in names.items() if number > 1] == []
