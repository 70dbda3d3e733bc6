"""Every component in every state, with invented data: to look at, and for the tests of accessibility."""

from types import SimpleNamespace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from wmt.site.accounts.readers import Kind
from wmt.site.web import tables
from wmt.site.web.tables import Column, Row, Table, arranged
from wmt.site.web.units.strip import Bar, Mark, Strip

OVER_X100 = 11_000
#: Name, code, points and available points in hundredths, cases.
_TEAMS = (
    ("Abbey and Mill with a long name that wraps", "N01ABB", 1_250_000, 1_100_000, 412),
    ("Castle", "N01CAS", 1_100_000, 1_000_000, 388),
    ("Dock", "N01DOC", 930_050, 1_000_000, 290),
    ("Ferry", "N01FER", 40_000, 0, 12),
    ("Gate", "N01GAT", 2_190_000, 1_000_000, 701),
)


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """The page."""
    return render(
        request,
        "gallery.jinja",
        {
            "crumbs": [("Nation", "#"), ("North", "#"), ("A PDU", "#")],
            "figures": _figures(),
            "tabs": [_link("Overview", True), _link("Caseload"), _link("How it is made up")],
            "filters": _filters(),
            "table": arranged(_table(), request, rows_a_page=3),
            "plain": Table("plain", "A table that does not sort", [Column("what", "What")], _plain_rows()),
            "empty": Table(
                "empty", "A table without rows", [Column("what", "What")], [], empty="No unit fits."
            ),
            "strip": _strip(marked=True),
            "crowd": _strip(marked=False),
            "bars": _bars(),
            "said": [
                SimpleNamespace(level_tag=tag, message=words)
                for tag, words in (
                    ("info", "The extract of 20 November is being loaded."),
                    ("success", "The role was granted."),
                    ("warning", "The role ends tomorrow."),
                    ("error", "The role was not granted."),
                )
            ],
            "ages": _ages(),
            "who_sees": [
                Kind("Figures", ["Everybody who may sign in"]),
                Kind("Reasons of reductions", ["Sam Lee", "Manager (senior probation officer): 2 people"]),
            ],
        },
    )


def _table() -> Table:
    columns = [
        Column("name", "Team"),
        Column("code", "Code", "code"),
        Column("capacity", "Capacity", "percent", "Points divided by available points."),
        Column("points", "Points", "points", "All counted work."),
        Column("available", "Available points", "points"),
        Column("cases", "Active cases", "count"),
        Column("hours", "Contracted hours", "hours"),
        Column("since", "Since", "date"),
    ]
    rows = [
        Row(
            {
                "name": tables.text(name, "#", "2 posts with figures of an earlier load" if at == 2 else ""),
                "code": tables.text(code),
                **_measures(points, available, cases),
            }
        )
        for at, (name, code, points, available, cases) in enumerate(_TEAMS)
    ]
    total = Row(
        {
            "name": tables.text("Total"),
            "code": tables.text(""),
            **_measures(5_510_050, 4_100_000, 1_803),
        }
    )
    return Table("teams", "Teams of a PDU", columns, rows, total, ["Totals are sums, never means."])


def _measures(points: int, available: int, cases: int) -> dict[str, tables.Value]:
    return {
        "capacity": tables.percent(points, available, OVER_X100, "#"),
        "points": tables.points(points, "#"),
        "available": tables.points(available, "#"),
        "cases": tables.count(cases, "#"),
        "hours": tables.hours(37_500_000),
        "since": tables.day(None),
    }


def _plain_rows() -> list[Row]:
    return [Row({"what": tables.text(words)}) for words in ("First", "Second")]


def _figures() -> list[tuple[str, tables.Value, str]]:
    return [
        ("Capacity", tables.percent(1_250_000, 1_100_000, OVER_X100, "#"), "points held ÷ points available"),
        ("Points", tables.points(1_250_000, "#"), "all counted work"),
        ("Capacity", tables.percent(40_000, 0, OVER_X100, "#"), "of a team without time"),
        ("Remaining points", tables.points(-150_000, "#"), "available points less points"),
        ("Contracted hours", tables.hours(37_500_000), "a week"),
        ("Reduction", tables.points(None), ""),
    ]


def _filters() -> list[dict[str, Any]]:
    return [
        {"name": "grade", "label": "Grade", "value": "PO", "options": [("", "All grades"), ("PO", "PO")]},
        {"name": "band", "label": "Capacity", "value": "", "options": [("", "Any"), ("over", "Over 110%")]},
    ]


def _link(text: str, current: bool = False) -> dict[str, Any]:
    return {"text": text, "href": "#", "current": current}


def _strip(*, marked: bool) -> Strip:
    places = ((420, 86), (520, 86), (527, 79), (560, 86), (640, 86), (700, 86), (780, 86))
    heights = ((420, 20, False), (560, 60, False), (620, 74, False), (700, 30, True))
    marks = [Mark(x, y, f"Team {at}: {at + 70}.0%", "#", x > 696) for at, (x, y) in enumerate(places)]
    bars = [Bar(x, 92 - high, 28, high, f"{high} teams", over) for x, high, over in heights]
    return Strip(
        title=f"Teams by capacity, {'one mark each' if marked else 'too many for marks'}",
        summary="7 shown, from 62% to 119%; 2 over 110%. The same figures are in the table.",
        width=900,
        height=120,
        base=92,
        ticks=[(20 + 123 * at, f"{20 * at}%") for at in range(8)],
        band=(573, 696),
        agreed=634,
        marks=marks if marked else [],
        bars=[] if marked else bars,
    )


def _bars() -> SimpleNamespace:
    def row(label: str, y: int, widths: tuple[int, int, int]) -> SimpleNamespace:
        first, second, third = widths
        starts = (200, 200 + first, 200 + first + second)
        parts = [
            SimpleNamespace(x=x, width=width, height=22, tone=tone, title=f"{label}: {words}")
            for x, width, tone, words in zip(
                starts,
                (first, second, third),
                ("", "2", "4"),
                ("community", "licence", "custody"),
                strict=True,
            )
        ]
        end = starts[2] + third + 8
        return SimpleNamespace(
            label=label, label_x=0, y=y, text_y=y + 16, words="100 cases", words_x=end, href="#", parts=parts
        )

    return SimpleNamespace(
        title="Cases by location",
        summary="Castle holds most cases.",
        width=760,
        height=70,
        key=[("", "community"), ("2", "licence"), ("4", "custody")],
        rows=[row("Castle", 4, (220, 120, 80)), row("Dock", 38, (150, 90, 60))],
    )


def _ages() -> list[dict[str, Any]]:
    fresh = {"moment": "20 November 2026, 18:30", "rules": "20 November 2026"}
    return [
        {**fresh, "day": "", "overlays": [], "age": "7 hours old", "is_old": False},
        {**fresh, "day": "21 November 2026", "overlays": [], "age": "14 hours old", "is_old": False},
        {**fresh, "day": "23 November 2026", "overlays": ["travel"], "age": "3 days old", "is_old": True},
    ]


urlpatterns = [path("gallery/", gallery, name="gallery")]
