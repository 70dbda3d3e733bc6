"""Tables of how many cases there are that count: by type, tier and grade."""

from dataclasses import dataclass
from functools import cached_property

from wmt.grades import GRADES
from wmt.site import tables
from wmt.site.figures import line_queries
from wmt.site.links import unit_url
from wmt.site.queries.measures import CASE_GROUPS
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import line_tables
from wmt.site.workload.models import Unit

_TYPES = ("community", "licence", "custody", "unknown", "t2a")


@dataclass(frozen=True)
class Below:
    """The units under a unit and the case lines of each, by code."""

    units: list[Unit]
    lines: dict[str, list[line_queries.Lines]]

    def of(self, unit: Unit) -> list[line_queries.Lines]:
        return self.lines.get(unit.code, [])


def of_units_below(question: UnitRequest) -> Below:
    """The units right under the unit, of the grade asked for, with their case lines."""
    found = line_tables.below(question)
    # a team's lines are read from its posts, whose grades matter then
    by_grade = question.unit.level == "team"
    grade = line_tables.grade_of(question)
    return Below(
        found, line_queries.sums_of(question.state, found, grade=grade, kind="case", by_grade=by_grade)
    )


@dataclass(frozen=True)
class Counts:
    """The counts of one unit: of its own lines, and of those of the units below.

    `kind` is one of `CASE_GROUPS`, to which the tables of tiers are narrowed, or empty.
    """

    question: UnitRequest
    lines: list[line_queries.Lines]
    below: Below
    kind: str

    def types(self) -> tables.Table | None:
        """The units below by type of case. None for a post."""
        if self.question.is_post:
            return None
        # the groups that have a column: those nobody is in are left out where they are rare
        here = {line_tables.group(line.pricing) for line in self.lines if line.active_cases}
        kinds = [kind for kind in CASE_GROUPS if kind != "unknown" or kind in here]
        rows = [
            line_tables.name_row(
                self.question, unit, "caseload", self._of_unit(unit, self.below.of(unit), kinds)
            )
            for unit in self.below.units
        ]
        columns = [
            *line_tables.name_columns(self.question),
            *(tables.Column(kind, CASE_GROUPS[kind], "count") for kind in kinds),
            tables.Column("cases", "All active", "count", "Total of the columns before it."),
            tables.Column(
                "cases_all", "All cases in nDelius", "count", "Every case in nDelius, active or not."
            ),
        ]
        total = line_tables.total_row(self._of_unit(self.question.unit, self.lines, kinds))
        caption = line_tables.caption(self.question, "Cases by type")
        notes = ["Each active case is in one column. Suspended, untiered and T2A cases have their own."]
        return tables.Table("types", caption, columns, rows, total, notes)

    def _of_unit(
        self, unit: Unit, lines: list[line_queries.Lines], kinds: list[str]
    ) -> dict[str, tables.Value]:
        found = line_tables.sort_out(lines, line_tables.group)
        values = {
            kind: tables.count(
                line_queries.summed(found[kind], line_tables.ACTIVE),
                line_tables.child_url(self.question, unit, "caseload", type=kind, counted="yes"),
            )
            for kind in kinds
        }
        for name, share in (("cases", line_tables.ACTIVE), ("cases_all", line_tables.LISTED)):
            href = line_tables.lines_url(self.question, unit, name)
            values[name] = tables.count(line_queries.summed(lines, share), href)
        return values

    @cached_property
    def _chosen(self) -> list[line_queries.Lines]:
        active = [line for line in self.lines if line.active_cases]
        return [line for line in active if not self.kind or line_tables.group(line.pricing) == self.kind]

    @property
    def _grade_words(self) -> str:
        grade = line_tables.grade_of(self.question)
        return f" (grade {grade})" if grade else ""

    @property
    def _narrowed(self) -> str:
        kind = f": {CASE_GROUPS[self.kind].lower() if self.kind != 't2a' else 'T2A'}" if self.kind else ""
        return f"{kind}{self._grade_words}"

    def tiers(self) -> tables.Table:
        """Tiers by type of case, of the unit itself."""
        here = {line_tables.place(line.pricing) for line in self._chosen}
        types = [kind for kind in _TYPES if kind != "unknown" or kind in here]
        by_row = line_tables.sort_out(self._chosen, line_tables.tier_row)
        rows = [
            tables.Row({"name": tables.text(title), **self._across(by_row[key], types)})
            for key, title in line_tables.tier_rows(self.question.state.tier_scheme)
        ]
        columns = [
            tables.Column("name", "Tier"),
            *(tables.Column(kind, CASE_GROUPS[kind], "count") for kind in types),
            tables.Column("cases", "All active", "count"),
        ]
        total = tables.Row({"name": tables.text("Total"), **self._across(self._chosen, types)})
        return tables.Table("tiers", f"Active cases by tier and type{self._narrowed}", columns, rows, total,
                     ["Suspended and untiered cases have their own rows."])  # fmt: skip

    def _across(self, lines: list[line_queries.Lines], types: list[str]) -> dict[str, tables.Value]:
        found = line_tables.sort_out(lines, line_tables.place)
        return {kind: self._active(found[kind]) for kind in types} | {"cases": self._active(lines)}

    def _active(self, lines: list[line_queries.Lines]) -> tables.Value:
        href = line_tables.pricing_url(self.question, lines, "cases") if lines else ""
        return tables.count(line_queries.summed(lines, line_tables.ACTIVE), href)

    def grades(self) -> tables.Table | None:
        """How the cases of each tier are shared among the grades. None where there is only one."""
        if self.question.is_post or self.question.grade:
            return None
        here = {line.grade for line in self._chosen}
        grades = [grade for grade in GRADES if grade in here] + sorted(here - set(GRADES))
        by_row = line_tables.sort_out(self._chosen, line_tables.tier_row)
        rows = [
            tables.Row({"name": tables.text(title), **self._among(by_row[key], grades)})
            for key, title in line_tables.tier_rows(self.question.state.tier_scheme)
        ]
        columns = [tables.Column("name", "Tier")]
        for grade in grades:
            columns.append(tables.Column(f"{grade}_cases", grade, "count"))
            columns.append(tables.Column(f"{grade}_share", f"{grade} share", "percent"))
        columns.append(tables.Column("cases", "All grades", "count"))
        total = tables.Row({"name": tables.text("Total"), **self._among(self._chosen, grades)})
        note = "A share is the percentage of active cases of that tier held by the grade."
        return tables.Table(
            "grades", f"Active cases by tier and grade{self._narrowed}", columns, rows, total, [note]
        )

    def _among(self, lines: list[line_queries.Lines], grades: list[str]) -> dict[str, tables.Value]:
        """How many of some cases each grade holds, and its share; a number leads to the grade's own tiers."""
        whole = line_queries.summed(lines, line_tables.ACTIVE)
        found: dict[str, tables.Value] = {}
        for grade in grades:
            part = line_queries.summed((line for line in lines if line.grade == grade), line_tables.ACTIVE)
            unit = self.question.unit
            stream = line_tables.stream_of(unit)
            href = unit_url(unit.level, unit.code, "caseload", grade=grade, type=self.kind, stream=stream)
            found[f"{grade}_cases"] = tables.count(part, f"{href}#table-tiers" if part else "")
            found[f"{grade}_share"] = tables.share(part, whole)
        return found | {"cases": self._active(lines)}
