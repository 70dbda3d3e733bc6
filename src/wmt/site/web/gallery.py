"""Every component in every state, with invented data: to look at, and for the tests of accessibility."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from wmt.grades import GRADES
from wmt.site import tables
from wmt.site.accounts.who_can_see import FactKind
from wmt.site.date_field import DayField
from wmt.site.query_form import ChoiceOrDefault, FilterForm, OneOf, QueryForm
from wmt.site.web.alarms.strip import AlarmStrip
from wmt.site.web.charts import time_series
from wmt.site.web.charts.bars import Bar, bars
from wmt.site.web.charts.distribution import strip
from wmt.site.web.charts.figure import Chart
from wmt.site.web.charts.scale import Scale
from wmt.site.workload.models import Unit

LOW_X100, OVER_X100 = 9_000, 11_000
#: Name, code, points and available points in hundredths, cases.
_TEAMS = (
    ("Abbey and Mill with a long name that wraps", "N01ABB", 1_250_000, 1_100_000, 412),
    ("Castle", "N01CAS", 1_100_000, 1_000_000, 388),
    ("Dock", "N01DOC", 930_050, 1_000_000, 290),
    ("Ferry", "N01FER", 40_000, 0, 12),
    ("Gate", "N01GAT", 2_190_000, 1_000_000, 701),
)


_FIGURES = [
    ("Capacity", tables.percent(1_250_000, 1_100_000, OVER_X100, "#"), "points held ÷ points available"),
    ("Points", tables.points(1_250_000, "#"), "all counted work"),
    ("Capacity", tables.percent(40_000, 0, OVER_X100, "#"), "of a team without time"),
    ("Remaining points", tables.points(-150_000, "#"), "available points less points"),
    ("Contracted hours", tables.hours(37_500_000), "a week"),
    ("Reduction", tables.points(None), ""),
]
_FRESH = {"moment": "20 November 2026, 6.30pm", "rules": "January 2023"}
_AGES = [
    {**_FRESH, "day": "", "overlays": [], "age": "7 hours old", "is_old": False},
    {**_FRESH, "day": "21 November 2026", "overlays": [], "age": "14 hours old", "is_old": False},
    {**_FRESH, "day": "23 November 2026", "overlays": ["travel"], "age": "3 days old", "is_old": True},
]


class GalleryForm(forms.Form):
    first_day = DayField("the first day")


class GalleryQuery(QueryForm):
    person = forms.CharField(label="Person", required=False)
    step = ChoiceOrDefault([("day", "Days"), ("week", "Weeks")], label="Show by")
    since = DayField("the first day", label="From")


_ALARM = AlarmStrip(
    "It is at least 30% likely that this team will be over 110% for four weeks in a row within 8 weeks.",
    "#",
    "#",
)
_AMBER = SimpleNamespace(
    level="amber",
    validity="This figure shows business as usual.",
    figure="Responsive figure: 104.2%.",
    words="This PDU is at amber from 2 November 2026, until it is ended, set by Sam Lee.",
    why="Two vacancies",
    href="#",
)


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    return render(
        request,
        "gallery.jinja",
        {
            "crumbs": [("Nation", "#"), ("North", "#"), ("A PDU", "#")],
            "figures": _FIGURES,
            "parts": [
                ("Cases", tables.points(1_200_000, "#")),
                ("Court reports", tables.points(50_000, "#")),
            ],
            "form": GalleryForm({"first_day": "31/2/2026"}),
            "query": GalleryQuery({"step": "week", "since": "soon"}),
            "tabs": [_link("Workload"), _link("Cases", within=True), _link("Calculation and rules")],
            "pages": [_link("Caseload", current=True), _link("Court reports")],
            "filters": FilterForm(
                {"grade": "PO", "band": "none of these"},
                grade=OneOf("Grade", [("", "All grades"), ("PO", "PO")]),
                band=OneOf("Capacity", [("", "Any"), ("over", "Over 110%")]),
            ),
            "table": tables.arranged(_table(), request, rows_a_page=3),
            "plain": tables.Table(
                "plain",
                "A table that does not sort",
                [tables.Column("what", "What")],
                [tables.Row({"what": tables.text(words)}) for words in ("First", "Second")],
            ),
            "empty": tables.Table(
                "empty", "A table without rows", [tables.Column("what", "What")], [], empty="No unit fits."
            ),
            "charts": {"few": _strip(20), "crowd": _strip(400), "bars": _bars(), "lines": _lines()},
            "said": [
                SimpleNamespace(level_tag=tag, message=words)
                for tag, words in (
                    ("info", "The extract of 20 November is being loaded."),
                    ("success", "The role was granted."),
                    ("warning", "The role ends tomorrow."),
                    ("error", "The role was not granted."),
                )
            ],
            "priority": _AMBER,
            "alarm": _ALARM,
            "ages": _AGES,
            "an_earlier_day": SimpleNamespace(
                day="21 October 2026",
                is_correction=True,
                missing=0,
                now_href="#",
                later=[SimpleNamespace(text="2 November 2026", href="#")],
            ),
            "who_sees": [
                FactKind("Figures", ["Everyone who can sign in"]),
                FactKind(
                    "Reasons of reductions", ["Sam Lee", "Manager (senior probation officer): 2 people"]
                ),
            ],
        },
    )


def _table() -> tables.Table:
    columns = [
        tables.Column("name", "Team"),
        tables.Column("code", "Code", "code"),
        tables.Column("capacity", "Capacity", "percent", "Points divided by available points."),
        tables.Column("points", "Points", "points", "All counted work."),
        tables.Column("available", "Available points", "points"),
        tables.Column("cases", "Active cases", "count"),
        tables.Column("hours", "Contracted hours", "hours"),
        tables.Column("since", "Since", "date"),
    ]
    rows = [
        tables.Row(
            {
                "name": tables.text(name, "#", "2 posts with figures of an earlier load" if at == 2 else ""),
                "code": tables.text(code),
                **_measures(points, available, cases),
            }
        )
        for at, (name, code, points, available, cases) in enumerate(_TEAMS)
    ]
    total = tables.Row(
        {
            "name": tables.text("Total"),
            "code": tables.text(""),
            **_measures(5_510_050, 4_100_000, 1_803),
        }
    )
    return tables.Table("teams", "Teams of a PDU", columns, rows, total, ["Totals are not averages."])


def _measures(points: int, available: int, cases: int) -> dict[str, tables.Value]:
    return {
        "capacity": tables.percent(points, available, OVER_X100, "#"),
        "points": tables.points(points, "#"),
        "available": tables.points(available, "#"),
        "cases": tables.count(cases, "#"),
        "hours": tables.hours(37_500_000),
        "since": tables.day(None),
    }


def _link(text: str, *, current: bool = False, within: bool = False) -> dict[str, Any]:
    return {"text": text, "href": "#", "current": current, "within": within}


def _strip(number: int) -> Chart | None:
    """So many teams by capacity: few have a mark each, many are counted in bars."""
    listed = [
        Unit(level="team", code=f"N{at}", name=f"Team {at}", points_x100=600_000 + at * 7_919 % 700_000,
             available_x100=1_000_000)
        for at in range(number)
    ]  # fmt: skip
    return strip(listed, (LOW_X100, OVER_X100), f"{number} teams by capacity")


def _bars() -> Chart | None:
    found = [Bar("Community", 52_000, "520"), Bar("Licence", 30_000, "300"), Bar("Custody", 9_100, "91")]
    return bars("bars", "Points by location", "Points", "Community is most of it.", found)


def _lines() -> Chart | None:
    first = date(2026, 9, 1)
    series = [
        time_series.Series(
            grade, [_place(first + timedelta(at), LOW_X100 + at * (70 - 17 * tone)) for at in range(80)], tone
        )
        for tone, grade in enumerate(GRADES[: time_series.TONES])
    ]
    scale = Scale.holding([], low=8_000, high=16_000)
    panel = time_series.ChartPanel(
        "Capacity, %", series, scale, lambda x100: f"{x100 // 100}%", (LOW_X100, OVER_X100), 10_000
    )
    period = time_series.Period(first, first + timedelta(30), "Totals only", "imported totals only")
    return time_series.time_chart(
        "lines", "Capacity by grade", "Capacity in %", "All four rise.", [panel], [period]
    )


def _place(day: date, value: int) -> time_series.DataPoint:
    return time_series.DataPoint(day, day, value, lambda: f"{value // 100}%", corrected=day.day == 17)


urlpatterns = [path("gallery/", gallery, name="gallery")]
