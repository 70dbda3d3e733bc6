"""Odds of a history on disk: its runs, days and codes, and what is kept of what was stated."""

import json
import re
from datetime import date, timedelta
from pathlib import Path
from random import Random

import numpy as np
import polars as pl
import pytest
from history_counter import AVAILABLE, FIRST, OVER, UNDER, write_history

from wmt.cli import odds
from wmt.cli.console import RefusedInput
from wmt.history.day_steps import dated_marks
from wmt.odds import EventsStated, KnownAhead, TimeAhead, daily_ratios, kept, kept_file, stated, work_out
from wmt.odds.work_events import WORK


def test_a_history_on_disk_and_what_is_kept_of_it(tmp_path: Path) -> None:
    """Runs, days and codes of a history; and what was stated stays, whatever comes later."""
    chance = Random(5)
    units = {f"T:{unit:03}": [chance.choice([OVER, UNDER]) for _ in range(50)] for unit in range(6)}
    units["T:000"] = [OVER] * 50
    past = write_history(tmp_path, units)
    ratios = daily_ratios(past, dated_marks())
    assert ratios.codes == tuple(sorted(units))
    assert ratios.days == tuple(past.days)
    assert ratios.run[:, 0].tolist() == list(range(1, 51))
    assert ratios.full[:, 0].tolist() == [False] * 27 + [True] * 23
    assert np.exp(ratios.capacity[0, 0]) == pytest.approx(OVER[0] / OVER[1])
    assert kept(past, past.days[-1]) is None
    work_out(past, dated_marks())
    found = kept(past, past.days[-1])
    assert found is not None
    stated, scores = found
    assert set(stated.filter(level="post", weeks=4)["code"]) == set(units)
    assert scores.is_empty(), "fifty days are too few to look back"
    files = sorted((tmp_path / "history/odds").iterdir())
    before = [file.read_bytes() for file in files]
    work_out(past, dated_marks())
    assert [file.read_bytes() for file in files] == before
    files[0].write_bytes(b"torn")
    assert kept(past, past.days[-1]) is None


def test_the_command_says_it_in_words_and_refuses_what_it_does_not_know(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_history(tmp_path, {"T:001": [OVER] * 30, "T:002": [UNDER] * 30})
    odds.odds(unit="T:001", nights=tmp_path)
    said = capsys.readouterr().out
    assert "T:001 on 12 February 2026: capacity 110.00%" in said
    assert "30 days over in a row so far" in said
    assert "four weeks are full already" in said
    assert "cannot be said yet" in said
    odds.odds(nights=tmp_path, level="post", json=True)
    told = json.loads(capsys.readouterr().out)
    assert [(row["code"], row["state"]) for row in told["odds"]] == [
        ("T:001", "full already"),
        ("T:002", "too short a past"),
    ]
    for wrong, words in (
        ({"level": "street"}, "--level street: choose one of post, team, pdu, region"),
        ({"weeks": 5}, "--weeks 5: choose 4 or 8"),
        ({"unit": "T:003"}, "no post of that code has a figure on 12 February 2026"),
        ({"day": date(2026, 1, 1)}, "there are no daily figures up to that day"),
    ):
        with pytest.raises(RefusedInput, match=re.escape(words)):
            odds.odds(nights=tmp_path, **wrong)  # type: ignore[arg-type]


def test_what_was_said_by_events_is_kept_with_the_way_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said again by the command, and held against what happened; a file of before there was another way
    reads as one by analogy."""
    chance = Random(8)
    units = {f"T:{unit:03}": [chance.choice([OVER, OVER, UNDER]) for _ in range(70)] for unit in range(50)}
    past, day = write_history(tmp_path, units), FIRST + timedelta(69)
    ends = [day + timedelta(20 + 10 * (number % 2)) for number in range(len(units))]
    work = pl.DataFrame(
        [(code, "PO", "case", f"C{code}", OVER[0], end) for code, end in zip(units, ends, strict=True)],
        WORK,
        orient="row",
    )
    known = KnownAhead(
        day, dict.fromkeys(units, OVER[0]), {code: [(day, AVAILABLE)] for code in units}, work, {}, {}, 91, {}
    )
    monkeypatch.setattr(stated, "known_on", lambda *given: known if given[1] == day else None)
    work_out(past, dated_marks(), lambda _day: TimeAhead({}, {}))
    found = kept(past, day)
    assert found is not None
    posts = found[0].filter(level="post", state="stated")
    own = posts.filter(made_by="events", weeks=4)
    assert len(own) > 10
    assert set(posts["made_by"]) == {"events", "analogy"}
    assert posts["raw"].null_count() == 0
    assert set(found[0].filter(level="team", state="stated")["made_by"]) <= {"analogy"}
    # again, with nothing known: as it was kept
    ratios = daily_ratios(past, dated_marks())
    again = EventsStated(past, ratios, 4, dated_marks())(len(ratios.days) - 1, np.full(len(units), 0.5))
    said = {code: raw for code, raw in zip(ratios.codes, again.tolist(), strict=True) if not np.isnan(raw)}
    assert said == dict(own.select("code", "raw").iter_rows())
    assert np.isnan(EventsStated(past, ratios, 4, dated_marks())(20, np.full(len(units), 0.5))).all()
    odds.odds(unit=own["code"][0], nights=tmp_path)
    assert "from its own cases, reports and time ahead." in capsys.readouterr().out
    file = kept_file(past, day)
    pl.read_parquet(file).drop("made_by", "raw").write_parquet(file)
    before = kept(past, day)
    assert before is not None
    assert set(before[0].filter(state="stated")["made_by"]) == {"analogy"}
    assert set(before[0].filter(pl.col("state") != "stated")["made_by"]) <= {None}
