"""Tables that ask for tiers: a row is a case in a few words, and what is worked out for it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from spec.reading import WORDS, SpecError, day
from wmt.tiering.case_fields import read_cases
from wmt.tiering.explain import explained

_USUAL_DAY = date(2026, 11, 30)
_FACTORS = ("RMDO", "ALSH", "RVLN", "RCCO", "RCPR", "RCHD", "RPIR", "RVAD", "STRG", "RTAO")
_POINTS = {"ADDITIONAL_FACTORS_FOR_WOMEN": "women's points"}
Row = Mapping[str, str]


#: Columns that say what a case is.
_GIVEN = {
    "as of", "registrations", "factors", "gender", "RSR", "OGRS", "convictions", "assessment", "needs",
    "caring", "impulsivity", "temper", "breach", "active event", "released", "sexual offence", "ARP", "CSRP",
    "DC-SRP", "set",
}  # fmt: skip


def v2(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Letter, number and tier of each row, with points."""
    found = [
        {
            "letter": case["letter"] or "none",
            "number": str(case["number"]),
            "tier": case["tier"] or "none",
            "letter points": str(case["letter_points"]),
            "number points": str(case["number_points"]),
            **{_POINTS.get(name, f"{name.lower()} points"): str(of) for name, of in case["points"].items()},
        }
        for case in _explained(rows, "v2")
    ]
    return _checked(rows, found)


def a_g(rows: Sequence[Row]) -> list[dict[str, str]]:
    """Tier of each row, the letter of each step and whether it is provisional."""
    found = [
        {
            "tier": case["tier"] or "none: wrong data",
            "provisional": "yes" if case["provisional"] else "no",
            **{name.lower(): letter or "–" for name, letter in case["letters"].items()},
        }
        for case in _explained(rows, "a-g")
    ]
    return _checked(rows, found)


def _checked(rows: Sequence[Row], found: list[dict[str, str]]) -> list[dict[str, str]]:
    """The same, if every column of the table is given, for the reader or answered in some row."""
    known = {*_GIVEN, *WORDS, *(name for answer in found for name in answer)}
    if strange := set(rows[0]) - known:
        raise SpecError(f"nothing is done with the columns {sorted(strange)}")
    return found


def _explained(rows: Sequence[Row], scheme: str) -> list[dict[str, Any]]:
    read = read_cases([_case(row) for row in rows])
    if read.faults:
        raise SpecError("; ".join(read.faults))
    return explained(read.tables, scheme)


def _case(row: Row) -> dict[str, Any]:
    """A row as a case of JSON. An empty input, '–', is one that is not given."""
    said = {name: text for name, text in row.items() if text not in ("–", "")}
    as_of = day(said["as of"]) if "as of" in said else _USUAL_DAY
    case: dict[str, Any] = {"as_of": as_of.isoformat(), "registrations": _registrations(said, as_of)}
    for name, of in (
        ("gender", "gender"),
        ("active event", "has_active_event"),
        ("sexual offence", "sexual_offence_ever"),
    ):
        if name in said:
            case[of] = said[name]
    for name in ("RSR", "OGRS"):
        if name in said:
            case[name.lower()] = int(said[name]) if name == "OGRS" else Decimal(said[name])
    case["convictions"] = [_conviction(each, as_of) for each in _parts(said, "convictions")]
    if "assessment" in said or "needs" in said:
        case["assessment"] = _assessment(said, as_of)
    if "breach" in said:
        outcome, ago = said["breach"].split(" ", 1)
        case["enforcement"] = [{"outcome": outcome, "date": _ago(ago, as_of)}]
    if "released" in said:
        case["latest_release_date"] = _ago(said["released"], as_of)
    if set(said) & {"ARP", "CSRP", "DC-SRP"}:
        case["predictors"] = _predictors(said)
    return case


def _parts(said: Row, name: str) -> list[str]:
    return [each.strip() for each in said.get(name, "none").split(";") if each.strip() != "none"]


def _ago(text: str, as_of: date) -> str:
    """'today', '385 days ago', '1 day ahead', or a day."""
    words = text.split()
    if text == "today":
        return as_of.isoformat()
    if words[-1] in ("ago", "ahead"):
        days = timedelta(days=int(words[0]))
        return (as_of - days if words[-1] == "ago" else as_of + days).isoformat()
    return day(text).isoformat()


def _registrations(said: Row, as_of: date) -> list[dict[str, Any]]:
    """'RMRH; MAPP level M1 category M2 from 10 days ago; RHRH ended today'; factors by their number."""
    found = [{"code": code} for code in _FACTORS[: int(said.get("factors", "0"))]]
    for text in _parts(said, "registrations"):
        words = text.split()
        row: dict[str, Any] = {"code": words[0]}
        for name in ("level", "category"):
            if name in words:
                row[name] = words[words.index(name) + 1]
        for name, of in (("from", "date"), ("ended", "end_date")):
            if name in words:
                rest = " ".join(words[words.index(name) + 1 :])
                row[of] = _ago(rest.split(" ended")[0], as_of)
        found.append(row | ({"deleted": True} if "deleted" in words else {}))
    return found


def _conviction(text: str, as_of: date) -> dict[str, Any]:
    """'NC', 'SP ended today', 'SP with F, W restrictive, F deleted'."""
    head, _, requirements = text.partition(" with ")
    sentence, _, ended = head.partition(" ended ")
    return {
        "sentence_type": sentence,
        "termination_date": _ago(ended, as_of) if ended else None,
        "requirements": [
            {
                "main_category": each.split()[0],
                "restrictive": "restrictive" in each,
                "deleted": "deleted" in each,
            }
            for each in requirements.split(", ")
            if each
        ],
    }


def _assessment(said: Row, as_of: date) -> dict[str, Any]:
    """'10 days ago', 'today OPEN', 'today LAYER1', 'today SAN'; needs 'severe drugs; score 7 alcohol'."""
    words = said.get("assessment", "today").split()
    plain = [each for each in words if not each[-1].isupper() and each != "LAYER1"]
    found: dict[str, Any] = {
        "date": _ago(" ".join(plain), as_of),
        "status": next((each for each in words if each.isupper() and each != "SAN"), "COMPLETE"),
        "layer": "LAYER1" if "LAYER1" in words else "LAYER3",
        "san": "SAN" in words,
        "needs": {},
    }
    for text in _parts(said, "needs"):
        *need, section = text.split()
        if need[0] == "score":
            found["needs"][section] = {"score": int(need[1])}
        elif need[0] == "answers":
            found["needs"][section] = {"answers": [each.strip(",") for each in need[1:]]}
        else:
            found["needs"][section] = need[0]
    for name, of in (
        ("caring", "caring_responsibilities"),
        ("impulsivity", "impulsivity"),
        ("temper", "temper"),
    ):
        if name in said:
            found[of] = said[name]
    return found


def _predictors(said: Row) -> dict[str, Any]:
    """'50 static', '3.36 medium'."""
    found: dict[str, Any] = {"standalone": said.get("set") == "standalone"}
    for name, of, part in (("ARP", "arp", "type"), ("CSRP", "csrp", "type"), ("DC-SRP", "dc_srp", "band")):
        if name in said:
            score, _, word = said[name].partition(" ")
            found[of] = {"score": Decimal(score), part: word or None}
    return found
