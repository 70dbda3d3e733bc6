"""A row of `ag_tiers` in words: the eight steps with their letters, and whether it is provisional."""

from collections.abc import Iterator
from typing import Any

from wmt.days import written
from wmt.tiering.ag import LETTERS, MISSING, STEPS, rank_column
from wmt.tiering.explain_v2 import Row, TierStep, number_words, rosh_words
from wmt.tiering.rulebook import Rulebook

_RULES = {
    "REOFFENDING": "tiering_ag.reoffending",
    "SEXUAL_REOFFENDING": "tiering_ag.dc_srp",
    "MAPPA_ROSH": "tiering_ag.mappa_rosh",
    "LIFER": "tiering_ag.lifer",
}


def letter_at(rank: int) -> str | None:
    """The letter of a rank; None where a step gave nothing."""
    return LETTERS[rank - 1] if rank > 0 else None


def letters_of(row: Row) -> dict[str, str | None]:
    """The letter that each step gives."""
    return {step: letter_at(row[rank_column(step)]) for step in STEPS}


def ag_steps(row: Row, book: Rulebook) -> list[TierStep]:
    """The steps in order, up to the one that decides."""
    if not row["is_active"]:
        words = "There is no active event, so the person is not supervised. Nothing else is looked at."
        return [TierStep("ACTIVE_EVENT", words, "tiering_ag", outcome=row["tier"])]
    if not row["has_scores"]:
        words = f"There is {_without(row)}, so the tier is {MISSING}. Nothing else is looked at."
        return [TierStep("SCORES", words, "tiering_ag.reoffending", outcome=row["tier"])]
    return [*_letter_steps(row), _last(row), *_provisional(row, book)]


def _without(row: Row) -> str:
    names = " and no ".join(name.upper() for name in ("arp", "csrp") if row[name] is None)
    unread = row["sets"] and row["arp"] is None and row["csrp"] is None
    return f"no {names} score" + (" in a set of scores that is read as of this day" if unread else "")


def _letter_steps(row: Row) -> Iterator[TierStep]:
    said = {
        "REOFFENDING": f"ARP {number_words(row['arp'])} and CSRP {number_words(row['csrp'])}",
        "SEXUAL_REOFFENDING": _dc_srp_words(row),
        "MAPPA_ROSH": f"{rosh_words(row)}, {'with' if row['mappa_category'] else 'without'} a MAPPA category",
        "LIFER": _lifer_words(row),
        "DOMESTIC_ABUSE": _mark_words(row["domestic_abuse"], "domestic abuse"),
        "STALKING": _mark_words(row["stalking"], "stalking"),
        "CHILD_PROTECTION": _mark_words(row["child_protection"], "child protection"),
        "SEXUAL_OFFENCE": _offence_words(row["sexual_offence_ever"]),
    }
    for step, letter in letters_of(row).items():
        is_bad = step == "SEXUAL_REOFFENDING" and row["bad_dc_srp"]
        gives = "no row of the table, which is wrong data" if is_bad else letter or "no letter"
        yield TierStep(
            step, f"{said[step]}: {gives}.", _RULES.get(step, f"tiering_ag.{step.lower()}"), outcome=letter
        )


def _mark_words(is_registered: bool, what: str) -> str:
    return f"A registration for {what}" if is_registered else f"No registration for {what}"


def _offence_words(ever: bool | None) -> str:
    if ever is None:
        return "Whether a sexual offence was ever committed was not given, which counts as no"
    return "A sexual offence was committed at some time" if ever else "No sexual offence was ever committed"


def _dc_srp_words(row: Row) -> str:
    score, band = row["dc_srp"], row["dc_srp_band"]
    if score is None:
        return "No DC-SRP score was given"
    if not band and score > 0:
        return f"DC-SRP {number_words(score)} without a band, which does not count"
    return f"DC-SRP {number_words(score)}, {(band or 'no band').lower()}"


def _lifer_words(row: Row) -> str:
    if not row["lifer"]:
        return "No registration as lifer or IPP"
    released = row["latest_release_date"]
    return (
        f"Lifer or IPP, last release {written(released)}"
        if released
        else "Lifer or IPP without a release date"
    )


def _last(row: Row) -> TierStep:
    if row["tier"] is None:
        words = (
            f"A DC-SRP score of {number_words(row['dc_srp'])} cannot be {row['dc_srp_band'].lower()}. Check "
            "the score and its band; until then there is no tier."
        )
        return TierStep("LETTER", words, "tiering_ag.dc_srp")
    made = [step for step, letter in letters_of(row).items() if letter == row["tier"]]
    by = f"from {' and '.join(_NAMES[step] for step in made)}" if made else "because no step gives a letter"
    return TierStep(
        "LETTER", f"The highest letter is {row['tier']}, {by}.", "tiering_ag.floor", outcome=row["tier"]
    )


_NAMES = {
    "REOFFENDING": "reoffending", "SEXUAL_REOFFENDING": "sexual reoffending", "MAPPA_ROSH": "MAPPA and RoSH",
    "LIFER": "the life sentence", "DOMESTIC_ABUSE": "domestic abuse", "STALKING": "stalking",
    "CHILD_PROTECTION": "child protection", "SEXUAL_OFFENCE": "the sexual offence",
}  # fmt: skip


def _provisional(row: Row, book: Rulebook) -> Iterator[TierStep]:
    rule = "tiering_ag.provisional_unless_with_category"
    if row["tier"] is None:
        return
    if row["by_static"]:
        static = " and ".join(
            name.upper() for name in ("arp", "csrp") if kind_of(row[f"{name}_type"]) == "static"
        )
        other, least = letter_at(row["other"]), letter_at(row["must_reach"])
        words = (
            f"Provisional: {static} {'are' if ' ' in static else 'is'} static, and the other steps give "
            f"{other}, not {least}, so dynamic scores could change the letter."
        )
        yield TierStep("PROVISIONAL_SCORES", words, "tiering_ag.reoffending")
    if row["by_rosh"]:
        which = "with_category" if row["mappa_category"] else "without_category"
        least = book.text(f"ag.provisional_unless_{which}")
        words = f"Provisional: no RoSH is registered, and without it the case is not known to reach {least}."
        yield TierStep("PROVISIONAL_ROSH", words, rule)
    if not row["is_provisional"]:
        yield TierStep("PROVISIONAL", "Not provisional.", rule)


def kind_of(written_kind: Any) -> str:
    return str(written_kind or "").strip().lower()


def ag_reasons(steps: list[TierStep]) -> list[str]:
    """Why the tier is so, and why it is provisional."""
    return [
        step.words
        for step in steps
        if step.element in ("ACTIVE_EVENT", "SCORES", "LETTER", "PROVISIONAL_SCORES", "PROVISIONAL_ROSH")
    ]
