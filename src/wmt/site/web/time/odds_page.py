"""How likely a run over the threshold is said to be: how that is worked out, and how good it was."""

from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from wmt import odds
from wmt.days import written
from wmt.odds import calibration
from wmt.site import tables
from wmt.site.queries import odds as query
from wmt.site.shown import needed_state
from wmt.site.web.charts.downloads import offered
from wmt.site.web.time import reliability
from wmt.site.workload.state import State
from wmt.text import counted

#: The units of a level, as the page calls them.
LEVELS = {"post": "practitioners", "team": "teams", "pdu": "PDUs", "region": "regions"}


@require_safe
def odds_page(request: HttpRequest, level: str) -> HttpResponse:
    """The page of a level: scores of 4 and 8 weeks beside saying that all stays as it is."""
    if level not in LEVELS:
        raise Http404(f"odds are not worked out for '{level[:60]}'")
    state = needed_state(request)
    context = {
        "level": level,
        "levels": [(key, words, reverse("odds", args=[key])) for key, words in LEVELS.items()],
        "units": LEVELS[level],
        "over": state.over_text,
        "bands": [(words, least, above) for (least, words), above in _bands()],
        "every": calibration.EVERY,
        "ahead": [_section(each, level, request, state) for each in query.scores_of(state, level)],
    }
    return render(request, "time/odds.jinja", context)


def _section(score: query.OddsScore, level: str, request: HttpRequest, state: State) -> dict[str, Any]:
    """What the page says of some weeks ahead."""
    units = LEVELS[level]
    charts = {"chart": reliability.picture(score, units)}
    return {
        "weeks": score.weeks,
        "heading": f"Within {counted(score.weeks, 'week')}",
        "told": reliability.told(score, units, state.over_text),
        "sentence": _sentence(score),
        "table": tables.arranged(_table(score, level), request),
        **offered(charts, request),
    }


def _bands() -> list[tuple[tuple[int, str], int]]:
    """Each band with the least of the one above it."""
    return list(zip(odds.BANDS, [101, *(least for least, _ in odds.BANDS)], strict=False))


def _sentence(score: query.OddsScore) -> str:
    better = score.better_by_percent
    than = "larger" if better is None else f"{abs(better)}% {'smaller' if better >= 0 else 'larger'}"
    return (
        f"{score.weeks} weeks ahead, looked back on {counted(score.days, 'day')} up to {written(score.day)}: "
        f"the errors (Brier score {score.brier:.4f}) were {than} than those of saying that everything stays "
        f"as it is today ({score.brier_same_as_today:.4f})."
    )


def _table(score: query.OddsScore, level: str) -> tables.Table:
    rows = [
        tables.Row(
            {
                "said": tables.text(f"{row['from_percent']}% to {row['from_percent'] + 10}%"),
                "count": tables.count(row["count"]),
                "stated": _share(row["stated"]),
                "happened": _share(row["happened"]),
                "note": tables.text("too few to judge" if row["count"] < reliability.FEW else ""),
            }
        )
        for row in score.tenths.iter_rows(named=True)
    ]
    return tables.Table(
        f"weeks-{score.weeks}",
        f"What was said {score.weeks} weeks ahead for {LEVELS[level]}, and what happened",
        [
            tables.Column("said", "Said"),
            tables.Column("count", "How often", "count"),
            tables.Column("stated", "Said on average", "percent"),
            tables.Column("happened", "Happened", "percent", "four weeks were full by then"),
            tables.Column("note", "Notes", "words"),
        ],
        rows,
    )


def _share(share: float) -> tables.Value:
    x100 = round(share * 10_000)
    return tables.Value(Decimal(x100).scaleb(-2), f"{x100 / 100:.1f}%")
