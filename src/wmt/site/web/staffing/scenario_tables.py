"""A demand scenario as tables: people month by month, by lever, grade and line, room, contracts, sources."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from wmt.ledger.arithmetic import MINUS
from wmt.plan import full_words
from wmt.site import tables
from wmt.site.queries import staffing_words
from wmt.site.web.units.labels import upper_first
from wmt.text import counted


def number(value: Decimal | None, decimals: int = 1) -> tables.Value:
    """A number as people read it."""
    if value is None:
        return tables.Value(None, "–")
    return tables.Value(value, f"{value:z,.{decimals}f}".replace("-", MINUS))


def signed(value: Decimal, decimals: int = 1) -> str:
    """A change, with its sign; nothing has none."""
    said = f"{value:z,.{decimals}f}"
    sign = "" if not float(said.replace(",", "")) else "+" if value > 0 else ""
    return f"{sign}{said}".replace("-", MINUS)


def _change(value: Decimal) -> tables.Value:
    return tables.Value(value, signed(value))


def _percent(value: Decimal | None) -> tables.Value:
    return tables.Value(value, "–" if value is None else f"{value:,.1f}%")


def first_sentence(name: str, told: Mapping[str, Any]) -> str:
    """What the scenario comes to, as a range."""
    at = next(each for each in told["when"] if each["months"] == told["months"])
    when = f"in {counted(told['months'], 'month')}"
    ends = [signed(at[f"more_{end}"]) for end in ("least", "most")]
    change = f"a change of {ends[0]} to {ends[1]}" if ends[0] != ends[1] else f"a change of {ends[0]}"
    needs = [f"{at[f'need_{end}']:,.1f}" for end in ("least", "most")]
    between = f"between {needs[0]} and {needs[1]}" if needs[0] != needs[1] else needs[0]
    return (
        f"{name} needs {told['now']['need']:,.1f} full-time people (FTE) for its work today and would need "
        f"{between} {when}: {change} over both readings of time away."
    )


def tables_of(
    name: str, told: Mapping[str, Any], rooms: Sequence[Mapping[str, Any]]
) -> dict[str, tables.Table]:
    """Every table of a scenario of a unit, in the order they are shown."""
    found = {"when": when(name, told), "levers": _levers(told), "grades": _grades(told)}
    if rooms:
        found["room"] = _rooms(told, rooms)
    if told["contracts"]:
        found["contracts"] = _contracts(told)
    return found | {"sources": _sources(told), "lines": _lines(told)}


def when(name: str, told: Mapping[str, Any], key: str = "when") -> tables.Table:
    """The people that the work needs, month by month, each as a range."""
    columns = [
        tables.Column("when", "When"),
        tables.Column("least", "Needed, at least (FTE)", "number"),
        tables.Column("most", "Needed, at most (FTE)", "number"),
        tables.Column("more_least", "Change, at least (FTE)", "number", "In both readings of NET and NAT."),
        tables.Column("more_most", "Change, at most (FTE)", "number", "In both readings of NET and NAT."),
        tables.Column("points_least", "Points, at least", "points"),
        tables.Column("points_most", "Points, at most", "points"),
        tables.Column("capacity_least", "Capacity, at least", "number", "Of the points available today."),
        tables.Column("capacity_most", "Capacity, at most", "number", "Of the points available today."),
    ]
    now, nothing = told["now"], Decimal()
    today = {
        "months": 0, "need_least": now["need"], "need_most": now["need"], "more_least": nothing,
        "more_most": nothing, "points_least": now["points"], "points_most": now["points"],
        "capacity_least": now["capacity"], "capacity_most": now["capacity"],
    }  # fmt: skip
    rows = [tables.Row(_when(each)) for each in (today, *told["when"])]
    return tables.Table(key, f"People needed for the work of {name}", columns, rows)


def _when(each: Mapping[str, Any]) -> dict[str, tables.Value]:
    months = each["months"]
    return {
        "when": tables.Value(months, f"In {counted(months, 'month')}" if months else "Today"),
        "least": number(each["need_least"]),
        "most": number(each["need_most"]),
        "more_least": _change(each["more_least"]),
        "more_most": _change(each["more_most"]),
        "points_least": number(each["points_least"], 0),
        "points_most": number(each["points_most"], 0),
        "capacity_least": _percent(each["capacity_least"]),
        "capacity_most": _percent(each["capacity_most"]),
    }


def _levers(told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("what", "What would be different", "words"),
        tables.Column("least", "Change, at least (FTE)", "number"),
        tables.Column("most", "Change, at most (FTE)", "number"),
    ]
    rows = [
        tables.Row(
            {
                "what": tables.text(upper_first(each["words"])),
                "least": _change(each["more_least"]),
                "most": _change(each["more_most"]),
            }
        )
        for each in told["levers"]
    ]
    title = f"What each change adds after those before it, in {counted(told['months'], 'month')}"
    return tables.Table("levers", title, columns, rows, empty="Nothing is different yet.")


def _grades(told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("grade", "Grade"),
        tables.Column("now", "Needed today (FTE)", "number"),
        tables.Column("least", "At least (FTE)", "number"),
        tables.Column("most", "At most (FTE)", "number"),
    ]
    rows = [
        tables.Row(
            {
                "grade": tables.text(each["grade"]),
                "now": number(each["now"]),
                "least": number(each["need_least"]),
                "most": number(each["need_most"]),
            }
        )
        for each in told["grades"]
    ]
    notes = ["For the work alone, without single points of contact and mentoring."]
    title = f"By grade, in {counted(told['months'], 'month')}"
    return tables.Table("grades", title, columns, rows, notes=notes)


def _rooms(told: Mapping[str, Any], rooms: Sequence[Mapping[str, Any]]) -> tables.Table:
    columns = [
        tables.Column("kind", "Kind of case"),
        tables.Column("spare_now", "Points left today", "points", "With the best re-sharing."),
        tables.Column("spare_least", "Points left, at least", "points"),
        tables.Column("spare_most", "Points left, at most", "points"),
        tables.Column("days_now", "Full in, today (estimate)", "words"),
        tables.Column(
            "days", "Full in (estimate)", "words", "From that day, at the net inflow of the last weeks."
        ),
    ]
    rows = [
        tables.Row(
            {
                "kind": tables.text(full_words.kind_words(each["kind"])),
                **{
                    f"spare_{end}": tables.points(each[f"spare_x100_{end}"])
                    for end in ("now", "least", "most")
                },
                "days_now": tables.text(_days(each["spare_x100_now"], each["days_now"])),
                "days": tables.text(_days_range(each)),
            }
        )
        for each in rooms
    ]
    title = f"Room for more cases, in {counted(told['months'], 'month')}"
    return tables.Table("room", title, columns, rows)


def _days(spare_x100: int, days: float | None) -> str:
    if spare_x100 <= 0:
        return "full"
    return "not known, or never at this rate" if days is None else counted(round(days), "day")


def _days_range(each: Mapping[str, Any]) -> str:
    ends = [_days(each[f"spare_x100_{end}"], each[f"days_{end}"]) for end in ("least", "most")]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _contracts(told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("what", "Contract", "words"),
        tables.Column("volume", "People a year", "words"),
        tables.Column("least", "Value, at least (£)", "number", "Volume × cost for each × intensity."),
        tables.Column("most", "Value, at most (£)", "number"),
        tables.Column("people", "People the budget pays for", "number"),
    ]
    words = {each["number"]: each["words"] for each in told["levers"]}
    rows = [
        tables.Row(
            {
                "what": tables.text(upper_first(words[each["number"]])),
                "volume": tables.text(f"{each['volume_least']:,.0f} to {each['volume_most']:,.0f}"),
                "least": number(each["value_least"], 0),
                "most": number(each["value_most"], 0),
                "people": number(each["people_of_budget"], 0),
            }
        )
        for each in told["contracts"]
    ]
    return tables.Table("contracts", "Contracts", columns, rows)


_AMOUNTS: tuple[tuple[str, str, Literal["count", "points", "number"]], ...] = (
    ("cases", "Cases", "count"),
    ("points", "Points", "points"),
    ("fte", "FTE", "number"),
)


def _lines(told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("kind", "Kind of work"),
        tables.Column("line", "What"),
        tables.Column("type", "Type"),
        tables.Column("tier", "Tier"),
        *(
            tables.Column(f"{name}_{end}", f"{title} {words}", kind)
            for name, title, kind in _AMOUNTS
            for end, words in (("now", "today"), ("least", "at least"), ("most", "at most"))
        ),
    ]
    rows = [tables.Row(_line(each)) for each in told["lines"]]
    notes = ["The FTE of these lines add up to the people needed."]
    title = f"Work behind the people needed, in {counted(told['months'], 'month')}"
    return tables.Table("lines", title, columns, rows, notes=notes)


def _line(each: Mapping[str, Any]) -> dict[str, tables.Value]:
    ends = ("now", "least", "most")
    return {
        "kind": tables.text(staffing_words.KINDS.get(each["kind"], each["kind"])),
        "line": tables.text(staffing_words.line_words(each)),
        "type": tables.text(each["type"] or each["rule"].partition("report_points.")[2].upper()),
        "tier": tables.text("untiered" if each["tier"] == "0" else each["tier"]),
        **{f"cases_{end}": tables.count(each[f"cases_{end}"]) for end in ends},
        **{f"points_{end}": number(each[f"points_{end}"], 0) for end in ends},
        **{f"fte_{end}": number(each[f"fte_{end}"], 2) for end in ends},
    }


def _sources(told: Mapping[str, Any]) -> tables.Table:
    columns = [
        tables.Column("what", "What is assumed", "words"),
        tables.Column("value", "Number", "words"),
        tables.Column("mark", "Mark", "words"),
        tables.Column("source", "Source", "words"),
    ]
    rows = [
        tables.Row(
            {
                "what": tables.text(each["description"]),
                "value": tables.text(_worth(each["value"], each["unit"])),
                "mark": tables.text(_mark(each)),
                "source": tables.text(upper_first(each["source"])),
            }
        )
        for each in told["rules"]
    ]
    empty = "These changes start from nothing but today’s figures."
    return tables.Table("sources", "What the changes start from", columns, rows, empty=empty)


def _mark(each: Mapping[str, Any]) -> str:
    if each["is_placeholder"]:
        return "placeholder: chosen here"
    if each["first_known"]:
        return f"from the source, first known for {each['first_known']:%-d %B %Y}"
    return "from the source"


def _worth(value: Any, unit: str) -> str:
    said = f"{value:,}"
    return f"{said}%" if unit.startswith("percent") else f"{said} {unit.removesuffix(' of a case')}"
