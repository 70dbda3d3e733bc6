"""Policies: dated, checked like rules, an installation's own file laid over them."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from wmt import policy
from wmt.rules import RulesError
from wmt.site.policies import policies

FILE = """\
name: ours
reference: decision of the board, 1 March 2026
values:
  asof.days_back: {2026-03-01: 2, 2026-06-01: 1}
"""


def test_what_comes_with_the_program_is_in_force_on_every_day_there_can_be_data() -> None:
    before = policy.at(date(2017, 5, 1))
    assert len(before) == len(policy.load().paths)
    assert before["asof.days_back"].value == 4
    assert before["plausibility.posts_percent"].value == 10


def test_a_file_of_the_installation_counts_from_its_days_on(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(FILE)
    own = [policy.load_file(tmp_path / "policy.yaml")]
    days = {date(2026, 2, 28): 4, date(2026, 3, 1): 2, date(2026, 6, 1): 1}
    assert {day: policy.at(day, own)["asof.days_back"].value for day in days} == days
    assert policy.at(date(2026, 3, 1), own)["asof.days_back"].source == "decision of the board, 1 March 2026"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("asof.days_bak: 2", "did you mean asof.days_back?"),
        ("asof.days_back: -1", "asof.days_back: -1 is below 0"),
        ("asof.days_back: {2026-13-01: 2}", "policy.yaml"),
    ],
)
def test_faults_name_file_path_and_remedy(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(f"name: ours\nreference: us\nvalues:\n  {line}\n")
    with pytest.raises(RulesError, match=r"policy\.yaml") as refused:
        policy.load_file(file)
    assert said in str(refused.value)


@pytest.fixture
def write(tmp_path: Path, settings: object) -> Callable[[str], None]:
    from dataclasses import replace

    from django.conf import settings as django

    settings.CONFIG = replace(django.CONFIG, home=tmp_path)  # type: ignore[attr-defined]
    written = iter(range(1, 100))

    def put(text: str) -> None:
        (tmp_path / "policy.yaml").write_text(text)
        os.utime(tmp_path / "policy.yaml", (next(written),) * 2)

    return put


def test_a_changed_file_is_read_again_and_a_slip_leaves_things_as_they_were(
    write: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    day = date(2026, 3, 1)
    assert policies(day)["asof.days_back"].value == 4
    write(FILE)
    assert policies(day)["asof.days_back"].value == 2
    write(FILE.replace("values", "valeus"))
    assert policies(day)["asof.days_back"].value == 2
    assert "valeus" in caplog.text
    write(FILE.replace(": 2,", ": 3,"))
    assert policies(day)["asof.days_back"].value == 3


def test_a_first_file_with_faults_is_refused(write: Callable[[str], None]) -> None:
    write("name: ours\n")
    with pytest.raises(RulesError, match="reference"):
        policies(date(2026, 3, 1))


def test_whole_numbers_may_be_written_with_decimals_and_nothing_else_is_one(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(FILE.replace(": 2,", ": 2.0,") + "  plausibility.posts_percent: 12.5\n")
    laid = policy.at(date(2026, 3, 1), [policy.load_file(file)])
    assert laid["asof.days_back"].whole == 2
    assert laid["plausibility.posts_percent"].hundredths == 1_250
    with pytest.raises(RulesError, match=r"12\.5, which is no whole number"):
        _ = laid["plausibility.posts_percent"].whole
