"""Findings as plain data: what is not known is null beside its reason, and states are counted in order."""

from decimal import Decimal

from agreements.agreement_units import unit
from wmt.agreements import present, reading
from wmt.agreements.states import finding, findings


def test_a_finding_has_value_state_working_levels_and_duties() -> None:
    row = present.present_finding(
        finding(reading.find("area-b"), "reports", unit(reports={"sdr": 20, "fdr": 6}))
    )
    assert (row["value"], row["state"], row["not_known"]) == (Decimal("6.07"), "red", None)
    assert [each["value"] for each in row["working"]] == [26, 30]
    assert row["levels"][1] == {"state": "red", "begins": "6 or more", "met": True}
    assert row["duties"] == [
        {
            "kind": "request",
            "who": "the officer",
            "text": "You may ask for less work",
            "clock": "no time is stated",
        }
    ]


def test_what_is_not_known_is_null_beside_its_reason() -> None:
    row = present.present_finding(finding(reading.find("area-b"), "sessions", unit()))
    assert (row["value"], row["state"], row["duties"]) == (None, None, [])
    assert "nobody has given it" in row["not_known"]
    assert row["working"][0]["not_known"] == row["not_known"]
    spread = unit("team", grade=None, collected={"template_report_hours": [4, 6]})
    template = present.present_finding(finding(reading.find("hampshire"), "template", spread))
    assert template["interval"] == [Decimal("-7.71"), Decimal("17.71")]


def test_states_are_counted_in_their_order_and_blanks_last() -> None:
    units = [unit(capacity=share) for share in ("100", "130", "125")] + [unit()]
    pack = reading.find("north-yorkshire").with_levels(
        {"person.red": Decimal(110), "person.double red": Decimal(125)}
    )
    counted = present.counted_states(findings(pack, units))
    assert [(row["state"], row["units"]) for row in counted] == [
        ("not red", 1), ("red", 1), ("double red", 1), (None, 1),
    ]  # fmt: skip


def test_a_pack_says_what_it_leaves_open() -> None:
    row = present.present_pack(reading.find("devon-and-cornwall"))
    assert row["levels_not_stated"] == ["person.red letter"]
    assert row["not_stated"][0] == "The level from which a red letter is sent is not stated"
    assert row["tasks"] == []
