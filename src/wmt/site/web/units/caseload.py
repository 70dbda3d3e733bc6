"""Caseload: how many cases of which kind, why the case system has more of them, and the cases themselves."""

from typing import Any

from django.db.models import Q
from django.urls import reverse

from wmt.ledger import LineReason
from wmt.site.allocation.models import CaseAllocation
from wmt.site.figures import line_queries
from wmt.site.queries.colleagues import Colleagues
from wmt.site.queries.measures import CASE_GROUPS
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.tables import Table
from wmt.site.web.units import case_counts, case_list, case_reasons, case_untiered, cover, labels
from wmt.site.web.units.case_cohorts import CohortCounts
from wmt.site.web.units.case_uncommenced import Uncommenced
from wmt.site.web.units.line_tables import grade_field, grade_of
from wmt.site.workload.models import Line, Unit

TITLE = "Caseload"
TEMPLATE = "unit/caseload.jinja"


def applies(unit: Unit) -> bool:  # noqa: ARG001
    """Every unit has one, be it empty."""
    return True


def content(question: UnitRequest) -> dict[str, Any]:
    """The counts of the unit, its reconciliation with the case system, and its cases."""
    below = case_counts.of_units_below(question)
    listed: list[Line] = []
    if question.unit.level in case_reasons.LISTED_AT:
        listed = line_queries.lines_of(question.state, question.unit, question.user, kind="case")
    lines = _own_lines(question, below, listed)
    cohorts = CohortCounts(question, below.units)
    filters = _filters(question, lines, cohorts)
    cohort = filters.chosen("cohort") if "cohort" in filters.fields else ""
    counted = case_counts.Counts(question, lines, below, filters.chosen("type"))
    reason = filters.chosen("reason")
    found: dict[str, Table] = {}
    if question.unit.level in case_reasons.LISTED_AT:
        shown = case_list.Chosen(
            counted.kind, filters.chosen("counted"), reason, cohort, cohorts.name(cohort)
        )
        found["cases"] = case_list.table(question, shown, below, listed)
    untiered = case_untiered.table(question, lines)
    uncommenced = Uncommenced(question, lines, below, listed)
    tables = {
        "types": counted.types(),
        "reconciliation": case_reasons.reconciliation(question, lines),
        "uncounted": case_reasons.uncounted(question, lines, below, reason),
        "cohorts": cohorts.table(),
        "cohort": cohorts.holders(cohort),
        **found,
        "uncommenced": uncommenced.table(),
        "untiered": untiered,
        "tiers": counted.tiers(),
        "grades": counted.grades(),
    }
    subject = question.subject
    return {
        "tables": {name: table for name, table in tables.items() if table is not None},
        "filters": filters,
        "all_cases": f"{subject.cases_all:,}",
        "counting_cases": f"{subject.cases:,}",
        "other_cases": f"{other:,}" if (other := subject.cases_all - subject.cases) > 0 else "",
        "uncommenced": uncommenced.said(),
        "has_untiered": untiered is not None,
        "given": _given(question),
        "beside": _colleagues(question),
        "several_href": reverse("allocate-several", args=[question.unit.code])
        if case_list.gives(question)
        else "",
        "basket_href": reverse("plan-basket", args=[question.unit.code])
        if case_list.reads_now(question)
        else "",
        "kind": CASE_GROUPS.get(counted.kind, ""),
    }


def _colleagues(question: UnitRequest) -> list[str]:
    """What a post covers for others, and others for it."""
    code = question.unit.code
    return cover.sentences(Colleagues.of_posts(question.state, [code]), code) if question.is_post else []


def _given(question: UnitRequest) -> tuple[int, int]:
    """How many cases were allocated from a post and to it that the data does not show there yet."""
    if not question.is_post or question.state.as_of is not None:
        return 0, 0
    given = CaseAllocation.objects.filter(is_open=True, state=CaseAllocation.State.GIVEN)
    code = question.unit.code
    found = given.filter(Q(from_post=code) | Q(to_post=code)).values_list("from_post", "to_post")
    pairs = list(found)
    return sum(one == code for one, _ in pairs), sum(other == code for _, other in pairs)


def _own_lines(
    question: UnitRequest, below: case_counts.Below, listed: list[Line]
) -> list[line_queries.Lines]:
    """The case lines of the unit itself: of a post those listed, of a team those of its posts."""
    if question.is_post:
        priced = line_queries.pricing_of(question.state)
        return line_queries.put_together(question.unit.code, listed, priced)
    if question.unit.level == "team":
        return [line for lines in below.lines.values() for line in lines]
    sums = line_queries.sums_of(question.state, [question.unit], grade=grade_of(question), kind="case")
    return sums.get(question.unit.code, [])


def _filters(question: UnitRequest, lines: list[line_queries.Lines], cohorts: CohortCounts) -> FilterForm:
    """Of the reasons those that there are here, and the one asked for, of which there may be none today."""
    query = question.request.GET
    here = {line.pricing.reason for line in lines if not line.active_cases}
    reasons = sorted(here | {query.get("reason", "")}.intersection(map(str, LineReason)))
    choices = {"type": OneOf("Cases", [("", "All cases"), *CASE_GROUPS.items()])}
    if not question.is_post:
        choices["grade"] = grade_field()
    if question.unit.level in case_reasons.LISTED_AT:
        choices["counted"] = OneOf("Listed cases", [("", "All"), ("yes", "Active"), ("no", "Not active")])
    named = [(each, labels.upper_first(labels.reason(each))) for each in reasons]
    choices["reason"] = OneOf("Reason not active", [("", "Any reason"), *named])
    if (cohort := cohorts.field()) is not None:
        choices["cohort"] = cohort
    return FilterForm(query, **choices)
