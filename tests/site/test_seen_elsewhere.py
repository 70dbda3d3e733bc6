"""The list of tests that the pass on PostgreSQL leaves to the soak names tests that there are."""

from pathlib import Path

from conftest import SEEN_ELSEWHERE

ROOT = Path(__file__).parents[2]


def test_every_test_of_the_list_is_there() -> None:
    listed = SEEN_ELSEWHERE.read_text("utf-8").splitlines()
    assert listed == sorted(set(listed))
    for name in listed:
        file, _, test = name.partition("::")
        assert f"\ndef {test.partition('[')[0]}(" in (ROOT / file).read_text("utf-8"), name
