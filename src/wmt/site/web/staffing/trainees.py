"""Trainees and officers: when the next trainees qualify, month by month, and the record beside the model."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django import forms

from wmt.ledger import HEADLINE
from wmt.site import query_form, tables
from wmt.site.links import unit_url
from wmt.site.queries import officers_ahead
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.charts import bars, time_series
from wmt.site.web.charts.scale import Scale
from wmt.site.workload.models import Unit
from wmt.site.workload.state import rules_of
from wmt.staffing import pipeline, pipeline_told, rates

TITLE = "Trainees and officers"
TEMPLATE = "unit/trainees.jinja"
_MONTHS = (12, 24, 36, 60)
_FAULTS = ("invalid", "min_value", "max_value")
_LEVERS = {
    "leaving": ("Officers who leave in a year, per cent", "leaving_percent"),
    "take_up": ("Qualified trainees who take up a post, per cent", "take_up_percent"),
    "promotion": ("Officers promoted or who move in a year, per cent", "promotion_percent"),
}


class TraineesForm(query_form.QueryForm):
    """The levers that people may set; each begins with the number of the rules."""

    months = query_form.ChoiceOrDefault([(str(each), f"{each} months") for each in _MONTHS], initial="24")
    intake = forms.DecimalField(
        required=False, min_value=0, max_value=1_000_000, label="Trainees who start in a year",
        error_messages=dict.fromkeys(_FAULTS, "Enter how many trainees start in a year"),
    )  # fmt: skip

    def add_fields(self) -> None:
        """The shares of a year."""
        for name, (label, _) in _LEVERS.items():
            said = f"Enter a number from 0 to 100 for ‘{label}’"
            self.fields[name] = forms.DecimalField(
                required=False, min_value=0, max_value=100, label=label,
                error_messages=dict.fromkeys(_FAULTS, said),
            )  # fmt: skip


def applies(unit: Unit) -> bool:
    """The nation and regions: smaller units have too few trainees to say anything."""
    return unit.level in ("nation", "region")


def content(question: UnitRequest) -> dict[str, Any]:
    """Levers, the next to qualify, officers month by month beside the need, and the published record."""
    question = question.in_stream(HEADLINE)
    unit, state = question.unit, question.state
    if not applies(unit):
        return {"tables": {}, "elsewhere": True}
    of_rules = rates.Rates(rules_of(state))
    found = officers_ahead.of_unit(state, unit)
    officers, need, base = found.officers, found.need, found.levers
    form = TraineesForm(question.request.GET, intake=f"{base.intake:g}", **{
        name: f"{getattr(base, name) * 100:g}" for name in _LEVERS
    })  # fmt: skip
    form.is_valid()
    months = int(form.found("months"))
    labels = [(name, label) for name, (label, _) in _LEVERS.items()]
    shared = {"elsewhere": False, "refused": "", "form": form, "filters": form, "labels": labels}
    try:
        levers = _chosen(form, base)
        ends = pipeline.project(levers, officers, months)
    except rates.StaffingError as error:
        return shared | {"tables": {}, "refused": str(error)}
    told = pipeline_told.present(levers, officers, ends, need)
    return shared | {
        "first": first_sentence(unit.name, told, state.day, officers, need),
        "share": found.share,
        "staffing_href": unit_url(unit.level, unit.code, "staffing"),
        "chart": _officers(unit.name, told, state.day, need),
        "cohorts": cohorts_chart(unit.name, told, state.day),
        "tables": {
            "months": _months(unit.name, told, state.day, need),
            "record": _record(told),
            "levers": _levers(of_rules),
        },
    }


def _chosen(form: TraineesForm, base: pipeline.Levers) -> pipeline.Levers:
    """The levers with what was typed. Raises StaffingError for what no pipeline can be."""
    found: dict[str, Any] = {}
    if (intake := form.found("intake")) is not None:
        found["intake"] = float(intake)
    for name in _LEVERS:
        if (percent := form.found(name)) is not None:
            found[name] = float(percent) / 100
    return replace(base, **found)


def first_sentence(name: str, told: Mapping[str, Any], day: date, officers: float, need: float) -> str:
    """When the next trainees arrive, and when there are as many officers as the work needs."""
    coming = next((each for each in told["months"] if each["qualified"] >= 0.05), None)
    arrive = "No trainees qualify in these months."
    if coming is not None:
        arrive = (
            f"By this model the next {coming['qualified']:,.0f} trainees qualify in "
            f"{pipeline_told.month_after(day, coming['month']):%B %Y}."
        )
    when = told["wanted"]["months"]
    reached = "not within 15 years" if when is None else f"in {when} months"
    reached = "today" if when == 0 else reached
    return (
        f"{arrive} {name} has {officers:,.0f} probation officers by contract (FTE), and its work needs "
        f"{need:,.0f}: with these numbers there are as many {reached}."
    )


def _officers(name: str, told: Mapping[str, Any], day: date, need: float) -> Any:
    ends = told["months"]

    def line(words: str, key: str, tone: int) -> time_series.Series:
        return time_series.Series(words, [_place(day, each["month"], each[key]) for each in ends], tone)

    needed = [_place(day, each["month"], need) for each in ends]
    lines = [
        line("officers", "officers", 0),
        line("for cases", "officer_equivalents", 1),
        time_series.Series("needed", needed, 2),
    ]
    values = [place.value for each in lines for place in each.places if place.value is not None]
    scale = Scale.holding(values, low=min(values), high=0)
    panel = time_series.ChartPanel("Full-time people (FTE)", lines, scale, lambda value: f"{value:,}")
    summary = "Officers in post, their time for cases while some are newly qualified, and today’s need."
    return time_series.time_chart("officers", f"Probation officers: {name}", "FTE", summary, [panel])


def _place(day: date, month: int, value: float) -> time_series.DataPoint:
    first = pipeline_told.month_after(day, month)
    last = pipeline_told.month_after(day, month + 1) - timedelta(1)
    words = f"{first:%B %Y}: {value:,.1f}"
    return time_series.DataPoint(first, last, round(value), lambda: words)


def cohorts_chart(name: str, told: Mapping[str, Any], day: date) -> Any:
    """Those who qualify, by the month: in lumps, as they started."""
    found = [
        bars.Bar(
            f"{pipeline_told.month_after(day, each['month']):%B %Y}",
            round(each["qualified"] * 10),
            f"{each['qualified']:,.1f}",
        )
        for each in told["months"]
        if each["qualified"] >= 0.05
    ]
    summary = "Trainees qualify in lumps, because they start in lumps; the months between have none."
    return bars.bars("cohorts", f"Trainees who qualify: {name}", "People", summary, found)


_COLUMNS = (
    ("officers", "Officers", ""),
    ("newly_qualified", "Newly qualified", "Among the officers; they are spared part of their cases."),
    ("officer_equivalents", "Officers for cases (FTE)", ""),
    ("in_training", "In training", ""),
    ("qualified", "Qualify", ""),
    ("withdrew", "Withdraw", ""),
    ("left", "Officers who leave", ""),
    ("promoted", "Promoted or moved", ""),
    ("joined", "Officers who join", ""),
    ("mentor_equivalents", "Mentoring (FTE)", "Time of officers that mentoring takes."),
)


def _months(name: str, told: Mapping[str, Any], day: date, need: float) -> tables.Table:
    columns = [
        tables.Column("month", "Month", "date"),
        *(tables.Column(key, head, "number", note) for key, head, note in _COLUMNS),
        tables.Column("short", "Short of today’s need", "number", "Need of POs less officers for cases."),
    ]
    rows = []
    for each in told["months"]:
        first = pipeline_told.month_after(day, each["month"])
        values = {key: tables.Value(each[key], f"{each[key]:,.1f}") for key, _, _ in _COLUMNS}
        short = need - each["officer_equivalents"] + each["mentor_equivalents"]
        rows.append(
            tables.Row(
                {
                    "month": tables.Value(first, f"{first:%B %Y}"),
                    **values,
                    "short": tables.Value(round(short, 4), f"{short:z,.1f}".replace("-", "−")),
                }
            )
        )
    return tables.Table("months", f"Month by month: {name}", columns, rows)


def _record(told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("day", "Day", "date"),
        tables.Column("published", "Published (FTE)", "number"),
        tables.Column("model", "Model (FTE)", "number"),
        tables.Column("ratio", "Model ÷ published", "number"),
        tables.Column("source", "Source", "words"),
    ]
    rows = []
    for each in told["published"]:
        model, ratio = each["model"], each["model_percent_of_published"]
        values = {
            "day": tables.day(each["as_at"]),
            "published": tables.Value(each["published"], f"{each['published']:,}"),
            "model": tables.Value(model, "not known" if model is None else f"{model:,.0f}"),
            "ratio": tables.Value(ratio, "–" if ratio is None else f"{ratio:.1f}%"),
            "source": tables.text(each["source"]),
        }
        rows.append(tables.Row(values))
    return tables.Table("record", "England and Wales: the model beside the published record", columns, rows)


def _levers(of_rules: rates.Rates) -> tables.Table:
    """What the model starts from, with source; placeholders marked."""
    columns = [
        tables.Column("what", "What is assumed", "words"),
        tables.Column("value", "Number of the rules", "number"),
        tables.Column("mark", "Mark", "words"),
        tables.Column("source", "Source", "words"),
    ]
    rows = []
    for each in of_rules.kinds.of_day.under("staffing.pipeline").values():
        mark = "placeholder: chosen here" if each.status == "default" else "from the source"
        values = {
            "what": tables.text(each.description),
            "value": tables.Value(each.value, f"{each.value:,}"),
            "mark": tables.text(mark),
            "source": tables.text(each.source[:1].upper() + each.source[1:]),
        }
        rows.append(tables.Row(values))
    return tables.Table("levers", "What the model starts from", columns, rows)
