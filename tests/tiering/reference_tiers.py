"""Tiers of one case in plain Python, from the text of the rules: shares no code with `wmt.tiering`.

A case is as JSON has it, with dates as `date` and scores as Decimal. Only rules of August 2026 and later.
"""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

Case = dict[str, Any]
FACTORS = {"RMDO", "ALSH", "RVLN", "RCCO", "RCPR", "RCHD", "RPIR", "RVAD", "STRG", "RTAO"}
RISKS = {"RVHR": "very high", "RHRH": "high", "RMRH": "medium", "RLRH": "low"}
RISK_ORDER = ["low", "medium", "high", "very high"]
#: weight, standard from, severe from, SAN standard from, SAN severe from
NEEDS = {
    "accommodation": (1, 2, 7, 3, 5),
    "education": (1, 3, 7, 3, 7),
    "relationships": (1, 2, 5, 2, 5),
    "lifestyle": (1, 2, 5, 2, 5),
    "drugs": (1, 2, 8, 2, 6),
    "alcohol": (1, 4, 7, 2, 4),
    "thinking": (2, 4, 7, 3, 5),
    "attitudes": (2, 2, 7, 1, 5),
}
BREACHES = {
    "BRE01",
    "BRE02",
    "BRE03",
    "BRE04",
    "BRE05",
    "BRE06",
    "BRE07",
    "BRE08",
    "BRE10",
    "BRE13",
    "BRE14",
    "BRE16",
    "REC01",
    "REC02",
}
WORTH = {"none": 0, "some": 1, "significant": 2, "yes": 2, "no": 0, "never": 0, "previous": 1, "currently": 2}
LONG_AGO = date(1800, 1, 1)
LETTERS = "GFEDCBA"


def current(case: Case) -> list[Case]:
    """The registrations that count as of the day."""
    day = case["as_of"]
    return [
        each
        for each in case["registrations"]
        if not each.get("deleted")
        and (each.get("date") or LONG_AGO) <= day
        and (each.get("end_date") is None or each["end_date"] > day)
        and each["code"].upper() != "HREG"
    ]


def rosh(case: Case) -> str | None:
    found = [
        (each.get("date") or LONG_AGO, RISK_ORDER.index(RISKS[each["code"].upper()]))
        for each in current(case)
        if each["code"].upper() in RISKS
    ]
    return RISK_ORDER[max(found)[1]] if found else None


def mappa_level(case: Case) -> int:
    found = [
        (each.get("date") or LONG_AGO, int(each["level"][1]))
        for each in current(case)
        if each["code"].upper() == "MAPP" and (each.get("level") or "").upper() in ("M1", "M2", "M3")
    ]
    return max(found)[1] if found else 0


def has_category(case: Case) -> bool:
    entries = [
        (each.get("date") or LONG_AGO, (each.get("category") or "") in ("M1", "M2", "M3", "M4"))
        for each in current(case)
        if each["code"].upper() == "MAPP"
    ]
    return bool(entries) and max(entries)[1]


def has(case: Case, *codes: str) -> bool:
    return any(each["code"].upper() in codes for each in current(case))


def protect_points(case: Case) -> int:
    rsr = case.get("rsr")
    rsr_points = 0
    if rsr is not None and rsr <= Decimal("99.99"):
        rsr_points = 20 if rsr >= 7 else 10 if rsr >= 3 else 0
    rosh_points = {"very high": 150, "high": 20, "medium": 10}.get(rosh(case) or "", 0)
    mappa = {1: 5, 2: 150, 3: 150}.get(mappa_level(case), 0)
    factors = 2 * len({each["code"].upper() for each in current(case)} & FACTORS)
    return max(rsr_points, rosh_points) + mappa + factors + women_points(case)


def women_points(case: Case) -> int:
    if (case.get("gender") or "").lower() != "female":
        return 0
    used = usable(case)
    points = 0
    if used and used.get("caring_responsibilities"):
        points += 2
    if used and (
        "some" in (used.get("impulsivity"), used.get("temper"))
        or "significant" in (used.get("impulsivity"), used.get("temper"))
    ):
        points += 2
    day = case["as_of"]
    breached = any(
        each["outcome"] in BREACHES and day - timedelta(days=365) <= each["date"] <= day
        for each in case.get("enforcement") or ()
    )
    return points + (2 if breached else 0)


def usable(case: Case) -> Case | None:
    day = case["as_of"]
    found = [
        each
        for each in case.get("assessment") or ()
        if each["layer"] == "LAYER3"
        and each["status"] in ("COMPLETE", "LOCKED_INCOMPLETE")
        and timedelta(0) <= day - each["date"] <= timedelta(weeks=55)
    ]
    return max(found, key=lambda each: each["date"]) if found else None


def mandate(case: Case) -> bool:
    for conviction in case["convictions"]:
        ended = conviction.get("termination_date")
        if ended is not None and ended <= case["as_of"]:
            continue
        if conviction.get("sentence_type") in ("NC", "SC"):
            return True
        for requirement in conviction.get("requirements") or ():
            if requirement.get("deleted") or requirement.get("restrictive"):
                continue
            if requirement["main_category"] not in ("W", "W1"):
                return True
    return False


def need_points(assessment: Case) -> int:
    total = 0
    for name, need in assessment["needs"].items():
        weight, standard, severe, san_standard, san_severe = NEEDS[name]
        if "severity" in need:
            severity = ["none", "standard", "severe"].index(need["severity"])
        else:
            score = need["score"] if "score" in need else sum(WORTH.get(each, 0) for each in need["answers"])
            if assessment.get("san"):
                standard, severe = san_standard, san_severe
            severity = 2 if score >= severe else 1 if score >= standard else 0
        total += weight * severity
    return total


def v2(case: Case) -> tuple[str, int, int]:
    """The tier, the points of its letter and those of its number."""
    points = protect_points(case)
    letter = "A" if points >= 150 else "B" if points >= 20 else "C" if points >= 10 else "D"
    suffix = "S" if has(case, "PRC") else ""
    used = usable(case)
    if not mandate(case):
        return f"{letter}0{suffix}", points, 0
    if used is None:
        return f"{letter}2{suffix}", points, 0
    change = need_points(used) + (case.get("ogrs") or 0) // 10 + (2 if has(case, "IIOM") else 0)
    number = 3 if change >= 20 else 2 if change >= 10 else 1
    return f"{letter}{number}{suffix}", points, change


GRID = [
    (Decimal("6.9"), "AABBBB"),
    (Decimal("3.0"), "ABCCCC"),
    (Decimal("1.0"), "BCDEEE"),
    (Decimal("0.5"), "CDEEFF"),
    (Decimal("0"), "DDEFFG"),
]
ARP = [90, 75, 50, 25, 15, 0]


def grid_row(csrp: Decimal) -> str:
    return next(row for least, row in GRID if csrp >= least)


def grid_column(arp: Decimal) -> int:
    return next(n for n, least in enumerate(ARP) if arp >= least)


def dc_srp_letter(score: Decimal | None, band: str | None) -> str:
    """The letter, empty for none; 'bad' where the data cannot be."""
    if score is None or band is None or score <= 0 or band == "not applicable":
        return ""
    if band == "medium":
        for least, letter in (
            (Decimal("3.36"), "C"),
            (Decimal("2.11"), "D"),
            (Decimal("1.12"), "C"),
            (Decimal("0.60"), "D"),
        ):
            if score >= least:
                return letter
        return "bad"
    return {"very high": "A", "high": "B", "low": "E"}[band]


def years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def lifer_letter(case: Case) -> str:
    released = case.get("latest_release_date")
    if not has(case, "INLL") or released is None:
        return ""
    if released >= years_before(case["as_of"], 1):
        return "B"
    return "D" if released >= years_before(case["as_of"], 5) else "E"


def mappa_rosh_letter(case: Case) -> str:
    risk = rosh(case)
    if has_category(case):
        return {"very high": "A", "high": "C", "medium": "D", "low": "E", None: "E"}[risk]
    return {"very high": "C", "high": "D"}.get(risk or "", "")


def highest(letters: list[str]) -> str:
    return max([*letters, "G"], key=lambda letter: LETTERS.find(letter) if letter else -1)


def ag(case: Case) -> tuple[str | None, bool]:
    """The tier (None where the data is wrong) and whether it is provisional."""
    if case.get("has_active_event") is False:
        return "NOT_SUPERVISED", False
    scores = case["predictors"]
    arp, csrp = scores.get("arp"), scores.get("csrp")
    if arp is None or csrp is None:
        return "MISSING", False
    reoffending = grid_row(csrp)[grid_column(arp)]
    sexual = dc_srp_letter(scores.get("dc_srp"), scores.get("dc_srp_band"))
    if sexual == "bad":
        return None, False
    rest = [
        sexual,
        lifer_letter(case),
        "E" if has(case, "ADVP", "REG30") else "",
        "F" if has(case, "SPO") else "",
        "F" if has(case, "RCPR") else "",
        "E" if case.get("sexual_offence_ever") else "",
    ]
    mappa_rosh = mappa_rosh_letter(case)
    letter = highest([reoffending, mappa_rosh, *rest])
    return letter, static_provisional(scores, highest([mappa_rosh, *rest])) or rosh_provisional(
        case, reoffending, rest
    )


def static_provisional(scores: Case, other: str) -> bool:
    kinds = scores.get("arp_type"), scores.get("csrp_type")
    if kinds == ("static", "static"):
        least = "A"
    elif kinds == ("static", "dynamic"):
        least = dict(zip([each for each, _ in GRID], "AABCD", strict=True))[
            next(each for each, _ in GRID if scores["csrp"] >= each)
        ]
    elif kinds == ("dynamic", "static"):
        least = "A" if scores["arp"] >= 75 else "B"
    else:
        return False
    return LETTERS.index(other) < LETTERS.index(least)


def rosh_provisional(case: Case, reoffending: str, rest: list[str]) -> bool:
    if rosh(case) is not None:
        return False
    scores = case["predictors"]
    both = scores.get("arp_type") == scores.get("csrp_type") == "dynamic"
    known = highest([*rest, *([reoffending] if both else [])])
    return known != "A" if has_category(case) else LETTERS.index(known) < LETTERS.index("C")
