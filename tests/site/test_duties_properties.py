"""Random histories: duties stand exactly while the rule says so, night by night."""

import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import transaction
from duties_fixtures import MARKS, NO_TIME, Figure, counted, judge, on

from wmt.site.duties.models import Duty, Step
from wmt.site.duties.projection import fold

pytestmark = pytest.mark.django_db
NIGHTS = 150
HISTORIES = 300 if os.environ.get("WMT_SOAK") else 8
POSTS = ("T1:A", "T1:B", "T2:C")


@contextmanager
def forgotten() -> Iterator[None]:
    """Whatever happens in here is undone."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def figures_of(dice: random.Random) -> list[Figure]:
    """Stretches over the mark, at it, under it, without time and without figures."""
    found: list[Figure] = []
    while len(found) < NIGHTS:
        kind: Figure = dice.choice([111, 115, 125, 130, 110, 90, NO_TIME, None])
        length = dice.choice([1, 3, 4, 7, 8, 9]) if kind in (NO_TIME, None, 110, 90) else dice.randint(1, 45)
        found += [kind] * length
    return found[:NIGHTS]


def excess(figures: Sequence[Figure]) -> list[bool]:
    """Of each day, whether the rule is met at its end, by the plain counter."""
    return [run.excess_since is not None for run in counted(figures, MARKS[0])]


def expected_spells(figures: Sequence[Figure]) -> list[tuple[date, date | None]]:
    """When a duty should have begun to stand, and when it should have closed."""
    found: list[tuple[date, date | None]] = []
    met = [False, *excess(figures)]
    for number in range(1, len(met)):
        if met[number] and not met[number - 1]:
            found.append((on(number), None))
        elif met[number - 1] and not met[number]:
            found[-1] = (found[-1][0], on(number))
    return found


def spells_of(code: str) -> list[tuple[date, date | None]]:
    """When duties of a post stood, by their steps."""
    team, _, staff = code.partition(":")
    found: list[tuple[date, date | None]] = []
    for step in Step.objects.filter(duty__team_code=team, duty__staff_code=staff).order_by("day", "pk"):
        if step.kind in ("opened", "reopened"):
            assert not found or found[-1][1] is not None, "two at once"
            found.append((step.day, None))
        elif step.kind == "closed":
            assert found, "closed before it was open"
            assert found[-1][1] is None, "closed twice"
            found[-1] = (found[-1][0], step.day)
    return found


def sound() -> None:
    """Columns are what the steps come to, and steps tell a story that can be."""
    for duty in Duty.objects.all():
        steps = list(duty.steps.order_by("number"))
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))
        assert steps[0].kind == "opened"
        assert [step.kind for step in steps].count("opened") == 1
        for name, value in fold(steps).items():
            assert getattr(duty, name) == value, name
        stands = False
        for step in steps:
            if step.kind in ("opened", "reopened"):
                assert not stands
                stands = True
            else:
                assert stands, step.kind
                stands = step.kind != "closed"
        assert duty.is_open == stands
        assert duty.reopened == [step.kind for step in steps].count("reopened")


def open_now() -> list[str]:
    return sorted(duty.code for duty in Duty.objects.filter(closed_on=None))


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_every_duty_is_a_spell_of_a_plain_counter(seed: int) -> None:
    dice = random.Random(seed)
    posts = {code: figures_of(dice) for code in POSTS}
    met = {code: excess(figures) for code, figures in posts.items()}
    with forgotten():
        for number in range(1, NIGHTS + 1):
            judge(posts, on(number))
            assert open_now() == sorted(code for code in POSTS if met[code][number - 1])
            if dice.random() < 0.2:
                assert judge(posts, on(number)).is_nothing
        sound()
        for code, figures in posts.items():
            assert spells_of(code) == expected_spells(figures)
