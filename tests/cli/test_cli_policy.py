"""`wmt policy`: what is in force for this home, and the faults of a file before it is used."""

from pathlib import Path

import pytest

from night_tools import Run

FILE = """\
name: ours
reference: decision of the board, 1 March 2026
values:
  asof.days_back: {2026-03-01: 2, 2026-06-01: 1}
"""


def test_on_the_command_line(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WMT_HOME", str(tmp_path))
    (tmp_path / "policy.yaml").write_text(FILE)
    shown = run("policy", "show", "asof", "--on", "2026-07-01", "--json")
    (row,) = shown.json
    assert (row["rule"], row["value"], row["from"]) == ("asof.days_back", 1, "2026-06-01")
    assert run("policy", "check", str(tmp_path / "policy.yaml")).code == 0
    assert run("policy", "show", "asof.days_bak").code == 2
    (tmp_path / "policy.yaml").write_text("name: ours\n")
    refused = run("policy", "show")
    assert refused.code == 2
    assert "reference" in refused.err
    assert not (tmp_path / "secret-key").exists()  # looking changes nothing
