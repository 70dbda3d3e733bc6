"""The trainee pipeline as plain data, which every way out tells."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from wmt.staffing import pipeline as model
from wmt.staffing import published


def present(
    levers: model.Levers, officers: float, ends: Sequence[model.MonthEnd], wanted: float | None
) -> dict[str, Any]:
    """Month ends, what they come to in the long run, and the published record beside the model."""
    long_run, standing = model.long_run(levers), model.starters_to_stand_still(levers, officers)
    told: dict[str, Any] = {
        "months": [_month(end) for end in ends],
        "qualify_a_year": round(
            sum(levers.intake * each.share * (1 - each.withdrawal) for each in levers.routes), 4
        ),
        "in_the_long_run": None if long_run is None else round(long_run, 1),
        "starters_that_only_replace_leavers": None if standing is None else round(standing, 1),
        "published": [
            {
                "as_at": each.published.as_at,
                "published": each.published.fte,
                "model": None if each.model is None else round(each.model, 1),
                "model_percent_of_published": None if each.ratio is None else round(each.ratio * 100, 1),
                "source": published.sources()[each.published.source_id]["title"],
            }
            for each in published.beside_model(levers)
        ],
        "arrivals": [_arrivals("2021"), _arrivals("2024")],
    }
    if wanted is not None:
        model.check_people(wanted)
        told["wanted"] = {"officers": wanted, "months": model.months_until(levers, officers, wanted)}
    return told


def month_after(day: date, months: int) -> date:
    """The first day of the month so many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, 1)


def _month(end: model.MonthEnd) -> dict[str, Any]:
    return {
        name: value if name == "month" else round(value, 4)
        for name, value in {**asdict(end), "equivalents": end.equivalents}.items()
    }


def _arrivals(definition: str) -> dict[str, Any]:
    record = published.officers(definition)
    found = published.arrivals(record[0], record[-1])
    return {
        "from": found.first.as_at, "to": found.last.as_at,
        "leaving_percent": round(found.leaving * 100, 2), "net_arrivals_a_year": round(found.a_year, 1),
    }  # fmt: skip
