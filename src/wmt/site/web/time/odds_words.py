"""How likely a run is, in sentences for the page of a unit."""

from wmt.days import written
from wmt.site.queries.odds import UnitOdds
from wmt.site.queries.unit_request import UnitRequest


def odds_sentence(found: UnitOdds | None, question: UnitRequest) -> str:
    """What is likely within 4 and 8 weeks; empty where nothing can be said, or the four weeks are full."""
    if found is None:
        return ""
    stated = [each for each in found.ahead if each.state == "stated"]
    if not stated:
        short = any(each.state == "too short a past" for each in found.ahead)
        return (
            "How likely four weeks in a row over the threshold are cannot be said: there are too few days of "
            "figures for this unit."
            if short
            else ""
        )
    said = "; ".join(
        f"{each.band} ({shown_odds(each.probability or 0)}) by {written(each.until)}" for each in stated
    )
    return (
        f"How likely four weeks in a row over {question.state.over_text} are, by the figures of "
        f"{written(found.day)}: {said}."
    )


def shown_odds(probability: float) -> str:
    """A probability as pages write it: whole per cent, and never as certain as 0% or 100%."""
    percent = int(probability * 100 + 0.5)
    if percent == 0:
        return "less than 1%"
    return "more than 99%" if percent == 100 else f"{percent}%"
