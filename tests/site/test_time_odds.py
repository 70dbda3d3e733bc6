"""How likely a run over the threshold is: what was stated with the night, on pages and by the API."""

from collections.abc import Callable
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from django.test import Client

from wmt import odds, rules
from wmt.ledger import Ledger
from wmt.odds import night_work
from wmt.odds.stated import SCORES, STATED
from wmt.site.links import unit_url
from wmt.site.loads.time_ahead import repriced, time_ahead
from wmt.site.queries import odds as query
from wmt.site.queries.odds import shown_odds
from wmt.site.workload.models import Unit

pytestmark = pytest.mark.one_database


@pytest.fixture
def stated(nation: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Gives a team of which this was stated, in the order of weeks: state, probability."""
    team = nation.unit("team")

    def state(*given: tuple[str, float | None]) -> Any:
        rows = [
            {"level": "team", "weeks": weeks, "code": team.code, "state": state, "probability": share,
             "band": None if share is None else odds.band_of(share), "capacity_x100": 9_000, "run": 0,
             "paths": 9, "made_by": None if share is None else way, "raw": share}
            for weeks, (state, share), way in zip(odds.WEEKS, given, (odds.EVENTS, odds.ANALOGY), strict=True)
        ]  # fmt: skip
        scores = [
            {"level": "team", "weeks": 4, "brier": 0.03, "brier_same_as_today": 0.06, "days": 21,
             "from_percent": 90, "count": 1_799, "stated": 0.967, "happened": 0.949}
        ]  # fmt: skip
        frames = pl.DataFrame(rows, schema=STATED), pl.DataFrame(scores, schema=SCORES)
        monkeypatch.setattr(query, "_kept", lambda held, day: frames)  # noqa: ARG005
        return team

    return state


def test_trends_say_it_in_words_with_the_number(
    stated: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    team = stated(("stated", 0.524), ("stated", 0.9996))
    browser = signed_in()
    page = " ".join(browser.get(unit_url("team", team.code, "over-time")).text.split())
    assert (
        "How likely four weeks in a row over 110% are, by the figures of 20 November 2026: about even (52%) "
        "by 18 December 2026; almost certain (more than 99%) by 15 January 2027." in page
    )
    assert (
        "They were worked out in two ways: those for 18 December 2026 from its own cases, reports and time "
        "in the weeks ahead; those for 15 January 2027 from what happened to work like it before." in page
    )
    assert 'href="/odds/team/"' in page
    ahead = " ".join(browser.get(unit_url("team", team.code, "ahead")).text.split())
    assert "about even (52%) by 18 December 2026" in ahead


@pytest.mark.parametrize(
    ("state", "words"), [("full already", ""), ("too short a past", "too few days of figures for this unit")]
)
def test_trends_say_what_cannot_be_said(
    stated: Callable[..., Any], signed_in: Callable[..., Client], state: str, words: str
) -> None:
    team = stated((state, None), (state, None))
    page = signed_in().get(unit_url("team", team.code, "over-time")).text
    assert words in page
    assert "How likely four weeks in a row over 110%" not in page


def test_where_nothing_was_stated_nothing_is_said(nation: Any, signed_in: Callable[..., Client]) -> None:
    team, browser = nation.unit("team"), signed_in()
    assert "How likely" not in browser.get(unit_url("team", team.code, "over-time")).text
    assert "This cannot be said yet" in browser.get("/odds/team/").text
    found = browser.get(f"/api/v1/units/team/{team.code}/odds").json()
    none = {"from_percent": 0, "is_chosen": False, "since": None}
    assert found == {"day": None, "alarm": none, "ahead": [], "how_good": []}
    assert browser.get("/odds/nation/").status_code == 404


def test_the_page_and_the_api_say_how_good_it_was(
    stated: Callable[..., Any], signed_in: Callable[..., Client]
) -> None:
    team, browser = stated(("stated", 0.3), ("stated", 0.4)), signed_in()
    page = " ".join(browser.get("/odds/team/").text.split())
    assert "(Brier score 0.0300) were 50% smaller than those of saying that everything stays" in page
    assert "1,799" in page
    found = browser.get(f"/api/v1/units/team/{team.code}/odds").json()
    assert found["day"] == "2026-11-20"
    assert found["ahead"][0] == {
        "weeks": 4, "until": str(date(2026, 11, 20) + timedelta(28)), "state": "stated", "probability": 0.3,
        "band": "less likely than not", "made_by": "events",
    }  # fmt: skip
    assert found["how_good"][0]["tenths"] == [
        {"from_percent": 90, "count": 1_799, "stated": 0.967, "happened": 0.949}
    ]
    assert "their own work is followed instead" not in page, "that is done for practitioners alone"
    assert "their own work is followed instead" in " ".join(browser.get("/odds/post/").text.split())
    file = browser.get("/odds/team/weeks-4.csv")
    assert b"1799" in b"".join(file) if file.streaming else b"1799" in file.content


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0001, "less than 1%"), (0.005, "1%"), (0.524, "52%"), (0.994, "99%"), (0.996, "more than 99%")],
)
def test_nothing_is_ever_shown_as_certain(share: float, words: str) -> None:
    assert shown_odds(share) == words


# ------------------------------------------------------------ what odds by events are worked out from


class _TwoDays:
    """A history whose only nights are those of a day and 91 days before, both of the same folder."""

    def __init__(self, night: Any, first: str | None = None) -> None:
        self.nights, self.last = night.path.parent, night.manifest.as_at.date()
        self.first, self.name = night.path.name if first is None else first, night.path.name

    def day_until(self, day: date) -> date:
        return self.last if day >= self.last else self.last - timedelta(91)

    def night_of(self, day: date) -> str:
        return self.name if day == self.last else self.first

    def figures(self, level: str, first: date, last: date, columns: Any) -> pl.DataFrame:
        assert (level, first, last, columns) == ("post", self.last, self.last, ("code", "points_x100"))
        return pl.DataFrame({"code": ["T:1", "T:1"], "points_x100": [100, 20]})


def test_what_is_known_ahead_needs_a_night_of_91_days_ago(nation: Any) -> None:
    past, time = _TwoDays(nation.night), odds.TimeAhead({"T:1": []}, {})
    known = night_work.known_on(past, past.last, time)  # type: ignore[arg-type]
    assert known is not None
    assert (known.days, known.points_x100) == (91, {"T:1": 120})
    assert known.arrivals == {}, "both nights are the same one, so nothing came"
    assert set(known.rates["PO"].came.values()) == {0.0}
    for none in ("", "no-such-night"):
        assert night_work.known_on(_TwoDays(nation.night, none), past.last, time) is None  # type: ignore[arg-type]


def test_time_ahead_is_of_the_night_shown_and_no_other(nation: Any) -> None:
    past = _TwoDays(nation.night)
    found = time_ahead(past, past.last)  # type: ignore[arg-type]
    assert found is not None
    for unit in Unit.objects.filter(load=nation.load, level="post", whole=True)[:20]:
        assert found.available_x100[unit.code][0] == (past.last, unit.available_x100)
    assert found.steps_x100 == {}
    assert time_ahead(_TwoDays(nation.night, "another"), past.last - timedelta(91)) is None  # type: ignore[arg-type]


def test_other_rules_ahead_change_what_is_available_and_what_is_earned() -> None:
    """From the 10th a target of 2,200 is 2,420; somebody's time doubles on the 20th; nobody works at T:3."""
    now, turn, later = date(2026, 12, 1), date(2026, 12, 10), date(2026, 12, 20)
    sums = {
        now: {"T:1": (900, 2_200), "T:2": (500, 2_200), "T:3": (70, 0)},
        turn: {"T:1": (950, 2_420), "T:2": (500, 2_420), "T:3": (60, 0)},
    }
    available = {"T:1": [(now, 1_100), (later, 2_200)], "T:2": [(now, 2_200)], "T:3": [(now, 0)]}
    found = repriced(available, sums)
    assert found.available_x100 == {
        "T:1": [(now, 1_100), (turn, 1_210), (later, 2_420)],
        "T:2": [(now, 2_200), (turn, 2_420)],
        "T:3": [(now, 0), (turn, 0)],
    }
    assert found.steps_x100 == {"T:1": [(turn, 50)], "T:3": [(turn, -10)]}


def test_rules_that_begin_within_the_weeks_are_priced_by_the_ledger(
    nation: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A tree in which other points begin soon: every post gets what the ledger makes of its work then."""
    past, turn = _TwoDays(nation.night), nation.night.manifest.as_at.date() + timedelta(9)
    older = rules.load().at(date(2022, 6, 1))
    tree = SimpleNamespace(days=(date(2017, 5, 1), turn), at=lambda day: older)  # noqa: ARG005
    monkeypatch.setattr(rules, "load", lambda: tree)
    found = time_ahead(past, past.last)  # type: ignore[arg-type]
    assert found is not None
    facts = nation.night.facts()
    then = {row["code"]: row for row in Ledger(facts, older).totals().filter(level="post").to_dicts()}
    now = {row["code"]: row for row in nation.night.table("results/totals").filter(level="post").to_dicts()}
    assert len(found.steps_x100) > 20
    for code, steps in found.steps_x100.items():
        assert steps == [(turn, then[code]["points_x100"] - now[code]["points_x100"])]
