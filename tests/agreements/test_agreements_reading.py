"""Files of agreements: the shortest that is one, and what is wrong with others, with place and remedy."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from wmt.agreements import collected, reading
from wmt.agreements.expressions import ExpressionError
from wmt.agreements.pack import PackDuty

SHORT = """
name: Fifty cases
clause: Nobody holds more than 50 cases.
source: Staff meeting of 4 March
binds: true
measures: {cases: {name: Cases, value: cases, unit: cases, states: [{state: green}, {state: red, over: 50}]}}
"""


def measure(**changed: str) -> str:
    keys = {"name": "Caseload", "value": "cases", "unit": "cases", "states": "[{state: green}]"} | changed
    inside = ", ".join(f"{key}: {value}" for key, value in keys.items())
    return f"name: A\nclause: B\nsource: C\nbinds: true\nmeasures: {{cases: {{{inside}}}}}"


def test_five_lines_are_an_agreement() -> None:
    pack = reading.read_pack(SHORT, "fifty")
    assert (pack.key, pack.binds, pack.unstated) == ("fifty", True, ())
    assert [state.state for state in pack.measures["cases"].states] == ["green", "red"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[1, 2]", "a.yaml: should be a mapping with name"),
        ("name: [", "a.yaml: is not readable as YAML"),
        ("x" * 100_001, "has 100,001 characters"),
        ("key: b\nname: B", "a.yaml: key: is not written in the file"),
        ("name: B", "a.yaml: clause: is missing; add it"),
        (
            "name: B\nclause: B\nsource: C\nbinds: true",
            "a.yaml: says nothing: give measures, tasks, or blanks",
        ),
        ("name: B\nclause: B\nsource: C\nbinds: often\ntasks: [x]", "binds: should be true or false"),
        ("name: B\nclause: B\nsource: C\nbinds: true\ntasks: x", "tasks: should be a list"),
        ("name: B\nclause: ''\nsource: C\nbinds: true\ntasks: [x]", "clause: is empty; write something"),
        (
            "name: B\nclause: B\nsource: C\nbinds: true\ntasks: [x]\nlimit: 5",
            "limit: is not a key known here",
        ),
        ("name: B\nclause: B\nsource: C\nbinds: true\ntasks: [x]\nfrom: soon", "from: should be a date"),
        (
            "name: B\nclause: B\nsource: C\nbinds: true\ntasks: [x]\nfrom: 2026-02-01\nto: 2026-01-01",
            "ends before it begins",
        ),
        (
            "name: B\nclause: B\nsource: C\nbinds: true\ntasks: [x]\ncollects: {fte: Full time}",
            "collects 'fte'",
        ),
        (
            measure(value="caseload"),
            r"measure 'cases': there is no figure 'caseload'.*use one of capacity, points",
        ),
        (measure(value="case"), r"did you mean cases"),
        (measure(value="__import__('os')"), r"measures > cases > value: '__import__"),
        (measure(value="cases(kind=sdr)"), "'kind' cannot stand behind cases; only type, tier may"),
        (measure(value="fte(tier=A)"), "'tier' cannot stand behind fte; nothing may"),
        (measure(value="cases(type=prison)"), "'prison' is no type; use one of community, custody, licence"),
        (measure(value="true"), "value: should be text"),
        (measure(states="[]"), "states: is empty; add at least one"),
        (measure(states="[{state: a}, {state: b}]"), "only the first state may be without a comparison"),
        (measure(states="[{state: a}, {state: a, over: 1}]"), "has the state 'a' twice"),
        (measure(states="[{state: a, over: 1, from: 2}]"), "states > 1: has over and from; a state has one"),
        (
            measure(states="[{state: a}, {state: b, over: many}]"),
            "states > 2 > over: should be a number up to 1,000,000, 'not stated'",
        ),
        (
            measure(states="[{state: a, over: rule(thresholds.nought.percent)}]"),
            "cases > a: .*thresholds.nought",
        ),
        (
            measure(states="[{state: a, over: rule(thresholds.over_today.meaning)}]"),
            "the rule thresholds.over_today.meaning is no number",
        ),
        (measure(states="[{state: a, over: 1000001}]"), "over: should be a number up to"),
        (measure(states="[{state: a, over: true}]"), "over: should be a number up to"),
        (
            measure(states="[{state: a, duties: [{text: b, within: 1.5}]}]"),
            "within: should be a whole number",
        ),
        (
            measure(states="[{state: a, duties: [{text: b, within: 731}]}]"),
            "within: cannot be read: input should",
        ),
        (measure(covers="{level: office}"), "covers > level: should be 'post', 'team'"),
        (measure(covers="{level: team, grades: [PO]}"), "grades can only be named where level is post"),
        (measure(**{"from": "2026-02-01", "to": "2026-01-01"}), "cases: ends before it begins"),
    ],
)
def test_what_is_wrong_is_named_with_its_place_and_the_remedy(text: str, message: str) -> None:
    with pytest.raises(reading.PackError, match=f"(?s){message}"):
        reading.read_pack(text, "a")


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(reading.PackError) as refused:
        reading.read_pack("name: 5\nbinds: x\ntasks: [y]", "a")
    assert len(str(refused.value).splitlines()) == 4  # name, binds, and two that are missing


def test_a_value_may_be_a_bare_number() -> None:
    assert reading.read_pack(measure(value="5"), "a").measures["cases"].value == "5"


def test_a_file_has_the_key_of_its_name(tmp_path: Path) -> None:
    file = tmp_path / "fifty.yaml"
    file.write_text(SHORT, encoding="utf-8")
    assert reading.load_pack(file).key == "fifty"
    with pytest.raises(reading.PackError, match="cannot be read as an agreement"):
        reading.load_pack(tmp_path / "none.yaml")
    file.rename(tmp_path / "Fifty cases.yaml")
    with pytest.raises(reading.PackError, match="key: 'Fifty cases' should begin with a small letter"):
        reading.load_pack(tmp_path / "Fifty cases.yaml")


def test_levels_are_chosen_where_none_is_stated_and_nowhere_else() -> None:
    pack = reading.find("devon-and-cornwall")
    chosen = pack.with_levels({"person.red letter": Decimal(130)})
    assert chosen.unstated == ()
    assert pack.unstated == ("person.red letter",)
    with pytest.raises(ExpressionError, match=r"'person.no letter' is not a level .*: person.red letter"):
        pack.with_levels({"person.no letter": Decimal(130)})
    with pytest.raises(ExpressionError, match="those are: none"):
        chosen.with_levels({"person.red letter": Decimal(140)})


@pytest.mark.parametrize(
    ("duty", "clock"),
    [
        (PackDuty(text="x"), "no time is stated"),
        (PackDuty(text="x", within=1), "within 1 calendar day"),
        (PackDuty(text="x", within=10, days="working days"), "within 10 working days"),
    ],
)
def test_a_clock_in_words(duty: PackDuty, clock: str) -> None:
    assert duty.clock == clock


def test_counted_figures_are_read_by_unit_and_name(tmp_path: Path) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(
        "\ufeffUnit,Figure,Value\nT1,hours,4\n\nT1,hours,6.5\nT1:A1,sessions,-3\n", encoding="utf-8"
    )
    found = collected.load_collected(file)
    assert found == {"T1": {"hours": [4, Fraction(13, 2)]}, "T1:A1": {"sessions": [-3]}}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "row 1: should have the columns unit, figure, value"),
        ("unit,value\n", "row 1: should have the columns unit, figure, value"),
        ("unit,figure,value\nT1,hours\nT1,,4", "row 2: should have a unit.*\n.*row 3: should have a unit"),
        ("unit,figure,value\nT1,hours,4h", "row 2, value: '4h' is no number"),
        ("unit,figure,value\n" + "x" * 150_000, "figures.csv: cannot be read as a table of figures: field"),
        ("unit,figure,value\nT\0,hours,4", "has a character that no text has"),
    ],
)
def test_a_table_of_counted_figures_that_is_wrong_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "figures.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(reading.PackError, match=message):
        collected.load_collected(file)


def test_a_table_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(reading.PackError, match="cannot be read as a table of figures"):
        collected.load_collected(tmp_path / "none.csv")
