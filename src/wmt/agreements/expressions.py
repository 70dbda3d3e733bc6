"""The small language in which a pack says what it measures: `cases(tier=A|B) / fte`.

Numbers, figures by their names, + - * / and brackets; nothing is ever run as code. A figure that the data
does not have makes the whole `NotKnown`, with the reason: it is never taken for 0.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from wmt.errors import RefusalError

#: No expression that people can check is longer, or has more brackets inside each other.
_LONGEST, _DEEPEST = 400, 20
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:\.[0-9]+)?(?![A-Za-z0-9_.]))"
    r"|(?P<word>[A-Za-z0-9_][A-Za-z0-9_.]*)|(?P<sign>[-+*/()=|,]))"
)


class ExpressionError(RefusalError, ValueError):
    """An expression that cannot be used; the message says where and what to write."""


@dataclass(frozen=True)
class NotKnown:
    """A figure that the data does not have. `why` ends a sentence that begins 'not known:'."""

    why: str

    def __str__(self) -> str:
        return f"not known: {self.why}"


Value = Fraction | NotKnown


@dataclass(frozen=True)
class Constant:
    """A number as written."""

    value: Fraction


@dataclass(frozen=True)
class FigureName:
    """A figure by its name, and which part of it: `cases(tier=A|B)` has {'tier': ('A', 'B')}."""

    name: str
    only: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __str__(self) -> str:
        parts = ", ".join(f"{key}={'|'.join(values)}" for key, values in self.only.items())
        return f"{self.name}({parts})" if parts else self.name

    def __hash__(self) -> int:
        return hash(str(self))


@dataclass(frozen=True)
class Operation:
    """Two parts and the sign between them."""

    sign: str
    left: "Expression"
    right: "Expression"


Expression = Constant | FigureName | Operation


def parse(text: str) -> Expression:
    """An expression from its text. Raises ExpressionError, naming the place from 1."""
    if len(text) > _LONGEST:
        raise ExpressionError(f"has {len(text)} characters; {_LONGEST} are the most")
    reader = _Reader(list(_tokens(text)))
    found = reader.sum(0)
    if reader.kind != "end":
        raise reader.refused("an end, or + - * /")
    return found


def names(expression: Expression) -> list[FigureName]:
    """The figures that an expression asks for, each once, in the order they are written."""
    if isinstance(expression, Operation):
        return list(dict.fromkeys([*names(expression.left), *names(expression.right)]))
    return [expression] if isinstance(expression, FigureName) else []


def worked_out(expression: Expression, figure: Callable[[FigureName], Value]) -> Value:
    """The value of an expression, `figure` giving each figure. NotKnown says what was missing first."""
    if isinstance(expression, Constant):
        return expression.value
    if isinstance(expression, FigureName):
        return figure(expression)
    left, right = worked_out(expression.left, figure), worked_out(expression.right, figure)
    if isinstance(left, NotKnown):
        return left
    if isinstance(right, NotKnown):
        return right
    if expression.sign == "/":
        divisor = str(expression.right) if isinstance(expression.right, FigureName) else "what it divides by"
        return left / right if right else NotKnown(f"{divisor} is 0")
    return {"+": left + right, "-": left - right, "*": left * right}[expression.sign]


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Kind, text and place of each part; the last is the end."""
    place, length = 0, len(text.rstrip())
    while place < length:
        found = _TOKEN.match(text, place)
        if found is None or found.lastgroup is None:
            odd = text[place:].lstrip()[0]
            raise ExpressionError(
                f"'{odd}' at place {text.index(odd, place) + 1} is not part of an expression; "
                "use names, numbers, + - * / and brackets"
            )
        yield found.lastgroup, found[found.lastgroup], found.start(found.lastgroup) + 1
        place = found.end()
    yield "end", "", length + 1


class _Reader:
    """Reads the parts one after another, * and / before + and -."""

    def __init__(self, tokens: list[tuple[str, str, int]]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at][0]

    @property
    def text(self) -> str:
        return self._tokens[self._at][1]

    def refused(self, wanted: str) -> ExpressionError:
        kind, text, place = self._tokens[self._at]
        there = "ends" if kind == "end" else f"has '{text}' at place {place}"
        return ExpressionError(f"{there} where {wanted} should be")

    def next(self) -> str:
        text = self.text
        self._at += 1
        return text

    def sum(self, depth: int) -> Expression:
        found = self.product(depth)
        while self.kind == "sign" and self.text in "+-":
            found = Operation(self.next(), found, self.product(depth))
        return found

    def product(self, depth: int) -> Expression:
        found = self.part(depth)
        while self.kind == "sign" and self.text in "*/":
            found = Operation(self.next(), found, self.part(depth))
        return found

    def part(self, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise ExpressionError(f"has more than {_DEEPEST} brackets inside each other; write it flat")
        if self.kind == "number":
            return Constant(Fraction(self.next()))
        if self.kind == "word":
            name = self.next()
            return FigureName(name, self.only() if self.text == "(" else {})
        if self.text == "(":
            self.next()
            found = self.sum(depth + 1)
            self.sign(")")
            return found
        if self.text == "-":
            self.next()
            return Operation("-", Constant(Fraction(0)), self.part(depth + 1))
        raise self.refused("a number, a name or a bracket")

    def only(self) -> dict[str, tuple[str, ...]]:
        """What stands in the brackets behind a name."""
        self.sign("(")
        found: dict[str, tuple[str, ...]] = {}
        while not found or self.text == ",":
            if found:
                self.next()
            key = self.word("a word such as tier")
            if key in found:
                raise ExpressionError(f"'{key}' is written twice in one bracket; join its values with |")
            self.sign("=")
            values = [self.word("a value")]
            while self.text == "|":
                self.next()
                values.append(self.word("a value"))
            found[key] = tuple(values)
        self.sign(")")
        return found

    def word(self, wanted: str) -> str:
        if self.kind not in ("word", "number"):
            raise self.refused(wanted)
        return self.next()

    def sign(self, wanted: str) -> None:
        if self.kind != "sign" or self.text != wanted:
            raise self.refused(f"'{wanted}'")
        self.next()
