"""Records to put right: by kind with who can, one by one, at the units below, and week by week."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from wmt.data_quality.sums import NOTHING, QualitySum, all_together, put_right_x100, sums_by
from wmt.ledger import HEADLINE, Moment
from wmt.site import tables
from wmt.site.accounts.visibility import bulk_withheld, cases_withheld
from wmt.site.figures import units
from wmt.site.links import unit_url
from wmt.site.queries import data_quality as query
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.workload.models import Unit
from wmt.text import counted

TITLE = "Records to put right"
TEMPLATE = "unit/data_quality.jinja"
WHO = {
    "practitioner": "the practitioner",
    "admin": "case administration",
    "manager": "the manager",
    "other_office": "another office",
}
_WITHHELD = "withheld"
#: Of more records of the nation the practitioners are listed by their codes.
_MOST_NAMED = 500


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Every unit, be there nothing to put right."""
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """Sums by kind, the records, the units below, what was put right in the last week, and the weeks."""
    records = query.records_of(question.state, question.unit)
    if records.found is None:
        return {"known": False, "tables": {}}
    filters = _filters(question, records)
    kind, who = filters.chosen("kind"), filters.chosen("who")
    chosen = [name for name, rule in records.kinds.items() if kind in ("", name) and who in ("", rule.owner)]
    rows = records.listed.filter(pl.col("kind").is_in(chosen))
    whole = all_together(records.listed, records.kinds)
    found = {"kinds": _kinds(question, records)}
    if not question.is_post:
        found["below"] = _below(question, records)
    found["records"] = _records(question, records, rows)
    if records.mended is not None:
        found["mended"] = _mended(question, records)
    if len(records.weeks) > 1:
        found["weeks"] = _weeks(records)
    return {
        "known": True,
        "filters": filters,
        "records": counted(whole.findings, "record"),
        "none": not whole.findings,
        "said": _said(question.unit, whole),
        "team_said": _team_said(question, whole),
        "mended_count": None if records.mended is None else counted(records.mended.height, "record"),
        "tables": found,
    }


def _filters(question: UnitRequest, records: query.UnitRecords) -> FilterForm:
    return FilterForm(
        question.request.GET,
        kind=OneOf("Kind", [("", "All kinds"), *((name, rule.name) for name, rule in records.kinds.items())]),
        who=OneOf(
            "Who can put it right", [("", "Anybody"), *((name, _upper(words)) for name, words in WHO.items())]
        ),
    )


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]


def _said(unit: Unit, each: QualitySum) -> dict[str, str]:
    """The figure now and if all were put right; empty where there is nothing or no figure."""
    now = Moment(unit.points_x100, unit.available_x100)
    least, most, expected = put_right_x100(now, each)
    if not each.findings or not now.available_x100 or expected is None:
        return {}
    then = (unit.points_x100 + each.expected_x100, unit.available_x100 + each.expected_available_x100)
    return {
        "now": tables.percent(*now, 0).text,
        "then": tables.percent(*then, 0).text,
        "least": _percent_x100(least),
        "most": _percent_x100(most),
    }


def _percent_x100(x100: int | None) -> str:
    return "no available hours" if x100 is None else f"{tables.exact(x100).text}%"


def _team_said(question: UnitRequest, each: QualitySum) -> dict[str, str]:
    """What the team of a post would go to by it."""
    if not question.is_post or question.unit.stream != HEADLINE:
        return {}
    teams = units.of_level(question.state, "team").filter(code=question.unit.team_code, stream=HEADLINE)
    team = teams.first()
    return {} if team is None else {"name": team.name} | _said(team, each)


def _kinds(question: UnitRequest, records: query.UnitRecords) -> tables.Table:
    unit, by_kind = question.unit, sums_by(records.listed, "kind")
    mended = {} if records.mended is None else dict(records.mended.group_by("kind").len().iter_rows())
    columns = [
        tables.Column("kind", "What is to be put right", "words"),
        tables.Column("who", "Who can put it right", "words"),
        tables.Column("how", "How", "words"),
        *_SUMS,
        tables.Column("capacity", "Capacity if put right", "percent"),
        tables.Column("since", "Oldest since", "date"),
        tables.Column("mended", "Put right in the last week", "count"),
    ]
    rows = []
    for kind, rule in records.kinds.items():
        each = by_kind.get(kind)
        if each is None and not mended.get(kind):
            continue
        each = each or NOTHING
        href = unit_url(unit.level, unit.code, "data-quality", stream=question.stream, kind=kind)
        rows.append(
            tables.Row(
                {
                    "kind": tables.text(rule.name, f"{href}#table-records"),
                    "who": tables.text(WHO[rule.owner]),
                    "how": tables.text(rule.mended),
                    **_sum_values(each),
                    "capacity": _then(question, unit, each),
                    "since": tables.day(each.since),
                    "mended": tables.count(mended.get(kind, 0)),
                }
            )
        )
    return tables.Table("kinds", "By kind", columns, rows, empty="There is nothing to put right.")


_SUMS = (
    tables.Column("records", "Records", "count"),
    tables.Column("least", "Points, least", "points"),
    tables.Column("expected", "Points, expected", "points", "The change if they were put right."),
    tables.Column("most", "Points, most", "points"),
    tables.Column("available", "Available points, expected", "points", "The change, of hours and grades."),
)


def _sum_values(each: QualitySum) -> dict[str, tables.Value]:
    note = f"not known of {each.unknown:,}" if each.unknown else ""
    return {
        "records": tables.count(each.findings),
        "least": tables.exact(each.least_x100),
        "expected": tables.exact(each.expected_x100, note=note),
        "most": tables.exact(each.most_x100),
        "available": tables.exact(each.expected_available_x100),
    }


def _then(question: UnitRequest, unit: Unit, each: QualitySum) -> tables.Value:
    if each.unknown:
        return tables.Value(None, "not known")
    points = unit.points_x100 + each.expected_x100
    time = max(unit.available_x100 + each.expected_available_x100, 0)
    return tables.capacity(points, time, question.state.over_x100, unit.stream)


def _below(question: UnitRequest, records: query.UnitRecords) -> tables.Table:
    level = question.level
    by_unit: Mapping[Any, pl.DataFrame] = records.listed.partition_by(f"{level}_code", as_dict=True)
    columns = [
        tables.Column("name", units.TITLES[level]),
        *_SUMS,
        tables.Column("now", "Capacity", "percent"),
        tables.Column("capacity", "Capacity if put right", "percent"),
        tables.Column("since", "Oldest since", "date"),
    ]
    rows = []
    for unit in question.below:
        own = by_unit.get((unit.code,))
        if own is None:
            continue
        each = all_together(own, records.kinds)
        over = question.state.over_x100
        values = {
            "name": tables.text(unit.name, unit_url(level, unit.code, "data-quality")),
            **_sum_values(each),
            "now": tables.capacity(unit.points_x100, unit.available_x100, over, unit.stream),
            "capacity": _then(question, unit, each),
            "since": tables.day(each.since),
        }
        rows.append(tables.Row(values, level, unit.code))
    title = f"{units.PLURALS[level]} with records to put right"
    return tables.Table("below", title, columns, rows, empty="There are none.")


def _records(question: UnitRequest, records: query.UnitRecords, rows: pl.DataFrame) -> tables.Table:
    return _listed(question, records, rows, "records", "One by one")


def _mended(question: UnitRequest, records: query.UnitRecords) -> tables.Table:
    day = tables.day(records.weeks[1].day).text
    assert records.mended is not None
    return _listed(question, records, records.mended, "mended", f"There on {day}, and not any more")


def _listed(
    question: UnitRequest, records: query.UnitRecords, rows: pl.DataFrame, name: str, caption: str
) -> tables.Table:
    """The records one by one, as far as whoever asks may read them."""
    readable = records.readable(rows, question.user)
    names = _names(question, readable)
    columns = [
        tables.Column("ref", "Case or contact", "code"),
        *([] if question.is_post else [tables.Column("holder", "Practitioner")]),
        tables.Column("kind", "What is to be put right", "words"),
        tables.Column("recorded", "Recorded", "words"),
        tables.Column("instead", "It may be", "words"),
        tables.Column("who", "Who can put it right", "words"),
        tables.Column("since", "Since", "date"),
        tables.Column("cases", "Cases", "count"),
        tables.Column("least", "Points, least", "points"),
        tables.Column("expected", "Points, expected", "points"),
        tables.Column("most", "Points, most", "points"),
        tables.Column("available", "Available points, expected", "points"),
    ]

    def row(place: int) -> tables.Row:
        return _record(question, records, readable.row(place, named=True), names)

    # of thousands a page shows one screen
    listed = tables.LazyRows(range(readable.height), row, lambda place, key: row(place).values[key].raw)
    said = [cases_withheld(), *bulk_withheld(question.unit)] if readable["is_withheld"].any() else []
    if readable["ref"].is_null().any() and question.is_post:
        said.append("A row without a reference is of the post itself, or of cases that the data only counts.")
    return tables.Table(name, caption, columns, listed, notes=said, empty="There is nothing to put right.")


def _record(
    question: UnitRequest, records: query.UnitRecords, found: dict[str, Any], names: Mapping[str, str]
) -> tables.Row:
    rule = records.kinds[found["kind"]]
    code = found["post_code"]
    values = {
        "ref": tables.Value(
            found["ref"] or "", _WITHHELD if found["is_withheld"] else found["ref"] or "none"
        ),
        "kind": tables.text(rule.name),
        "recorded": tables.text(found["recorded"] or ""),
        "instead": tables.text(found["instead"] or ""),
        "who": tables.text(WHO[rule.owner]),
        "since": tables.day(found["since"]),
        "cases": tables.count(found["cases"]),
        "least": tables.exact(found["least_x100"]),
        "expected": tables.exact(found["expected_x100"]),
        "most": tables.exact(found["most_x100"]),
        "available": tables.exact(found["expected_available_x100"]),
    }
    if not question.is_post:
        values["holder"] = tables.text(names.get(code, code), unit_url("post", code, "data-quality"))
    return tables.Row(values)


def _names(question: UnitRequest, rows: pl.DataFrame) -> dict[str, str]:
    if question.is_post:
        return {}
    posts = units.of_level(question.state, "post")
    if question.unit.level != units.NATION:
        posts = posts.filter(**{f"{question.unit.level}_code": question.unit.code})
    elif question.in_full or rows.height > _MOST_NAMED:
        return {}  # the codes say who it is
    else:
        posts = posts.filter(code__in=rows["post_code"].unique().to_list())
    return units.names_of(posts)


def _weeks(records: query.UnitRecords) -> tables.Table:
    columns = [tables.Column("day", "Day", "date"), *_SUMS]
    rows = [
        tables.Row({"day": tables.day(week.day), **_sum_values(all_together(week.found, records.kinds))})
        for week in records.weeks
    ]
    return tables.Table("weeks", "Week by week", columns, rows)
