"""How many cases of a unit are in each cohort, with their points, and which units hold those of one."""

from dataclasses import dataclass
from functools import cached_property

from wmt.facts.cohorts import CaseCohort
from wmt.site import tables
from wmt.site.figures import cohort_lines, line_queries
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.query_form import OneOf
from wmt.site.web.units import labels, line_tables
from wmt.site.web.units.case_reasons import LISTED_AT
from wmt.site.workload.models import Unit

_COLUMNS = (
    tables.Column("cases", "Active cases", "count"),
    tables.Column("listed", "All cases in nDelius", "count"),
    tables.Column("points", "Points", "points", "Points of these cases, with what a weighting adds."),
)
#: So few cases of a private cohort are not told apart to whoever may not read them.
_FEW = 5
_SEVERAL = "A case in several cohorts is in several rows, so the rows do not add up."


@dataclass(frozen=True)
class CohortCounts:
    """The cohorts of one unit and of the units below it."""

    question: UnitRequest
    below: list[Unit]

    @cached_property
    def known(self) -> dict[str, CaseCohort]:
        """The cohorts that who asks may know of here, by code."""
        question = self.question
        grade, found = line_tables.grade_of(question), cohort_lines.cohorts_of(question.state)
        return {
            code: cohort
            for code, cohort in found.items()
            if cohort_lines.is_open(question.user, question.state, question.unit, cohort, grade)
        }

    @cached_property
    def _here(self) -> dict[str, list[line_queries.Amounts]]:
        """The lines of the unit itself by cohort; of none that it has no cases of."""
        question = self.question
        grade = line_tables.grade_of(question)
        sums = cohort_lines.sums_of(question.state, [question.unit], user=question.user, grade=grade)
        found = sums.get(question.unit.code, {})
        return {code: found[code] for code in self.known if code in found}

    def name(self, code: str) -> str:
        """What a cohort is called that who asks may know of; empty for any other."""
        return self.known[code].name if code in self.known else ""

    def field(self) -> OneOf | None:
        """The choice of a cohort; None where no case is in one and none was asked for."""
        asked = self.question.request.GET.get("cohort", "") in self.known
        if not self._here and not asked:
            return None
        return OneOf(
            "Cohort", [("", "Any or none"), *((code, each.name) for code, each in self.known.items())]
        )

    def table(self) -> tables.Table | None:
        """The cohorts that there are here. None without any."""
        if not self._here:
            return None
        rows = []
        for code, lines in self._here.items():
            cohort = self.known[code]
            name = tables.text(cohort.name, note=cohort.about)
            values = self._values(self.question.unit, code, lines)
            rows.append(tables.Row({"name": name, **values, "rule": self._weighting(cohort)}))
        columns = [tables.Column("name", "Cohort"), *_COLUMNS, tables.Column("rule", "Weighting")]
        notes = [_SEVERAL] if len(rows) > 1 else []
        if any(self.known[code].private for code in self._here):
            notes.append(
                "Counts of a private cohort below a region are only for those who may read its cases."
            )
        grade = line_tables.grade_of(self.question)
        caption = f"Cases in cohorts{f' (grade {grade})' if grade else ''}"
        return tables.Table("cohorts", caption, columns, rows, notes=notes)

    def _weighting(self, cohort: CaseCohort) -> tables.Value:
        """The rule that weighs the cases of a cohort, and how its value is known; empty without one."""
        value = cohort_lines.weighting_of(self.question.state, cohort)
        if value is None:
            return tables.text("none")
        back, known = (
            self.question.request.get_full_path(),
            labels.STATUS_WORDS.get(value.status, value.status),
        )
        return tables.text(f"{value.value}% of their points", labels.rule_href(value.path, back), known)

    def holders(self, code: str) -> tables.Table | None:
        """The units below that have cases of a cohort. None of a post, or where no cohort is chosen."""
        question, cohort = self.question, self.known.get(code)
        if cohort is None or question.is_post:
            return None
        grade = line_tables.grade_of(question)
        shown = [
            unit
            for unit in self.below
            if cohort_lines.is_open(question.user, question.state, unit, cohort, grade)
        ]
        found = cohort_lines.sums_of(question.state, shown, user=question.user, grade=grade)
        rows = [
            line_tables.name_row(question, unit, "caseload", self._values(unit, code, found[unit.code][code]))
            for unit in shown
            if code in found.get(unit.code, {})
        ]
        some_left_out = len(shown) < len(self.below)
        notes = ["Units whose cases of this cohort you may not read are left out."] if some_left_out else []
        caption = line_tables.caption(question, f"Cases in the cohort {cohort.name}")
        columns = [*line_tables.name_columns(question), *_COLUMNS]
        total = line_tables.total_row(self._values(question.unit, code, self._here.get(code, [])))
        # beside some rows it would tell what the others have
        has_total = rows and not (cohort.private and some_left_out)
        empty = "No unit to show has cases in this cohort."
        return tables.Table("cohort", caption, columns, rows, total if has_total else None, notes, empty)

    def _values(self, unit: Unit, code: str, lines: list[line_queries.Amounts]) -> dict[str, tables.Value]:
        anchor = "#table-cases" if unit.level in LISTED_AT else "#table-cohort"
        href = line_tables.child_url(self.question, unit, "caseload", cohort=code) + anchor
        cases, listed = (
            line_queries.summed(lines, each) for each in (line_tables.ACTIVE, line_tables.LISTED)
        )
        if not cohort_lines.is_whole_count(self.question.user, self.question.state, unit, self.known[code]):
            few = tables.Value(None, f"fewer than {_FEW}")
            return {
                "cases": few if cases < _FEW else tables.count(cases, href),
                "listed": few if listed < _FEW else tables.count(listed, href),
                "points": tables.Value(None, "–"),
            }
        return {
            "cases": tables.count(cases, href),
            "listed": tables.count(listed, href),
            "points": tables.exact(line_queries.summed(lines, line_tables.POINTS), href),
        }
