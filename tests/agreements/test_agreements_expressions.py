"""The language of packs: what it reads, what it refuses and where, and that nothing unknown becomes 0."""

import re
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wmt.agreements.expressions import (
    Constant,
    ExpressionError,
    FigureName,
    NotKnown,
    Operation,
    names,
    parse,
    worked_out,
)


def value(text: str, **figures: int) -> object:
    known = {name: Fraction(number) for name, number in figures.items()}
    return worked_out(parse(text), lambda name: known.get(name.name, NotKnown(f"no {name}")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 2 - 3", 5),
        ("12 / 2 / 3", 2),
        ("-2 * 3", -6),
        ("7 - -2", 9),
        ("0.1 + 0.2", Fraction(3, 10)),
        ("cases / fte", Fraction(50, 3)),
        ("  cases  ", 50),
    ],
)
def test_an_expression_is_worked_out_exactly(text: str, expected: object) -> None:
    assert value(text, cases=50, fte=3) == expected


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("cases + other", "no other"),
        ("other * 0", "no other"),
        ("other(tier=A|B, type=licence) + 1", r"no other\(tier=A\|B, type=licence\)"),
        ("cases / nought", "nought is 0"),
        ("cases / (nought + nought)", "what it divides by is 0"),
    ],
)
def test_what_is_not_known_is_never_0(text: str, why: str) -> None:
    found = value(text, cases=50, nought=0)
    assert isinstance(found, NotKnown)
    assert re.fullmatch(why, found.why)
    assert str(found).startswith("not known: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ends where a number, a name or a bracket should be"),
        ("1 +", "ends where a number, a name or a bracket should be"),
        ("1 2", r"has '2' at place 3 where an end, or \+ - \* / should be"),
        ("* 2", r"has '\*' at place 1 where a number"),
        ("(1", r"ends where '\)' should be"),
        ("cases(", "ends where a word such as tier should be"),
        ("cases(tier", "ends where '=' should be"),
        ("cases(tier=)", r"has '\)' at place 12 where a value should be"),
        ("cases(tier=A|)", r"has '\)' at place 14 where a value should be"),
        ("cases(tier=A tier=B)", r"has 'tier' at place 14 where '\)' should be"),
        ("cases(tier=A, tier=B)", "'tier' is written twice"),
        ("cases; 1", "';' at place 6 is not part of an expression"),
        ("cases.__class__ + é", "'é' at place 19"),
        ("2 ** 3", r"has '\*' at place 4"),
        ("(" * 30 + "1" + ")" * 30, "more than 20 brackets"),
        ("1 + " * 200 + "1", "has 801 characters; 400 are the most"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_place(text: str, message: str) -> None:
    with pytest.raises(ExpressionError, match=message):
        parse(text)


def test_names_are_told_once_in_their_order() -> None:
    found = names(parse("cases(tier=A) / fte + 2 * cases(tier=A) - points"))
    assert [str(name) for name in found] == ["cases(tier=A)", "fte", "points"]
    assert len({*found, FigureName("fte")}) == 3


TREES = st.recursive(
    st.integers(0, 999).map(lambda number: Constant(Fraction(number))),
    lambda parts: st.builds(Operation, st.sampled_from("+-*"), parts, parts),
    max_leaves=12,
)


def written(tree: object) -> str:
    if isinstance(tree, Operation):
        return f"({written(tree.left)} {tree.sign} {written(tree.right)})"
    assert isinstance(tree, Constant)
    return str(tree.value)


@given(TREES)
def test_what_is_written_with_brackets_is_read_as_it_is(tree: object) -> None:
    text = written(tree)
    if len(text) <= 400:
        assert parse(text) == tree
