"""What somebody keeps or rules out of an answer before asking again, and what they kept before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict

from wmt.site.accounts import limited_access, visibility
from wmt.site.queries.resharing import SharingQuestion, posts_of
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State


@dataclass(frozen=True)
class Choices:
    """What was ticked: moves that are kept or ruled out, cases that stay, people who stay as they are, and
    what of the former question still holds (`kinds` and values of `held_things`)."""

    keep: Sequence[Mapping[str, Any]]
    never: Sequence[Mapping[str, Any]]
    stays: Sequence[Mapping[str, Any]]
    people: Sequence[str]
    held: frozenset[str]
    fault: str

    @classmethod
    def of(cls, posted: QueryDict, moves: Sequence[Mapping[str, Any]]) -> "Choices":
        """What the form says of these moves."""
        by_number = {str(number): move for number, move in enumerate(moves) if move["refs"]}
        ticked = {name: [each for each in posted.getlist(name) if each in by_number]
                  for name in ("keep", "never", "stays")}  # fmt: skip
        every = [each for numbers in ticked.values() for each in numbers]
        fault = "" if len(every) == len(set(every)) else "Tick one thing only for each move"
        chosen = {name: [by_number[each] for each in numbers] for name, numbers in ticked.items()}
        return cls(
            **chosen, people=posted.getlist("person"), held=frozenset(posted.getlist("held")), fault=fault
        )

    def laid_over(self, question: SharingQuestion) -> SharingQuestion:
        """The question with what was chosen. What is kept no more is left out."""
        return replace(
            question,
            locked=(*self._left("locked", question.locked), *self.people),
            still=(*self._left("still", question.still), *_refs(self.stays)),
            apart=(*self._left("apart", question.apart), *_pairs(self.never)),
            fixed=(*self._left("fixed", question.fixed), *_pairs(self.keep)),
        )

    def _left(self, kind: str, values: Iterable[Any]) -> list[Any]:
        return [value for number, value in enumerate(values) if f"{kind}:{number}" in self.held]


def _refs(moves: Iterable[Mapping[str, Any]]) -> list[str]:
    return [ref for move in moves for ref in move["refs"]]


def _pairs(moves: Iterable[Mapping[str, Any]]) -> list[tuple[str, str]]:
    return [(ref, move["receiver"]) for move in moves for ref in move["refs"]]


def held_things(question: SharingQuestion, user: Any, state: State, unit: Unit) -> list[tuple[str, str]]:
    """What a question keeps as it is: the value of each field (its kind and place, and no case), and what it
    is in words."""
    names = names_in(state, user, unit)
    hidden = limited_access.hidden_from(user)
    reads = visibility.cases_in_bulk(user, state, unit).covers(unit)

    def case(ref: str) -> str:
        return limited_access.HIDDEN if not reads or ref.upper() in hidden else ref

    def who(code: str) -> str:
        return names.get(code) or code

    told = {
        "locked": [f"{who(code)} stays as they are" for code in question.locked],
        "still": [f"{case(ref)} stays where it is" for ref in question.still],
        "apart": [f"{case(ref)} does not go to {who(to)}" for ref, to in question.apart],
        "fixed": [f"{case(ref)} goes to {who(to)}" for ref, to in question.fixed],
    }
    return [(f"{kind}:{number}", words) for kind, each in told.items() for number, words in enumerate(each)]


def names_in(state: State, user: Any, unit: Unit) -> dict[str, str]:
    """The names of the people of a unit by the codes of their posts, as the user may read them."""
    return {post.code: staff_names.shown(post.name, post.code) for post in posts_of(state, user, unit)}
