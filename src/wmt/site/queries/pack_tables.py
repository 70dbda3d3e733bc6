"""The tables of a staffing pack, each from what the page of its figures tells."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from math import ceil
from typing import Any

from wmt import odds as method
from wmt.days import written
from wmt.ledger.arithmetic import MINUS
from wmt.plan.full_words import kind_words
from wmt.site import tables
from wmt.site.queries import kind_sentences
from wmt.site.queries.full import UnitFull
from wmt.staffing import establishment as core
from wmt.staffing import pipeline_told
from wmt.text import counted

RANGE = (
    "What is short lies between two numbers: why hours are reduced is private, so all reductions count once "
    "as absences that the need holds already, and once as if none of them were."
)
_READINGS = {"product": "NET and NAT one after the other", "sum": "NET and NAT together"}
_KINDS = {
    core.AGENCY: "agency staff", core.FIXED_TERM: "fixed term", core.RETURNER: "comes back",
    core.VACANCY: "vacancy",
}  # fmt: skip


def grades(unit: Any, told: Mapping[str, Mapping[str, Any]]) -> tables.Table:
    """Need, people, what is short and the ratio by grade, in both readings."""
    columns = [
        tables.Column("grade", "Grade"),
        tables.Column("reading", "Reading", "words"),
        tables.Column("need", "Needed (FTE)", "number"),
        tables.Column("contracted", "In post (FTE)", "number", "By contract, with agency staff."),
        tables.Column("left", "After all reductions (FTE)", "number"),
        tables.Column("least_short", "Short, at least (FTE)", "number", "Below zero: more than needed."),
        tables.Column("most_short", "Short, at most (FTE)", "number"),
        tables.Column("least_ratio", "There ÷ needed, at least", "percent"),
        tables.Column("most_ratio", "There ÷ needed, at most", "percent"),
    ]
    rows = [
        tables.Row(
            {
                "grade": tables.text(name),
                "reading": tables.text(words),
                **{key: _fte(row[key]) for key in _OF_GRADE},
                "least_ratio": _ratio(row["left"], row["need"]),
                "most_ratio": _ratio(row["contracted"], row["need"]),
            }
        )
        for name, of in _by_grade(told)
        for words, row in of
    ]
    return tables.Table("staffing", f"People needed and in post: {unit.name}", columns, rows)


_OF_GRADE = ("need", "contracted", "left", "least_short", "most_short")


def _by_grade(
    told: Mapping[str, Mapping[str, Any]],
) -> list[tuple[str, list[tuple[str, Mapping[str, Any]]]]]:
    names = [each["grade"] for each in told["product"]["grades"]]
    found = []
    for name in names:
        rows = {
            chain: next(each for each in of["grades"] if each["grade"] == name) for chain, of in told.items()
        }
        found.append((name, [(words, rows[chain]) for chain, words in _READINGS.items()]))
    found.append(("All", [(words, told[chain]["all"]) for chain, words in _READINGS.items()]))
    return found


def establishment(told: Mapping[str, Any], *, known: bool) -> tables.Table:
    """Targets, people in post and vacancies by grade."""
    heads = (
        ("target", "Target (FTE)"), ("permanent", "Permanent (FTE)"), ("fixed_term", "Fixed term (FTE)"),
        ("agency", "Agency (FTE)"), ("in_post", "In post (FTE)"), ("vacancy", "Vacant (FTE)"),
        ("returner", "Coming back (FTE)"), ("short", "Short of target (FTE)"),
    )  # fmt: skip
    columns = [
        tables.Column("grade", "Grade"),
        *(tables.Column(key, head, "number") for key, head in heads),
    ]
    named = [*((each["grade"], each) for each in told["grades"]), ("All", told["all"])]
    rows = [
        tables.Row({"grade": tables.text(name), **{key: _fte(of[key]) for key, _ in heads}})
        for name, of in named
    ]
    empty = "No targets, agency staff or vacancies that count on this day have been entered for this unit."
    shown = rows if known else []
    return tables.Table("establishment", "Target, in post and vacancies", columns, shown, empty=empty)


def ends(entries: Sequence[core.EstablishmentEntry]) -> tables.Table:
    """Which agency staff and fixed terms end when, and who comes back, by month; of a team no end is told."""
    sums: dict[tuple[date, str, str], Decimal] = {}
    for each in entries:
        day = each.first_day if each.kind == core.RETURNER else each.last_day
        if day is None or each.is_of_few or each.kind not in (core.AGENCY, core.FIXED_TERM, core.RETURNER):
            continue
        key = day.replace(day=1), _KINDS[each.kind], each.grade
        fte = Decimal(each.fte.numerator) / Decimal(each.fte.denominator)
        sums[key] = sums.get(key, Decimal()) + fte
    columns = [
        tables.Column("month", "Month", "date"),
        tables.Column("kind", "What ends or begins"),
        tables.Column("grade", "Grade"),
        tables.Column("fte", "FTE", "number"),
    ]
    rows = [
        tables.Row(
            {
                "month": _month(month),
                "kind": tables.text(f"{kind} {'' if kind == _KINDS[core.RETURNER] else 'ends'}".strip()),
                "grade": tables.text(grade),
                "fte": _fte(fte, 2),
            }
        )
        for (month, kind, grade), fte in sorted(sums.items())
    ]
    empty = "No end of agency staff or of fixed terms is known that can be told here."
    return tables.Table("ends", "Agency staff and fixed terms that end", columns, rows, empty=empty)


def trainees(told: Mapping[str, Any], day: date) -> tables.Table:
    """Trainees by the month in which they qualify: months without any are left out."""
    columns = [
        tables.Column("month", "Month", "date"),
        tables.Column("qualified", "Trainees who qualify", "number"),
        tables.Column("officers", "Officers then (FTE)", "number"),
    ]
    rows = [
        tables.Row(
            {
                "month": _month(pipeline_told.month_after(day, each["month"])),
                "qualified": tables.Value(each["qualified"], f"{each['qualified']:,.1f}"),
                "officers": tables.Value(each["officers"], f"{each['officers']:,.1f}"),
            }
        )
        for each in told["months"]
        if each["qualified"] >= 0.05
    ]
    empty = "No trainees qualify in these months."
    return tables.Table("trainees", "Trainees by the month they qualify", columns, rows, empty=empty)


def trainees_words(share: float) -> str:
    """Where the intakes come from."""
    return (
        "Trainees are by a model: intakes are not in the data, so it takes those of England and Wales, every "
        f"six months, in proportion to the officers here ({share * 100:.1f}% of those published)."
    )


def forecast(title: str, told: Mapping[str, Any]) -> tables.Table:
    """The published caseload carried on, with its band, and no change beside it."""
    columns = [
        tables.Column("day", "Day", "date"),
        tables.Column("value", "Forecast", "number"),
        tables.Column("low", "80%, lower end", "number"),
        tables.Column("high", "80%, upper end", "number"),
        tables.Column("last", "No change", "number"),
    ]
    rows = [
        tables.Row(
            {
                "day": tables.day(each["as_at"]),
                **{key: _whole(each[key]) for key in ("value", "low", "high")},
                "last": _whole(each["last_value"]),
            }
        )
        for each in told["steps"]
    ]
    return tables.Table("forecast", f"Forecast: {title}", columns, rows)


_STATES = {"full already": "four weeks are full already", "too short a past": "not known: too short a past"}


def odds(counts: Mapping[int, Mapping[str, int]], day: date | None, over: str) -> tables.Table:
    """How many teams are how likely to be over the threshold, likeliest words first."""
    columns = [
        tables.Column("band", "How likely"),
        *(
            tables.Column(f"weeks{weeks}", f"Teams, within {counted(weeks, 'week')}", "count")
            for weeks in method.WEEKS
        ),
    ]
    order = [_STATES["full already"], *(words for _, words in method.BANDS), _STATES["too short a past"]]
    rows = [
        tables.Row(
            {
                "band": tables.text(words[:1].upper() + words[1:]),
                **{f"weeks{weeks}": tables.count(of.get(words, 0)) for weeks, of in counts.items()},
            }
        )
        for words in order
        if any(words in of for of in counts.values())
    ]
    of_day = f", by the figures of {written(day)}" if day else ""
    empty = "This cannot be said: no odds have been worked out for these teams."
    title = f"Teams by how likely four weeks in a row over {over} are{of_day}"
    return tables.Table("odds", title, columns, rows, empty=empty)


def odds_words(counts: Mapping[int, Mapping[str, int]], over: str) -> str:
    """How many teams are likely over; empty where nothing is known."""
    likely = {words for least, words in method.BANDS if least >= 60}
    said = []
    for weeks, of in counts.items():
        teams, known = sum(of.get(each, 0) for each in likely), sum(of.values())
        if known:
            said.append(f"{teams:,} of {counted(known, 'team')} within {counted(weeks, 'week')}")
    full = max((of.get(_STATES["full already"], 0) for of in counts.values()), default=0)
    if not said:
        return ""
    are = "is" if full == 1 else "are"
    return (
        f"Likely or more to be over {over} for four weeks in a row: {', '.join(said)}; {full:,} {are} "
        "already. It is about the work that is handed out. No team is put in an order by it."
    )


def state_words(state: str, band: str | None) -> str:
    """What a row of stated odds counts as."""
    return band if state == "stated" and band else _STATES.get(state, state)


def room(found: UnitFull) -> tables.Table:
    """Room by kind of case: points left, and in how many days there is none."""
    columns = [
        tables.Column("kind", "Kind of case"),
        tables.Column("today", "Today", "words"),
        tables.Column("spare", "Points left, re-shared", "points"),
        tables.Column("days", "Days to full (estimate)", "count"),
        tables.Column("until", "Full in (estimate)", "words"),
    ]
    rows, outlook = [], found.outlook
    for each in found.state.kinds:
        run, ahead = (outlook.runs[each.kind], outlook.ahead[each.kind]) if outlook else (None, None)
        days = ahead.days if ahead else None
        rows.append(
            tables.Row(
                {
                    "kind": tables.text(kind_words(each.kind)),
                    "today": tables.text(kind_sentences.today(each, run)),
                    "spare": tables.points(each.best.spare_x100),
                    "days": tables.Value(None, "–") if days is None else tables.count(ceil(days)),
                    "until": tables.text(kind_sentences.until(ahead, outlook.day if outlook else None)),
                }
            )
        )
    empty = "Nobody here is in sentence management, so nobody can say how many cases there is room for."
    return tables.Table("room", "Days until there is no room", columns, rows, empty=empty)


def _month(day: date) -> tables.Value:
    return tables.Value(day.replace(day=1), f"{day:%B %Y}")


def _fte(value: Decimal | None, decimals: int = 1) -> tables.Value:
    if value is None:
        return tables.Value(None, "–")
    return tables.Value(value, f"{value:z,.{decimals}f}".replace("-", MINUS))


def _ratio(there: Decimal, need: Decimal) -> tables.Value:
    if not need:
        return tables.Value(None, "–")
    share = there / need * 100
    return tables.Value(round(share, 2), f"{share:,.1f}%")


def _whole(value: float | None) -> tables.Value:
    return tables.Value(None, "none") if value is None else tables.Value(round(value), f"{value:,.0f}")
