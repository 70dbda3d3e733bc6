"""Cases per full-time equivalent: a measure beside capacity, held to grade, with its marks."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from wmt.grades import GRADES
from wmt.ledger import caseload, decimal
from wmt.ledger.arithmetic import divide_half_up
from wmt.rules import RuleSet
from wmt.site import tables
from wmt.site.figures import units
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import line_tables
from wmt.site.workload.models import Unit
from wmt.site.workload.state import rules_of

TITLE = "Cases per FTE"
TEMPLATE = "unit/per_fte.jinja"


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Every unit has a caseload, be it empty."""
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """The measure by grade and by unit below; of a post, its own figures."""
    rules = rules_of(question.state)
    marks = caseload.case_marks(rules)
    found = {
        "marks": _mark_words(marks),
        "rules": caseload.MARKS,
        "published": _published(rules),
        "none": False,
    }
    if question.is_post:
        post = caseload.PostCases(*(getattr(question.unit, name) for name in caseload.POST_COLUMNS))
        of_person = units.of_level(question.state, "post").filter(staff_code=post.person).order_by()
        columns = [tables.Column("name", "Practitioner"), *_OF_POST]
        values = _values_of_post(
            post,
            caseload.caseload_of(
                (caseload.PostCases(*row) for row in of_person.values_list(*caseload.POST_COLUMNS)), marks
            ),
        )
        row = tables.Row({"name": tables.text(question.unit.name), **values})
        return {
            **found,
            "tables": {
                "per_fte": tables.Table("per_fte", f"Cases per FTE: {question.unit.name}", columns, [row])
            },
            "filters": None,
        }
    posts = _posts(question)
    by_grade: dict[str, caseload.Caseload] = {grade: caseload.Caseload(marks) for grade in GRADES}
    for _, post in posts:
        by_grade[post.grade].add(post)
    whole = caseload.caseload_of((post for _, post in posts), marks)
    return {
        **found,
        "none": not posts,
        "filters": line_tables.grade_filter(question),
        "tables": {
            **_below(question, posts, marks, whole),
            **_grades(question, by_grade, whole),
        },
    }


_PUBLISHED = (
    "staffing.government.cases_per_fte_po",
    "staffing.government.po_over_fifty_cases",
    "staffing.inspectorate.over_forty_cases_crc",
    "staffing.inspectorate.over_forty_cases_nps",
)


def _published(rules: RuleSet) -> dict[str, str]:
    """The published figures beside which these can be held, by the last part of their rule's path."""
    found = {path.rpartition(".")[2]: rules.get(path) for path in _PUBLISHED}
    return {name: str(value.value) for name, value in found.items() if value is not None}


def _mark_words(marks: caseload.CaseMarks) -> list[str]:
    return [tables.exact(mark_x100).text for mark_x100 in marks.marks_x100]


def _posts(question: UnitRequest) -> list[tuple[str, caseload.PostCases]]:
    """Every post under the unit, with the code of the unit below that it belongs to: one question."""
    below = units.child_level(question.unit.level)
    code = "code" if below == "post" else f"{below}_code"
    rows = units.below(question.state, question.unit, "post", question.grade).order_by()
    return [
        (place, caseload.PostCases(*rest)) for place, *rest in rows.values_list(code, *caseload.POST_COLUMNS)
    ]


_OF_POSTS = "Of posts with contracted hours."
_OF_PEOPLE = "Of people with contracted hours."


def _columns(marks: caseload.CaseMarks) -> list[tables.Column]:
    """Per FTE: the measure, and how many posts are over each threshold."""
    columns = [
        tables.Column("posts", "Posts", "count"),
        tables.Column("fte", "FTE", "number", "Contracted hours ÷ full-time hours."),
        tables.Column("cases", "Active cases", "count"),
        tables.Column("unpaid_only", "Unpaid work only", "count"),
        tables.Column("per_fte", "Cases per FTE", "number", "Active cases ÷ FTE: of a unit, sum ÷ sum."),
        tables.Column("per_fte_left", "Per FTE left after reductions", "number"),
    ]
    for mark in _mark_words(marks):
        columns += [
            tables.Column(f"over_{mark}", f"Posts over {mark} per FTE", "count"),
            tables.Column(f"share_{mark}", f"Share over {mark} per FTE", "number", _OF_POSTS),
        ]
    return columns


def _head_columns(marks: caseload.CaseMarks) -> list[tables.Column]:
    """By head: how many people hold more cases than each threshold, whatever their hours."""
    columns = [
        tables.Column(
            "people", "People", "count", "With contracted hours; one person may have several posts."
        )
    ]
    for mark in _mark_words(marks):
        columns += [
            tables.Column(f"heads_{mark}", f"People over {mark} cases", "count"),
            tables.Column(f"heads_share_{mark}", f"Share over {mark} cases", "number", _OF_PEOPLE),
        ]
    return columns


def _values(found: caseload.Caseload) -> dict[str, tables.Value]:
    values = {
        "posts": tables.count(found.posts),
        "people": tables.count(found.people),
        "fte": _one_place(found.fte),
        "cases": tables.count(found.cases),
        "unpaid_only": tables.count(found.unpaid_only),
        "per_fte": _one_place(_part(found.cases, found.fte)),
        "per_fte_left": _one_place(_part(found.cases, found.fte_left)),
    }
    heads = found.over_by_head
    for number, mark in enumerate(_mark_words(found.marks)):
        values[f"over_{mark}"] = tables.count(found.over[number])
        values[f"share_{mark}"] = _share(found.over[number], found.posts_with_time)
        values[f"heads_{mark}"] = tables.count(heads[number])
        values[f"heads_share_{mark}"] = _share(heads[number], found.people)
    return values


def _part(number: int, of: Fraction) -> Fraction | None:
    return number / of if of > 0 else None


def _one_place(number: Fraction | None) -> tables.Value:
    """A number with one place, in files with two, each rounded once; words where there is none."""
    if number is None:
        return tables.Value(None, "no contracted hours", tone="quiet")
    tenths, hundredths = (divide_half_up(number.numerator * by, number.denominator) for by in (10, 100))
    return tables.Value(decimal(hundredths), f"{Decimal(tenths).scaleb(-1):,}")


def _share(part: int, whole: int) -> tables.Value:
    if not whole:
        return tables.Value(None, "")
    found = _one_place(Fraction(part * 100, whole))
    return tables.Value(found.raw, f"{found.text}%")


def _grades(
    question: UnitRequest, by_grade: dict[str, caseload.Caseload], whole: caseload.Caseload
) -> dict[str, tables.Table]:
    rows = [
        tables.Row({"grade": tables.text(grade), **_values(found)})
        for grade, found in by_grade.items()
        if found.posts
    ]
    total = tables.Row({"grade": tables.text("All grades"), **_values(whole)}) if rows else None
    name = question.unit.name
    return {
        "grades": tables.Table(
            "grades",
            f"Cases per FTE by grade: {name}",
            [tables.Column("grade", "Grade"), *_columns(whole.marks)],
            rows,
            total,
        ),
        "gradeheads": tables.Table(
            "gradeheads",
            f"Cases by head and grade: {name}",
            [tables.Column("grade", "Grade"), *_head_columns(whole.marks)],
            rows,
            total,
            notes=("A person with posts of two grades is counted in both, and once in all grades.",),
            prefix="gh",
        ),
    }


def _below(
    question: UnitRequest,
    posts: list[tuple[str, caseload.PostCases]],
    marks: caseload.CaseMarks,
    whole: caseload.Caseload,
) -> dict[str, tables.Table]:
    level = units.child_level(question.unit.level)
    of = f"{units.PLURALS[level]} of {question.unit.name}"
    if question.grade:
        of += f" (grade {question.grade})"
    if level == "post":
        return {"below": _of_posts(question, f"Cases per FTE: {of}", dict(posts), marks)}
    apart: defaultdict[str, caseload.Caseload] = defaultdict(lambda: caseload.Caseload(marks))
    for code, post in posts:
        apart[code].add(post)
    rows = [
        line_tables.name_row(question, unit, "per-fte", _values(apart[unit.code]))
        for unit in line_tables.below(question)
    ]
    names, total = line_tables.name_columns(question), line_tables.total_row(_values(whole))
    return {
        "below": tables.Table("below", f"Cases per FTE: {of}", [*names, *_columns(marks)], rows, total),
        "heads": tables.Table(
            "heads",
            f"Cases by head: {of}",
            [*names, *_head_columns(marks)],
            rows,
            total,
            notes=("A person with posts in two of them is counted in both, and once in the total.",),
            prefix="h",
        ),
    }


_OF_POST = (
    tables.Column("fte", "FTE", "number", "Contracted hours ÷ full-time hours."),
    tables.Column("cases", "Active cases", "count"),
    tables.Column("unpaid_only", "Unpaid work only", "count"),
    tables.Column("per_fte", "Cases per FTE", "number"),
    tables.Column("per_fte_left", "Per FTE left after reductions", "number"),
    tables.Column(
        "marks", "Over, per FTE", note="The highest threshold, cases of unpaid work only left aside."
    ),
    tables.Column("heads", "Over, by head", note="The same by the cases of the person in these posts."),
)


def _of_posts(
    question: UnitRequest, caption: str, posts: dict[str, caseload.PostCases], marks: caseload.CaseMarks
) -> tables.Table:
    of_all = caseload.caseload_of(posts.values(), marks)
    rows = [
        line_tables.name_row(question, unit, "per-fte", _values_of_post(posts[unit.code], of_all))
        for unit in line_tables.below(question)
        if unit.code in posts
    ]
    columns = [*line_tables.name_columns(question), *_OF_POST]
    whole = _values(of_all) | {"marks": tables.text(""), "heads": tables.text("")}
    return tables.Table("below", caption, columns, rows, line_tables.total_row(whole))


def _values_of_post(post: caseload.PostCases, beside: caseload.Caseload) -> dict[str, tables.Value]:
    """A post's figures; `beside` are the posts among which the person may have others."""
    marks = beside.marks
    words = dict(zip(marks.marks_x100, _mark_words(marks), strict=True))
    per_fte = [mark for mark in words if caseload.is_over_per_fte(post, mark, marks)]
    by_head = [mark for mark in words if beside.held_by_head(post.person) * 100 > mark]
    return _values(caseload.caseload_of([post], marks)) | {
        "marks": tables.text(f"over {words[max(per_fte)]}" if per_fte else ""),
        "heads": tables.text(f"over {words[max(by_head)]}" if by_head else ""),
    }
