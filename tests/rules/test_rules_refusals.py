"""Everything the loader refuses, a file for each; its first line says what must be said about it."""

from datetime import date
from pathlib import Path

import pytest

from wmt import rules
from wmt.rules import Overlay, RuleFault, RulesError

REFUSED = Path(__file__).parent / "refused"
ENTRY = """
- parameter: {path}
  description: A test.
  unit: points
  source: a test
  status: default
  values: {{2023-01-06: {value}}}
"""


def files(kind: str) -> list[Path]:
    return sorted((REFUSED / kind).glob("*.yaml"))


def expected(file: Path) -> str:
    first = file.read_text(encoding="utf-8").splitlines()[0]
    return first.removeprefix("# refused: ")


@pytest.mark.parametrize("file", files("tree"), ids=lambda file: file.stem)
def test_refused_in_a_tree(file) -> None:
    faults = rules.validate(file)
    said = [str(fault) for fault in faults]
    assert len(said) == 1, said
    assert said[0].startswith(f"{file.name}: ")
    assert expected(file) in said[0]


@pytest.mark.parametrize("file", files("overlay"), ids=lambda file: file.stem)
def test_refused_in_an_overlay(file) -> None:
    with pytest.raises(RulesError) as raised:
        rules.load_overlay(file, rules.load())
    said = [str(fault) for fault in raised.value.faults]
    assert said == [str(fault) for fault in rules.validate(file)]
    assert len(said) == 1, said
    assert said[0].startswith(f"{file.name}: ")
    assert expected(file) in said[0]
    assert str(raised.value) == said[0]


def test_there_are_files_of_both_kinds() -> None:
    assert len(files("tree")) > 50
    assert len(files("overlay")) > 15


def test_an_overlay_is_checked_when_it_is_laid() -> None:
    overlay = rules.load_overlay(REFUSED / "overlay" / "unknown-path.yaml")
    with pytest.raises(RulesError, match=r"^unknown-path\.yaml: tier_points\.pc16\.comunity\.C2: no such"):
        rules.load().at(date(2026, 1, 1), [overlay])


def test_a_list_is_no_overlay(tmp_path) -> None:
    (tmp_path / "list.yaml").write_text("- name: a")
    with pytest.raises(RulesError, match=r"^list\.yaml: should be a mapping with name"):
        rules.load_overlay(tmp_path / "list.yaml")


def test_an_overlay_without_a_file_is_called_by_its_name() -> None:
    overlay = Overlay("what-if", "a test", (("nat_percent", date(2026, 1, 1), "many"),))
    with pytest.raises(RulesError, match=r"^what-if: nat_percent: 'many' is not a number of percent"):
        rules.load().at(date(2026, 1, 1), [overlay])


def test_an_optional_value_may_be_laid_empty() -> None:
    path = "reduction_reasons.15.months_to_expiry"
    laid = rules.load().at(date(2026, 1, 1), [Overlay("what-if", "a test", ((path, rules.ALWAYS, None),))])
    assert laid[path].value is None


def test_every_fault_of_a_folder_is_told_at_once(tmp_path) -> None:
    (tmp_path / "a.yaml").write_text(ENTRY.format(path="a", value=-1) + ENTRY.format(path="b", value="many"))
    (tmp_path / "b.yaml").write_text(ENTRY.format(path="c", value="{}") + ENTRY.format(path="d", value=5))
    (tmp_path / "c.yaml").write_text("- group: [")
    (tmp_path / "not-ours.txt").write_text("a note")
    faults = rules.validate(tmp_path)
    assert [(fault.file, fault.key) for fault in faults] == [
        ("a.yaml", "a at 2023-01-06"),
        ("a.yaml", "b at 2023-01-06"),
        ("b.yaml", "c at 2023-01-06 > value"),
        ("c.yaml", ""),
    ]
    with pytest.raises(RulesError) as raised:
        rules.load(tmp_path)
    assert raised.value.faults == tuple(faults)
    assert str(raised.value).splitlines() == [str(fault) for fault in faults]


def test_one_path_in_two_files(tmp_path) -> None:
    (tmp_path / "a.yaml").write_text(ENTRY.format(path="a", value=1))
    (tmp_path / "b.yaml").write_text(ENTRY.format(path="a", value=2))
    assert rules.validate(tmp_path) == [RuleFault("b.yaml", "a", "is also in a.yaml; keep one of the two")]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda folder: folder / "nowhere", "is no folder; name the folder that holds the YAML files"),
        (lambda folder: folder, "holds no .yaml files; name the folder that holds them"),
    ],
)
def test_folders_that_hold_no_tree(tmp_path, make, message) -> None:
    with pytest.raises(RulesError) as raised:
        rules.load(make(tmp_path))
    assert raised.value.faults == (RuleFault(str(make(tmp_path)), "", message),)


def test_files_that_cannot_be_read(tmp_path) -> None:
    bad = tmp_path / "latin.yaml"
    bad.write_bytes("name: Café".encode("latin-1"))
    assert rules.validate(bad) == [RuleFault("latin.yaml", "", "is not UTF-8 text; save it as UTF-8")]
    (nowhere,) = rules.validate(tmp_path / "nowhere.yaml")
    assert "cannot be opened (No such file or directory); check name and rights" in str(nowhere)
    with pytest.raises(RulesError, match="cannot be opened"):
        rules.load_overlay(tmp_path / "nowhere.yaml")


def test_a_file_nested_beyond_reason(tmp_path) -> None:
    deep = tmp_path / "deep.yaml"
    deep.write_text("- " * 100_000 + "a")
    assert rules.validate(deep) == [
        RuleFault("deep.yaml", "", "is nested too deeply to be rules; write it flat")
    ]


def test_a_folder_of_ones_own(tmp_path) -> None:
    (tmp_path / "a.yaml").write_text(ENTRY.format(path="a.b", value="7.50"))
    assert rules.validate(tmp_path) == []
    assert rules.load(tmp_path).at(date(2023, 1, 6))["a.b"].hundredths == 750
    overlay = tmp_path / "mine.txt"
    overlay.write_text("name: mine\nreference: a test\nvalues: {a.b: 8}")
    assert rules.validate(overlay, rules.load(tmp_path)) == []
    assert [fault.key for fault in rules.validate(overlay)] == ["a.b"]
    assert rules.load_overlay(overlay, rules.load(tmp_path)).paths == ("a.b",)


def test_the_packaged_tree_is_without_faults() -> None:
    folder = Path(rules.__file__).parent / "hmpps"
    assert rules.validate(folder) == []
    assert rules.load(folder).paths == rules.load().paths
