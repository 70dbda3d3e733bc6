"""What one input would change: every case that differs from a case in one input, and in its tier."""

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from wmt.tiering import rulebook
from wmt.tiering.case_fields import read_cases
from wmt.tiering.case_kinds import naming_book
from wmt.tiering.explain import explained

#: A change: the input by its name, what it would be in words, and the case with it.
Variant = tuple[str, str, dict[str, Any]]
_RISKS = ("very high", "high", "medium", "low", "none")
_YES_NO = {True: "yes", False: "no"}
_MARKS = {
    "iom": "IOM", "supervision_suspended": "Active supervision suspended", "lifer": "Lifer or IPP",
    "domestic_abuse": "Domestic abuse", "stalking": "Stalking", "child_protection": "Child protection",
    "sexual_offence_ever": "Sexual offence at any time", "has_active_event": "Active event",
    "mandate_for_change": "Mandate for change", "earlier_breach_or_recall": "Earlier breach or recall",
}  # fmt: skip
_BY_SCHEME = {
    True: ("iom", "supervision_suspended", "mandate_for_change"),
    False: (
        "lifer",
        "domestic_abuse",
        "stalking",
        "child_protection",
        "sexual_offence_ever",
        "has_active_event",
    ),
}


def what_if(case: Mapping[str, Any], scheme: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A case explained, and each change of one input that gives another tier: {input, becomes, tier, …}.

    `case` is as JSON has it (`as_of` as 2026-11-30), in the short fields alone (no registrations or
    convictions), with at most one assessment. Raises TieringError where it has faults.
    """
    of = list(_v2(case) if scheme == rulebook.V2 else _ag(case))
    reading = read_cases([dict(case), *(changed for _, _, changed in of)])
    if reading.faults:
        raise rulebook.TieringError("\n".join(reading.faults))
    now, *others = explained(reading.tables, scheme)
    found = [
        {"input": name, "becomes": words, "tier": other["tier"], "provisional": other["provisional"]}
        for (name, words, _), other in zip(of, others, strict=True)
        if (other["tier"], other["provisional"]) != (now["tier"], now["provisional"])
    ]
    return now, found


def _changed(case: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    return {**case, **fields}


def _book_of(case: Mapping[str, Any]) -> rulebook.Rulebook:
    return rulebook.rulebook_of(date.fromisoformat(case["as_of"]))


def _bands(leasts: list[Decimal]) -> Iterator[tuple[Decimal, str]]:
    """The lowest score of each band, from low to high, and the band in words."""
    for n, least in enumerate(leasts):
        above = leasts[n + 1] if n + 1 < len(leasts) else None
        if above is None:
            yield least, f"{least} or more"
        else:
            yield least, f"{least} to under {above}" if n else f"under {above}"


def _common(case: Mapping[str, Any], *, is_v2: bool) -> Iterator[Variant]:
    for risk in _RISKS:
        if risk != (case.get("rosh") or "none"):
            yield "RoSH", risk, _changed(case, rosh=risk)
    for name in _BY_SCHEME[is_v2]:
        # an active event that was not given counts as one, everything else as not there
        now = case.get(name) if case.get(name) is not None else name == "has_active_event"
        yield _MARKS[name], _YES_NO[not now], _changed(case, **{name: not now})


def _v2(case: Mapping[str, Any]) -> Iterator[Variant]:
    book = _book_of(case)
    least = [book.number(f"v2.rsr.{band}.least") for band in book.names("v2.rsr")]
    for each, words in _bands(sorted(least)):
        yield "RSR", words, _changed(case, rsr=each)
    yield from _common(case, is_v2=True)
    for level in range(4):
        if str(level or "none") != str(case.get("mappa_level") or "none"):
            yield "MAPPA level", str(level or "none"), _changed(case, mappa_level=level)
    factors = list(case.get("complexity_factors") or ())
    more = [code for code in book.factors if code not in factors]
    if more:
        yield "Complexity factors", "one more", _changed(case, complexity_factors=[*factors, more[0]])
    if factors:
        yield "Complexity factors", "one fewer", _changed(case, complexity_factors=factors[1:])
    if str(case.get("gender") or "").lower() == "female":
        breached = not case.get("earlier_breach_or_recall")
        yield (
            _MARKS["earlier_breach_or_recall"],
            _YES_NO[breached],
            _changed(case, earlier_breach_or_recall=breached),
        )
    for tens in range(0, 100, 10):
        if tens // 10 != (case.get("ogrs") or 0) // 10:
            yield "OGRS", f"{tens} to {tens + 9}", _changed(case, ogrs=tens)
    yield from _assessment(case)


def _assessment(case: Mapping[str, Any]) -> Iterator[Variant]:
    assessment = case.get("assessment")
    if not assessment:
        return
    yield "Usable assessment", "none", _changed(case, assessment=None)
    if str(case.get("gender") or "").lower() == "female":
        caring = not assessment.get("caring_responsibilities")
        yield (
            "Caring responsibilities",
            _YES_NO[caring],
            _changed(case, assessment={**assessment, "caring_responsibilities": caring}),
        )
        problem = "none" if "some" in (assessment.get("impulsivity"), assessment.get("temper")) else "some"
        changed = {**assessment, "impulsivity": problem, "temper": "none"}
        yield "Impulsivity or temper", problem, _changed(case, assessment=changed)
    needs = assessment.get("needs") or {}
    for section in naming_book().sections:
        for severity in naming_book().names("severity"):
            if severity != needs.get(section.key, "none"):
                changed = {**assessment, "needs": {**needs, section.key: severity}}
                yield section.name, severity, _changed(case, assessment=changed)


def _ag(case: Mapping[str, Any]) -> Iterator[Variant]:
    yield from _common(case, is_v2=False)
    has_category = str(case.get("mappa_category") or "none") != "none"
    yield (
        "MAPPA category",
        "none" if has_category else "yes",
        _changed(case, mappa_category=0 if has_category else 1),
    )
    scores = case.get("predictors") or {}
    book = _book_of(case)
    rows = [book.number(f"ag.reoffending.{row}.csrp_least") for row in book.names("ag.reoffending")]
    columns = [Decimal(word) for word in book.words("ag.arp_least")]
    for name, leasts in (("arp", columns), ("csrp", rows)):
        for least, words in _bands(sorted(leasts)):
            changed = {**scores, name: {**(scores.get(name) or {}), "score": least}}
            yield name.upper(), words, _changed(case, predictors=changed)
        for kind in ("static", "dynamic"):
            if (scores.get(name) or {}).get("type") != kind and scores.get(name):
                yield (
                    f"{name.upper()} type",
                    kind,
                    _changed(case, predictors={**scores, name: {**scores[name], "type": kind}}),
                )
