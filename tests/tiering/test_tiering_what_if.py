"""What one input would change: every row is another tier, and nothing that changes it is left out."""

from decimal import Decimal
from typing import Any

import pytest

from wmt.tiering.rulebook import TieringError
from wmt.tiering.what_if import what_if

BASE = {"as_of": "2026-11-30", "rosh": "medium", "mappa_level": 1, "mandate_for_change": True, "ogrs": 40}
WOMAN = BASE | {
    "gender": "Female",
    "complexity_factors": ["RMDO", "ALSH"],
    "assessment": {
        "date": "2026-11-30",
        "status": "COMPLETE",
        "layer": "LAYER3",
        "needs": {"drugs": "severe"},
    },
}


def changes(case: dict[str, Any], scheme: str) -> dict[tuple[str, str], tuple[str, bool]]:
    _, found = what_if(case, scheme)
    return {(each["input"], each["becomes"]): (each["tier"], each["provisional"]) for each in found}


def test_a_woman_of_19_points_with_an_assessment() -> None:
    now, _ = what_if(WOMAN, "v2")
    assert (now["tier"], now["letter_points"], now["number_points"]) == ("C1", 19, 6)
    found = {key: tier for key, (tier, _) in changes(WOMAN, "v2").items()}
    assert found == {
        ("RSR", "7 or more"): "B1",
        ("RoSH", "very high"): "A1",
        ("RoSH", "high"): "B1",
        ("RoSH", "low"): "D1",
        ("RoSH", "none"): "D1",
        ("Active supervision suspended", "yes"): "C1S",
        ("Mandate for change", "no"): "C0",
        ("MAPPA level", "2"): "A1",
        ("MAPPA level", "3"): "A1",
        ("Complexity factors", "one more"): "B1",
        ("Earlier breach or recall", "yes"): "B1",
        ("OGRS", "80 to 89"): "C2",
        ("OGRS", "90 to 99"): "C2",
        ("Usable assessment", "none"): "C2",
        ("Caring responsibilities", "yes"): "B1",
        ("Impulsivity or temper", "some"): "B1",
        ("Thinking and behaviour", "severe"): "C2",
        ("Attitudes", "severe"): "C2",
    }


def test_what_is_so_already_can_be_otherwise() -> None:
    assessment = WOMAN["assessment"] | {"impulsivity": "some", "caring_responsibilities": True}
    factors = ["RMDO", "ALSH", "RVLN", "RCCO", "RCPR", "RCHD", "RPIR", "RVAD", "STRG", "RTAO"]
    base = {
        "as_of": "2026-11-30",
        "gender": "female",
        "complexity_factors": factors[:8],
        "assessment": assessment,
    }
    found = changes(base, "v2")  # 16 + 4 = 20 points, a B
    assert found["Complexity factors", "one fewer"] == ("C0", False)
    assert found["Caring responsibilities", "no"] == ("C0", False)
    assert found["Impulsivity or temper", "none"] == ("C0", False)
    assert found["RoSH", "very high"] == ("A0", False)
    all_of_them = what_if(base | {"complexity_factors": factors}, "v2")[1]
    assert not any(each["becomes"] == "one more" for each in all_of_them)
    of_a_man = changes(WOMAN | {"gender": "Male"}, "v2")
    assert of_a_man["Attitudes", "severe"] == ("C2", False)
    assert not {name for name, _ in of_a_man} & {"Caring responsibilities", "Impulsivity or temper"}
    man = changes(BASE, "v2")
    assert not {name for name, _ in man} & {
        "Usable assessment",
        "Caring responsibilities",
        "Earlier breach or recall",
    }


def test_letters_and_provisional_marks() -> None:
    scores = {
        "arp": {"score": Decimal(30), "type": "static"},
        "csrp": {"score": Decimal(3), "type": "dynamic"},
    }
    case = {"as_of": "2026-11-30", "rosh": "medium", "mappa_category": 1, "predictors": scores}
    assert changes(case, "a-g") == {
        ("RoSH", "very high"): ("A", False),
        ("Active event", "no"): ("NOT_SUPERVISED", False),
        ("ARP", "75 to under 90"): ("B", True),
        ("ARP", "90 or more"): ("A", True),
        ("ARP type", "dynamic"): ("C", False),
        ("CSRP", "under 0.5"): ("D", False),
        ("CSRP", "0.5 to under 1.0"): ("D", True),
        ("CSRP", "1.0 to under 3.0"): ("D", True),
        ("CSRP", "6.9 or more"): ("B", True),
    }
    without = changes({"as_of": "2026-11-30", "rosh": "low"}, "a-g")
    assert without == {("Active event", "no"): ("NOT_SUPERVISED", False)}


def test_a_case_with_faults_is_refused() -> None:
    with pytest.raises(TieringError, match="case 1, rosh: should be one of very high"):
        what_if(BASE | {"rosh": "huge"}, "v2")
