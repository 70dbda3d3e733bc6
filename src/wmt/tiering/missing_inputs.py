"""What was not given of a case, by its name in JSON, and what that means for the tier."""

from wmt.tiering.ag import MISSING
from wmt.tiering.explain_ag import kind_of
from wmt.tiering.explain_v2 import Row
from wmt.tiering.rulebook import Rulebook


def v2_missing(row: Row, book: Rulebook) -> dict[str, str]:
    """What was not given, by its name, and what that means for the tier."""
    found = {}
    if row["gender"] is None:
        found["gender"] = "counts as not female"
    if row["rsr"] is None:
        found["rsr"] = "counts as 0 points"
    if row["ogrs"] is None:
        found["ogrs"] = "counts as 0 points"
    found |= _registrations(row)
    if not row["gives_convictions"] and row["mandate_for_change"] is None:
        found["convictions"] = "counts as no conviction, so no mandate for change"
    if row["unsaid_sentence"]:
        found["convictions.sentence_type"] = "counts as not custodial"
    if row["unsaid_requirement"]:
        found["requirements.restrictive"] = "counts as not restrictive"
    if row["is_woman"] and row["earlier_breach_or_recall"] is None and not row["gives_enforcement"]:
        found["earlier_breach_or_recall"] = "counts as none"
    return found | _assessment(row, book)


def _registrations(row: Row) -> dict[str, str]:
    """Registrations, or a RoSH among them, that were not given."""
    if not row["gives_registrations"]:
        return {"registrations": "counts as none, so no RoSH, MAPPA, complexity factors or marks"}
    return {} if row["rosh"] else {"rosh": "no registration says the risk of serious harm"}


def _assessment(row: Row, book: Rulebook) -> dict[str, str]:
    if not row["is_assessed"]:
        return {"assessment": "none is usable; with a mandate for change the number is then 2"}
    found = {}
    for name in ("status", "layer"):
        if row[f"unsaid_{name}"]:
            found[f"assessment.{name}"] = "taken as complete" if name == "status" else "taken as layer 3"
    for section in book.sections:
        if row[f"need_{section.key}"] is None:
            found[f"assessment.needs.{section.key}"] = "left out, counts as 0"
    if row["is_woman"]:
        for name in ("caring_responsibilities", "impulsivity", "temper"):
            if row[name] is None:
                found[f"assessment.{name}"] = "counts as no"
    return found


def ag_missing(row: Row) -> dict[str, str]:
    """What was not given, by its name, and what that means for the tier."""
    found = {}
    if row["has_active_event"] is None:
        found["has_active_event"] = "taken as yes"
    if not row["is_active"]:
        return found
    for name in ("arp", "csrp"):
        if row[name] is None:
            found[f"predictors.{name}"] = f"without it the tier is {MISSING}"
        elif kind_of(row[f"{name}_type"]) not in ("static", "dynamic"):
            found[f"predictors.{name}.type"] = "counts as neither static nor dynamic"
    if not row["has_scores"]:
        return found
    if row["dc_srp"] is None:
        found["predictors.dc_srp"] = "the step for sexual reoffending gives no letter"
    elif row["dc_srp"] > 0 and not row["dc_srp_band"]:
        found["predictors.dc_srp.band"] = "without a band the score does not count"
    if row["sexual_offence_ever"] is None:
        found["sexual_offence_ever"] = "counts as no"
    if row["lifer"] and row["latest_release_date"] is None:
        found["latest_release_date"] = "the step for lifers gives no letter"
    return found | _registrations(row)
