"""The fields of a case in JSON: what each may be, by every name it goes by."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from wmt.tiering import json_fields as kinds
from wmt.tiering.json_fields import FieldReader, Kind, list_of, word, yes_no
from wmt.tiering.needs import ANSWERS
from wmt.tiering.rulebook import AG, Rulebook, first_day, rulebook_of

#: A score may be over what there is: the rules say what it is then worth.
_MOST_SCORE = 9_999
_BANDS = ("very high", "high", "medium", "low", "not applicable")
_PROBLEMS = {0: "none", 1: "some", 2: "significant", "no": "none", "yes": "significant", "missing": None}


def naming_book() -> Rulebook:
    """The rules by which need sections and factors are named: they have the same names on every day."""
    return rulebook_of(first_day(AG))


def _sections() -> dict[str, str]:
    """Need sections by every name they go by."""
    others = {
        "education": (
            "education_training_employability",
            "education_training_and_employability",
            "ete",
            "employment",
        ),
        "lifestyle": ("lifestyle_and_associates", "lifestyle_associates"),
        "drugs": ("drug_misuse", "drug"),
        "alcohol": ("alcohol_misuse",),
        "thinking": ("thinking_and_behaviour", "thinking_and_behavior", "thinking_behaviour"),
        "attitudes": ("attitude",),
    }
    return {name: s.key for s in naming_book().sections for name in (s.key, *others.get(s.key, ()))}


#: Sections of OASys that are not sent to tiering and have no weight.
_WITHOUT_WEIGHT = ("finance", "emotional_wellbeing", "emotional_well_being")
_NEED: dict[str, Kind] = {
    "severity": word("none", "standard", "severe", others={"no_need": "none"}),
    "score": kinds.number(0, 20, whole=True),
    "answers": Kind("list or object", lambda _reader, value, _place, _no: value),
}
_ANSWER = word(
    "none",
    "some",
    "significant",
    "yes",
    "no",
    "never",
    "previous",
    "currently",
    "unknown",
    others={
        0: "none",
        1: "some",
        2: "significant",
        "missing": None,
        "previously": "previous",
        "current": "currently",
    },
)


def _needs(reader: FieldReader, value: Any, place: str, case_no: int) -> list[dict[str, Any]]:
    """Rows of NEED, less their keys."""
    if not isinstance(value, dict):
        reader.refuse(place, "should be an object with a field for each need section")
        return []
    sections = _sections()
    found: list[dict[str, Any]] = []
    known = {name: Kind("", lambda _reader, each, _place, _no: each) for name in sections}
    given = {name: each for name, each in value.items() if kinds.plain_name(name) not in _WITHOUT_WEIGHT}
    for name, need in reader.fields(given, known, place, case_no).items():
        if need is None:
            continue
        row = _need(reader, need, sections[name], f"{place}, {name}", case_no)
        if row and any(row["section"] == other["section"] for other in found):
            reader.refuse(place, f"the section {row['section']} is given twice; keep one of the two")
        elif row:
            found.append(row)
    return found


def _need(reader: FieldReader, need: Any, section: str, place: str, case_no: int) -> dict[str, Any] | None:
    if isinstance(need, int | Decimal) and not isinstance(need, bool):
        reader.refuse(place, f'{need} may be a severity or a score; write "standard", or {{"score": {need}}}')
        return None
    if isinstance(need, list):
        need = {"answers": need}
    if isinstance(need, str):
        need = {"severity": need}
    said = reader.fields(need, _NEED, place, case_no)
    if sum(each is not None for each in said.values()) > 1:
        reader.refuse(place, "give one of severity, score and answers")
        return None
    answers = _answers(reader, said.get("answers"), section, f"{place}, answers", case_no)
    return {"section": section, "severity": said.get("severity"), "score": said.get("score"), **answers}


def _answers(reader: FieldReader, value: Any, section: str, place: str, case_no: int) -> dict[str, Any]:
    names = next(each.answers for each in naming_book().sections if each.key == section)
    if value is None:
        return {}
    if isinstance(value, list):
        if len(value) > len(names):
            reader.refuse(place, f"has {len(value)} answers; {section} has {len(names)}: {', '.join(names)}")
            return {}
        value = dict(zip(names, value, strict=False))
    read = reader.fields(value, dict.fromkeys(names, _ANSWER), place, case_no)
    return {ANSWERS[names.index(name)]: answer for name, answer in read.items()}


def _layer(reader: FieldReader, value: Any, place: str, _: int) -> Any:
    """The layer of OASys: 3 is LAYER3."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        reader.refuse(place, 'should be the layer of OASys, such as "LAYER3"')
        return None
    return f"LAYER{value}" if str(value).strip().isdigit() else str(value)[:40]


_REGISTRATION = {
    "code": kinds.text(20).known_as("register", "register_code", "type"),
    "level": kinds.text(20).known_as("register_level", "level_code"),
    "category": kinds.text(20).known_as("register_category", "category_code"),
    "date": kinds.day().known_as("start_date", "registered_on", "registration_date"),
    "end_date": kinds.day().known_as("deregistered_on", "deregistration_date", "ended", "ended_on"),
    "deleted": yes_no().known_as("soft_deleted", "is_deleted"),
}
_REQUIREMENT = {
    "main_category": kinds.text(20).known_as("category", "main_category_code", "code", "main_type"),
    "restrictive": yes_no().known_as("is_restrictive"),
    "deleted": yes_no().known_as("soft_deleted", "is_deleted"),
}
_CONVICTION = {
    "sentence_type": kinds.text(20).known_as("sentence_type_code", "sentence"),
    "termination_date": kinds.day().known_as("terminated_on", "terminated", "end_date"),
    "requirements": list_of(kinds.an_object(_REQUIREMENT)).known_as("requirement"),
}
_ENFORCEMENT = {
    "outcome": kinds.text(20).known_as("outcome_code", "code"),
    "date": kinds.day().known_as("referral_date", "referred_on", "referred"),
}
_ASSESSMENT = {
    "date": kinds.day().known_as(
        "completed_on", "completed", "completed_date", "date_completed", "assessment_date"
    ),
    "status": kinds.text(40).known_as("assessment_status"),
    "layer": Kind("`LAYER3`", _layer).known_as("assessment_type", "type"),
    "san": yes_no().known_as("is_san", "strengths_and_needs"),
    "needs": Kind("object, by section", _needs),
    "caring_responsibilities": yes_no().known_as("caring", "parenting", "parental_responsibilities"),
    "impulsivity": word("none", "some", "significant", others=_PROBLEMS),
    "temper": word("none", "some", "significant", others=_PROBLEMS).known_as("temper_control"),
}
_SCORE = {
    "score": kinds.number(0, _MOST_SCORE).known_as("value", "percentage"),
    "date": kinds.day().known_as("completed_on", "completed_date", "calculated_on"),
    "type": word("static", "dynamic", others={"unknown": None}).known_as("static_or_dynamic"),
    "source": kinds.text(40),
}
_PREDICTOR_SCORE = {
    "score": kinds.number(0, 100).known_as("value", "percentage"),
    "type": word("static", "dynamic", others={"unknown": None}).known_as("static_or_dynamic"),
    "band": word(*_BANDS, others={"na": "not applicable", "n_a": "not applicable"}),
}


def _score_or(known: Mapping[str, Kind]) -> Kind:
    """A number alone, or an object with a score."""

    def read(reader: FieldReader, value: Any, place: str, case_no: int) -> Any:
        if isinstance(value, dict):
            return reader.fields(value, known, place, case_no)
        return {"score": known["score"].read(reader, value, place, case_no)}

    return Kind("number, or object with `score`", read)


_PREDICTORS = {
    "date": kinds.day().known_as("completed_on", "completed_date"),
    "arp": _score_or(_PREDICTOR_SCORE),
    "csrp": _score_or(_PREDICTOR_SCORE),
    "dc_srp": _score_or(_PREDICTOR_SCORE),
    "arp_type": _PREDICTOR_SCORE["type"].known_as("arp_static_or_dynamic"),
    "csrp_type": _PREDICTOR_SCORE["type"].known_as("csrp_static_or_dynamic"),
    "dc_srp_band": _PREDICTOR_SCORE["band"],
    "standalone": yes_no().known_as("is_standalone"),
    "rescored": yes_no().known_as("is_rescored"),
    "iic_srp": Kind("not used", lambda _reader, _value, _place, _no: None),
}
#: What stands for registrations and convictions where somebody wants to say only what they come to.
SHORT = {
    "rosh": word("very high", "high", "medium", "low", "none"),
    "mappa_level": word(
        "1",
        "2",
        "3",
        "none",
        others={1: "1", 2: "2", 3: "3", 0: "none", "m1": "1", "m2": "2", "m3": "3", "0": "none"},
    ),
    "mappa_category": word(
        "1",
        "2",
        "3",
        "4",
        "none",
        others={1: "1", 2: "2", 3: "3", 4: "4", 0: "none", "m1": "1", "m2": "2", "m3": "3", "m4": "4"},
    ),
    "complexity_factors": list_of(kinds.text(20)),
    "iom": yes_no(),
    "lifer": yes_no().known_as("ipp", "lifer_or_ipp"),
    "domestic_abuse": yes_no(),
    "stalking": yes_no(),
    "child_protection": yes_no(),
    "supervision_suspended": yes_no().known_as("suspended"),
}
CASE_FIELDS: dict[str, Kind] = {
    "crn": kinds.text(160).known_as("case_ref", "ref", "case", "id"),
    "as_of": kinds.day().known_as("as_at"),
    "gender": kinds.text(40).known_as("sex"),
    "rsr": list_of(_score_or(_SCORE)).known_as("rsr_score"),
    "ogrs": list_of(
        _score_or(_SCORE | {"score": kinds.number(0, 100, whole=True).known_as("value")})
    ).known_as("ogrs_score", "ogrs3"),
    "registrations": list_of(kinds.an_object(_REGISTRATION)).known_as("registration"),
    "convictions": list_of(kinds.an_object(_CONVICTION)).known_as("conviction"),
    "assessment": list_of(kinds.an_object(_ASSESSMENT)).known_as("assessments", "oasys"),
    "earlier_breach_or_recall": yes_no().known_as(
        "earlier_breach", "breach_or_recall", "previous_enforcement_activity", "previous_breach_or_recall"
    ),
    "enforcement": list_of(kinds.an_object(_ENFORCEMENT)).known_as("enforcements", "enforcement_items"),
    "latest_release_date": kinds.day().known_as("release_date", "latest_release"),
    "has_active_event": yes_no().known_as("active_event", "active"),
    "predictors": list_of(kinds.an_object(_PREDICTORS)).known_as("ogrs4"),
    "sexual_offence_ever": yes_no().known_as(
        "sexual_offence", "ever_committed_sexual_offence", "has_ever_committed_sexual_offence"
    ),
    **SHORT,
    "mandate_for_change": yes_no().known_as("mandate"),
}
