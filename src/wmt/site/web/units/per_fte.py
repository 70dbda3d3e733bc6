"""Cases per full-time equivalent: a measure beside capacity, held to grade, with its marks."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from wmt.ledger import decimal
from wmt.ledger.caseload import (
    Caseload,
    CaseMarks,
    PostCases,
    case_marks,
    caseload_of,
    is_not_reasonable,
    is_over_ceiling,
    per_fte_x100,
)
from wmt.ledger.figures import divide_half_up
from wmt.site.web import tables
from wmt.site.web.tables import Column, Row, Table, Value
from wmt.site.web.units import counting
from wmt.site.web.units.question import GRADES, Question
from wmt.site.workload import units
from wmt.site.workload.current import rules_of
from wmt.site.workload.models import Unit

TITLE = "Cases per FTE"
TEMPLATE = "unit/per_fte.jinja"

_POST = ("grade", "cases", "unpaid_only_cases", "contracted_hours_micro", "reduction_hours_micro")


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Every unit has a caseload, be it empty."""
    return True


def content(question: Question) -> dict[str, Any]:
    """The measure by grade and by unit below; of a post, its own figures."""
    marks = case_marks(rules_of(question.state))
    found = {"marks": _mark_words(marks), "rules": _RULES, "none": False}
    if question.is_post:
        return {**found, "tables": {"per_fte": _of_post(question, marks)}, "filters": []}
    posts = _posts(question)
    by_grade: dict[str, Caseload] = {grade: Caseload(marks) for grade in GRADES}
    for _, post in posts:
        by_grade[post.grade].add(post)
    whole = caseload_of((post for _, post in posts), marks)
    return {
        **found,
        "none": not posts,
        "filters": [counting.grade_filter(question)],
        "tables": {
            "below": _below(question, posts, marks, whole),
            "grades": _grades(question, by_grade, whole),
        },
    }


_RULES = ("thresholds.caseload_ceiling.cases_per_fte", "thresholds.caseload_not_reasonable.cases")


def _mark_words(marks: CaseMarks) -> tuple[str, str]:
    return tables.exact(marks.ceiling_x100).text, tables.exact(marks.not_reasonable_x100).text


def _posts(question: Question) -> list[tuple[str, PostCases]]:
    """Every post under the unit, with the code of the unit below that it belongs to: one question."""
    below = units.child_level(question.unit.level)
    code = "code" if below == "post" else f"{below}_code"
    rows = units.below(question.state, question.unit, "post", question.grade).order_by()
    return [(place, PostCases(*rest)) for place, *rest in rows.values_list(code, *_POST)]


def _columns(marks: CaseMarks) -> list[Column]:
    ceiling, most = _mark_words(marks)
    return [
        Column("posts", "Posts", "count"),
        Column("fte", "FTE", "number", "Contracted hours ÷ full-time hours."),
        Column("cases", "Cases that count", "count"),
        Column("unpaid_only", "Unpaid work only", "count"),
        Column("per_fte", "Cases per FTE", "number", "Cases that count ÷ FTE: of a unit, sum ÷ sum."),
        Column("per_fte_left", "Per FTE left after reductions", "number"),
        Column("over_ceiling", f"Posts over {ceiling}", "count", "Cases of unpaid work only left aside."),
        Column(
            "over_ceiling_share",
            f"Share over {ceiling}",
            "number",
            "Of posts with contracted hours, in per cent.",
        ),
        Column("not_reasonable", f"Posts over {most}", "count"),
        Column(
            "not_reasonable_share",
            f"Share over {most}",
            "number",
            "Of posts with contracted hours, in per cent.",
        ),
    ]


def _values(found: Caseload) -> dict[str, Value]:
    return {
        "posts": tables.count(found.posts),
        "fte": _one_place(divide_half_up(found.fte.numerator * 100, found.fte.denominator)),
        "cases": tables.count(found.cases),
        "unpaid_only": tables.count(found.unpaid_only),
        "per_fte": _one_place(per_fte_x100(found.cases, found.fte)),
        "per_fte_left": _one_place(per_fte_x100(found.cases, found.fte_left)),
        "over_ceiling": tables.count(found.over_ceiling),
        "over_ceiling_share": _share(found.over_ceiling, found.posts_with_time),
        "not_reasonable": tables.count(found.not_reasonable),
        "not_reasonable_share": _share(found.not_reasonable, found.posts_with_time),
    }


def _one_place(x100: int | None) -> Value:
    """A number with two places, shown with one; words where there is none."""
    if x100 is None:
        return Value(None, "no contracted hours", tone="quiet")
    shown = Decimal(divide_half_up(x100, 10)).scaleb(-1)
    return Value(decimal(x100), f"{shown:,}")


def _share(part: int, whole: int) -> Value:
    if not whole:
        return Value(None, "")
    found = _one_place(divide_half_up(part * 10_000, whole))
    return Value(found.raw, f"{found.text}%")


def _grades(question: Question, by_grade: dict[str, Caseload], whole: Caseload) -> Table:
    rows = [
        Row({"grade": tables.text(grade), **_values(found)})
        for grade, found in by_grade.items()
        if found.posts
    ]
    columns = [Column("grade", "Grade"), *_columns(whole.marks)]
    total = Row({"grade": tables.text("All grades"), **_values(whole)})
    caption = f"Cases per FTE by grade: {question.unit.name}"
    return Table("grades", caption, columns, rows, total if rows else None)


def _below(
    question: Question, posts: list[tuple[str, PostCases]], marks: CaseMarks, whole: Caseload
) -> Table:
    level = units.child_level(question.unit.level)
    caption = f"Cases per FTE: {units.PLURALS[level]} of {question.unit.name}"
    if question.grade:
        caption += f" (grade {question.grade})"
    if level == "post":
        return _of_posts(question, caption, dict(posts), marks)
    apart: defaultdict[str, Caseload] = defaultdict(lambda: Caseload(marks))
    for code, post in posts:
        apart[code].add(post)
    rows = [
        counting.name_row(question, unit, "per-fte", _values(apart[unit.code]))
        for unit in counting.below(question)
    ]
    columns = [*counting.name_columns(question), *_columns(marks)]
    return Table("below", caption, columns, rows, counting.total_row(_values(whole)))


_OF_POST = (
    Column("fte", "FTE", "number", "Contracted hours ÷ full-time hours."),
    Column("cases", "Cases that count", "count"),
    Column("unpaid_only", "Unpaid work only", "count"),
    Column("per_fte", "Cases per FTE", "number"),
    Column("per_fte_left", "Per FTE left after reductions", "number"),
    Column("marks", "Over which mark"),
)


def _of_posts(question: Question, caption: str, posts: dict[str, PostCases], marks: CaseMarks) -> Table:
    rows = [
        counting.name_row(question, unit, "per-fte", _values_of_post(posts[unit.code], marks))
        for unit in counting.below(question)
        if unit.code in posts
    ]
    columns = [*counting.name_columns(question), *_OF_POST]
    whole = _values(caseload_of(posts.values(), marks)) | {"marks": tables.text("")}
    return Table("below", caption, columns, rows, counting.total_row(whole))


def _of_post(question: Question, marks: CaseMarks) -> Table:
    post = PostCases(*(getattr(question.unit, name) for name in _POST))
    columns = [Column("name", "Practitioner"), *_OF_POST]
    row = Row({"name": tables.text(question.unit.name), **_values_of_post(post, marks)})
    return Table("per_fte", f"Cases per FTE: {question.unit.name}", columns, [row])


def _values_of_post(post: PostCases, marks: CaseMarks) -> dict[str, Value]:
    ceiling, most = _mark_words(marks)
    over = [f"over {ceiling}"] * is_over_ceiling(post, marks)
    over += [f"over {most}"] * is_not_reasonable(post, marks)
    values = _values(caseload_of([post], marks))
    return values | {"marks": tables.text(", ".join(over))}
