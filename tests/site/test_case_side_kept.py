"""What prices cases is kept for the figures it was made of, and for no others."""

from types import SimpleNamespace
from typing import Any

import pytest

from wmt.nights import NightError
from wmt.site.changes import time_lines


def test_what_could_not_be_made_leaves_nothing_of_the_former_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def side(rules: str, *_: Any) -> str:
        if rules == "lost" and "lost" not in made:
            made.append(rules)
            raise NightError("its rules cannot be read")
        return f"side by {rules}"

    monkeypatch.setattr(time_lines, "CaseSide", side)
    monkeypatch.setattr(time_lines, "rules_of", lambda state: state.rules)
    monkeypatch.setattr(time_lines, "_kept", SimpleNamespace())

    def asked(number: int, rules: str) -> Any:
        as_at = SimpleNamespace(date=lambda: None)
        state: Any = SimpleNamespace(of_load=(number,), rules=rules, tier_scheme="pc16", as_at=as_at)
        return time_lines.case_side(state)

    assert asked(1, "known") == "side by known"
    with pytest.raises(NightError):
        asked(2, "lost")
    assert asked(2, "lost") == "side by lost"
