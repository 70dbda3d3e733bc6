"""A row of `v2_tiers` in words: every step in order with its points, and why the tier is so."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wmt.days import written
from wmt.text import counted
from wmt.tiering import v2
from wmt.tiering.rulebook import ROSH, Rulebook

Row = Mapping[str, Any]


@dataclass(frozen=True)
class TierStep:
    """One step of the calculation. `rule` is where its rules begin; `outcome` a letter or number it gives."""

    element: str
    words: str
    rule: str
    points: int | None = None
    counts: bool = True
    outcome: str | None = None


def number_words(number: Decimal) -> str:
    """A score with two decimals, or more where it has more."""
    return f"{number:.2f}" if number == round(number, 2) else f"{number.normalize():f}"


def points_words(points: int) -> str:
    return counted(points, "point")


def listed(words: list[str]) -> str:
    """'a', 'a and b', 'a, b and c'."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def v2_steps(row: Row, book: Rulebook) -> list[TierStep]:
    """The steps in order."""
    return [*_letter_steps(row, book), *_number_steps(row, book), _suspended(row, book)]


def _letter_steps(row: Row, book: Rulebook) -> Iterator[TierStep]:
    if not book.has_letters:
        words = (
            "What very high RoSH and MAPPA levels 2 and 3 were worth before 28 May 2021 is not known, so "
            "there is no letter."
        )
        yield TierStep("LETTER", words, "tiering_v2.letter")
        return
    rsr, rosh = row["rsr_points"], row["rosh_points"]
    yield TierStep("RSR", _rsr_words(row, book), "tiering_v2.rsr", rsr, counts=rsr > rosh)
    yield TierStep(
        "ROSH", f"{rosh_words(row)}: {points_words(rosh)}.", "tiering_v2.rosh", rosh, counts=rosh >= rsr
    )
    yield TierStep(
        "RSR_OR_ROSH",
        f"RSR and RoSH are not added. The higher counts: {points_words(max(rsr, rosh))}.",
        "tiering_v2",
    )
    level, mappa = row["mappa_level"], row["mappa_points"]
    said = (
        f"MAPPA level {level}{_since(row, 'mappa_level_on')}"
        if level
        else "No MAPPA level 1, 2 or 3 is registered"
    )
    yield TierStep("MAPPA", f"{said}: {points_words(mappa)}.", "tiering_v2.mappa_level", mappa)
    yield _complexity(row, book)
    yield _women(row, book)
    parts = [str(max(rsr, rosh)), *(str(row[v2.points_of(each)]) for each in v2.LETTER_ELEMENTS[2:])]
    total, letter = row["letter_points"], row["letter"]
    makes = f"letter {letter} ({_range_words(book, 'letter', letter)})"
    words = f"{' + '.join(parts)} = {points_words(total)}: {makes}."
    yield TierStep("LETTER", words, "tiering_v2.letter", total, outcome=letter)


def _rsr_words(row: Row, book: Rulebook) -> str:
    rsr, points = row["rsr"], points_words(row["rsr_points"])
    if rsr is None:
        return f"No RSR score was given. The model counts that as {points}."
    if rsr > book.number("v2.rsr_most"):
        most = number_words(book.number("v2.rsr_most"))
        return f"RSR {number_words(rsr)} is over {most} and so no score: {points}."
    leasts = [book.number(f"v2.rsr.{band}.least") for band in book.names("v2.rsr")]
    place = next(n for n, least in enumerate(leasts) if rsr >= least)
    over = [f"{number_words(leasts[place])} or more"] if leasts[place] else []
    under = [f"under {number_words(leasts[place - 1])}"] if place else []
    return f"RSR {number_words(rsr)} ({', '.join([*over, *under])}): {points}."


def rosh_words(row: Row) -> str:
    """What is registered of the risk of serious harm."""
    if not row["rosh"]:
        return "No RoSH is registered"
    return f"RoSH {ROSH[row['rosh'] - 1].replace('_', ' ')}{_since(row, 'rosh_on')}"


def _since(row: Row, name: str) -> str:
    """Since when it is registered. What is given in short, without a record, has the day of the tier."""
    day = row[name]
    return f" (registered {written(day)})" if day and day != row["as_of"] else ""


def _complexity(row: Row, book: Rulebook) -> TierStep:
    names = [name for code, name in book.factors.items() if row[f"factor_{code}"]]
    each = book.whole("v2.complexity")
    said = (
        f"{counted(len(names), 'complexity factor')} ({listed(names)}), {each} each"
        if names
        else "No complexity factor"
    )
    points = row["complexity_points"]
    return TierStep("COMPLEXITY", f"{said}: {points_words(points)}.", "tiering_v2.complexity", points)


def _women(row: Row, book: Rulebook) -> TierStep:
    points, rule = row["additional_factors_for_women_points"], "tiering_v2"
    name = "ADDITIONAL_FACTORS_FOR_WOMEN"
    if not row["is_woman"]:
        said = "Gender is not female" if row["gender"] else "No gender was given, which counts as not female"
        return TierStep(
            name,
            f"{said}, so additional factors for women do not apply: {points_words(points)}.",
            rule,
            points,
        )
    found = []
    if row["caring"]:
        found.append(f"caring responsibilities ({book.whole('v2.caring_responsibilities')})")
    if row["self_control"]:
        found.append(f"impulsivity or temper ({book.whole('v2.self_control')})")
    if row["breach_or_recall"]:
        found.append(f"an earlier breach or recall ({book.whole('v2.breach_or_recall')})")
    said = f"Additional factors for women: {listed(found)}" if found else "No additional factors for women"
    without = "" if row["is_assessed"] else " Two of the three need a usable assessment, and there is none."
    return TierStep(name, f"{said}: {points_words(points)}.{without}", rule, points)


def _range_words(book: Rulebook, kind: str, worth: str) -> str:
    """The points that make a letter or a number: '150 points or more', '20 to 149 points'."""
    cuts = {name: book.whole(f"v2.{kind}.{name}") for name in book.names(f"v2.{kind}")}
    names = list(cuts)
    place = names.index(worth)
    if place == 0:
        return f"{cuts[worth]} points or more"
    above = cuts[names[place - 1]]
    return f"under {above} points" if place == len(names) - 1 else f"{cuts[worth]} to {above - 1} points"


def _number_steps(row: Row, book: Rulebook) -> Iterator[TierStep]:
    number = row["number"]
    yield TierStep("MANDATE_FOR_CHANGE", _mandate_words(row), "tiering_v2.no_mandate_categories")
    if not row["mandate"]:
        words = f"Without a mandate for change the number is {number}."
        yield TierStep(
            "NO_MANDATE_FOR_CHANGE", words, "tiering_v2.number_without_mandate", 0, outcome=str(number)
        )
        return
    weeks = book.whole("v2.assessment_weeks")
    if not row["is_assessed"]:
        words = (
            f"There is no usable assessment (layer 3, complete or locked incomplete, not older than {weeks} "
            f"weeks on {written(row['as_of'])}), so the number is {number}."
        )
        yield TierStep(
            "NO_VALID_ASSESSMENT", words, "tiering_v2.number_without_assessment", 0, outcome=str(number)
        )
        return
    kind = "strengths and needs assessment" if row["san"] else "assessment"
    on = "" if row["assessed_on"] == row["as_of"] else f" of {written(row['assessed_on'])}"
    words = f"The {kind}{on} is used: it is not older than {weeks} weeks."
    yield TierStep("ASSESSMENT", words, "tiering_v2.assessment_weeks")
    yield TierStep("NEEDS", _needs_words(row, book), "tiering_needs", row["needs_points"])
    ogrs, points = row["ogrs"], row["ogrs_points"]
    divisor = book.whole("v2.ogrs_divisor")
    said = (
        "No OGRS score was given. The model counts that as 0"
        if ogrs is None
        else f"OGRS {ogrs} ÷ {divisor}, rounded down"
    )
    yield TierStep("OGRS", f"{said}: {points_words(points)}.", "tiering_v2.ogrs_divisor", points)
    said = (
        "Integrated offender management (IOM)"
        if row["iom"]
        else "Not in integrated offender management (IOM)"
    )
    yield TierStep("IOM", f"{said}: {points_words(row['iom_points'])}.", "tiering_v2.iom", row["iom_points"])
    parts = " + ".join(str(row[v2.points_of(each)]) for each in v2.NUMBER_ELEMENTS)
    total = row["number_points"]
    words = f"{parts} = {points_words(total)}: number {number} ({_range_words(book, 'number', str(number))})."
    yield TierStep("NUMBER", words, "tiering_v2.number", total, outcome=str(number))


def _mandate_words(row: Row) -> str:
    if row["mandate_for_change"] is not None:
        return f"There is {'a' if row['mandate'] else 'no'} mandate for change, as was given."
    if row["custodial"]:
        return "A current conviction is custodial, so there is a mandate for change."
    if row["good_requirement"]:
        return (
            "A current conviction has a requirement that is not restrictive and is not unpaid work, so there "
            "is a mandate for change."
        )
    if not row["convictions"]:
        return "There is no conviction, so there is no mandate for change."
    if not row["current_convictions"]:
        return "All convictions have ended, so there is no mandate for change."
    if not row["current_requirements"]:
        return (
            "No current conviction is custodial and none has requirements, so there is no mandate for change."
        )
    return (
        "The current convictions have only restrictive or deleted requirements or unpaid work, so there is "
        "no mandate for change."
    )


def _needs_words(row: Row, book: Rulebook) -> str:
    words = {
        number: name
        for name, number in ((name, book.whole(f"severity.{name}")) for name in book.names("severity"))
    }
    said = []
    for section in book.sections:
        severity, score = row[f"need_{section.key}"], row[f"score_{section.key}"]
        if severity:
            of = "" if score is None else f" (score {score})"
            twice = f" × {section.weight}" if section.weight != 1 else ""
            said.append(f"{section.name} {words[severity]}{of}: {severity}{twice}")
    total = points_words(row["needs_points"])
    return f"Needs: {'; '.join(said)}. Together {total}." if said else f"No standard or severe need: {total}."


def _suspended(row: Row, book: Rulebook) -> TierStep:
    rule = "tiering_v2.suspended_register"
    if row["is_suspended"]:
        words = "Active supervision is suspended: suffix S. Letter and number stay the same."
        return TierStep("SUSPENDED", words, rule, outcome="S")
    if not book.text("v2.suspended_register"):
        return TierStep(
            "SUSPENDED", "There was no suffix for suspended supervision before 28 May 2024.", rule
        )
    return TierStep("SUSPENDED", "Active supervision is not registered as suspended: no suffix.", rule)


def v2_reasons(row: Row, steps: list[TierStep]) -> list[str]:
    """Why the tier is so: what made the letter, and what made the number."""
    found = []
    by_name = {step.element: step for step in steps}
    if row["letter"] is not None:
        counting = [s for s in steps if s.element in v2.LETTER_ELEMENTS and s.counts and s.points]
        made = listed([f"{_SHORT[s.element]} {s.points}" for s in counting]) if counting else "nothing counts"
        found.append(f"Letter {row['letter']}: {points_words(row['letter_points'])} ({made}).")
    else:
        found.append(by_name["LETTER"].words)
    if not row["mandate"]:
        found.append(f"Number {row['number']}: {by_name['MANDATE_FOR_CHANGE'].words}")
    elif not row["is_assessed"]:
        found.append(f"Number {row['number']}: there is a mandate for change and no usable assessment.")
    else:
        made = listed([f"{_SHORT[each]} {row[v2.points_of(each)]}" for each in v2.NUMBER_ELEMENTS])
        found.append(f"Number {row['number']}: {points_words(row['number_points'])} ({made}).")
    return [*found, *([by_name["SUSPENDED"].words] if row["is_suspended"] else [])]


_SHORT = {
    "RSR": "RSR", "ROSH": "RoSH", "MAPPA": "MAPPA", "COMPLEXITY": "complexity",
    "ADDITIONAL_FACTORS_FOR_WOMEN": "additional factors for women", "NEEDS": "needs", "OGRS": "OGRS",
    "IOM": "IOM",
}  # fmt: skip
