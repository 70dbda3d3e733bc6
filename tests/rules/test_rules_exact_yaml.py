"""YAML is read exactly: what each word means, and that both parsers of PyYAML see the same."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from wmt import rules
from wmt.rules import exact_yaml


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("7", 7),
        ("-7", -7),
        ("0", 0),
        ("7.32", Decimal("7.32")),
        ("0.10", Decimal("0.10")),
        ("-0.5", Decimal("-0.5")),
        ("2023-01-06", date(2023, 1, 6)),
        ("true", True),
        ("false", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("'7'", "7"),
        ('"2023-01-06"', "2023-01-06"),
        ("'true'", "true"),
        ("''", ""),
        ("yes", "yes"),
        ("NO", "NO"),
        ("True", "True"),
        ("010", "010"),
        ("0o10", "0o10"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        ("+5", "+5"),
        (".5", ".5"),
        ("5.", "5."),
        ("16:10", "16:10"),
        (".inf", ".inf"),
        (".NaN", ".NaN"),
        ("2023-1-6", "2023-1-6"),
        ("CRC - PQF", "CRC - PQF"),
        ("N", "N"),
    ],
)
def test_words(word, expected) -> None:
    content, faults = exact_yaml.read_yaml(f"a: {word}\n", "file")
    assert faults == []
    assert content == {"a": expected}
    assert type(content["a"]) is type(expected)
    if isinstance(expected, Decimal):
        assert str(content["a"]) == word


def test_keys_are_read_in_the_same_way() -> None:
    content, faults = exact_yaml.read_yaml("{2023-01-06: 1, 1: 2, '1': 3, <<: 5, 1.50: 6}", "file")
    assert faults == []
    assert list(content) == [date(2023, 1, 6), 1, "1", "<<", Decimal("1.50")]


def test_all_faults_of_a_text_are_found() -> None:
    _, faults = exact_yaml.read_yaml("a: 2023-13-01\nb: !x 5\nb: 6\nc: &d 7\ne: *d\n", "file")
    assert [fault.key for fault in faults] == ["line 1", "line 2", "line 3", "line 5"]


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n"])
def test_nothing(text) -> None:
    assert exact_yaml.read_yaml(text, "file") == (None, [])


@pytest.mark.parametrize("text", ["a: [", "a: b: c", "\ta: 1", "a: \x07", 'a: "\\ud800"', "- " * 31 + "a"])
def test_no_yaml(text) -> None:
    content, faults = exact_yaml.read_yaml(text, "file")
    assert content is None
    assert len(faults) == 1


def test_both_parsers_read_the_same_tree(monkeypatch) -> None:
    folder = Path(rules.__file__).parent / "hmpps"
    monkeypatch.setattr(exact_yaml, "_PARSER", yaml.SafeLoader)
    slow = rules.load(folder)
    assert slow.at(date(2026, 7, 1)) == rules.load().at(date(2026, 7, 1))
