"""How likely a run over the threshold is: what was stated with the night, on pages and by the API."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from django.test import Client

from wmt import odds
from wmt.odds.stated import SCORES, STATED
from wmt.site.links import unit_url
from wmt.site.queries import odds as query
from wmt.site.queries.odds import shown_odds

pytestmark = pytest.mark.one_database


@pytest.fixture
def stated(nation: Any, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Gives a team of which this was stated, in the order of weeks: state, probability."""
    team = nation.unit("team")

    def state(*given: tuple[str, float | None]) -> Any:
        rows = [
            {"level": "team", "weeks": weeks, "code": team.code, "state": state, "probability": share,
             "band": None if share is None else odds.band_of(share), "capacity_x100": 9_000, "run": 0,
             "paths": 9}
            for weeks, (state, share) in zip(odds.WEEKS, given, strict=True)
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
        "band": "less likely than not",
    }  # fmt: skip
    assert found["how_good"][0]["tenths"] == [
        {"from_percent": 90, "count": 1_799, "stated": 0.967, "happened": 0.949}
    ]
    file = browser.get("/odds/team/weeks-4.csv")
    assert b"1799" in b"".join(file) if file.streaming else b"1799" in file.content


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.0001, "less than 1%"), (0.005, "1%"), (0.524, "52%"), (0.994, "99%"), (0.996, "more than 99%")],
)
def test_nothing_is_ever_shown_as_certain(share: float, words: str) -> None:
    assert shown_odds(share) == words
