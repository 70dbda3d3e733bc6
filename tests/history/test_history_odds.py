"""Odds of a history on disk: its runs, days and codes, and what is kept of what was stated."""

import json
import re
from datetime import date
from pathlib import Path
from random import Random

import numpy as np
import pytest
from history_counter import OVER, UNDER, write_history

from wmt.cli import odds
from wmt.cli.console import RefusedInput
from wmt.history.day_steps import dated_marks
from wmt.odds import daily_ratios, kept, work_out


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
