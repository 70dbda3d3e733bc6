"""Cases whose requirements are not commenced: listed, worth nothing yet, and what they would add."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from wmt.ledger import LineReason, Moment
from wmt.ledger.potential_points import further_x100, path_of
from wmt.site import tables
from wmt.site.figures import line_queries
from wmt.site.links import unit_url
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import cohort_column, labels, line_tables
from wmt.site.web.units.case_counts import Below
from wmt.site.web.units.case_reasons import LISTED_AT
from wmt.site.web.units.references import notes, reference
from wmt.site.workload import models
from wmt.text import counted

REASON = str(LineReason.UNCOMMENCED)
_CAPTION = "Requirements not started, and the points they would add"


@dataclass(frozen=True)
class Uncommenced:
    """The uncommenced cases of a unit and of those below it.

    `listed` are all cases of a team or a post one by one, as far as who asks may read them.
    """

    question: UnitRequest
    lines: list[line_queries.Lines]
    below: Below
    listed: Sequence[models.Line] = ()

    @cached_property
    def found(self) -> list[line_queries.Lines]:
        """The lines of the unit that are such cases."""
        return _of_reason(self.lines)

    @cached_property
    def _worth(self) -> dict[str, int]:
        """What an active case earns by the rules of the load, in hundredths, by the path of the rule."""
        scheme = self.question.state.tier_scheme
        paths = {path_of(scheme, _kind(line.pricing)) for line in self.found}
        rows = models.RuleValue.objects.filter(load_id=self.question.state.load_id, path__in=paths)
        values = rows.values_list("path", "value")
        return {path: int(Decimal(value).scaleb(2)) for path, value in values if value is not None}

    def more_x100(self, lines: Iterable[line_queries.Lines]) -> int:
        """The points that such cases would add if they were active, in hundredths."""
        scheme = self.question.state.tier_scheme
        return sum(
            self._worth.get(path_of(scheme, _kind(line.pricing)), 0) * line.listed_cases - line.points_x100
            for line in lines
        )

    def said(self) -> dict[str, str]:
        """The numbers of the sentence on the page; empty without such a case."""
        if not self.found:
            return {}
        subject, more = self.question.subject, self.more_x100(self.found)
        share = further_x100(Moment(subject.points_x100, subject.available_x100), more)
        cases = line_queries.summed(self.found, line_tables.LISTED)
        return {
            "cases": counted(cases, "case"),
            "earned": tables.exact(line_queries.summed(self.found, line_tables.POINTS)).text,
            "more": tables.exact(more).text,
            "share": "" if share is None else f"{Decimal(share).scaleb(-2):,.1f}",
        }

    def table(self) -> tables.Table | None:
        """One by one at a team or a post, by unit above them. None without such a case."""
        if not self.found:
            return None
        return self._cases() if self.question.unit.level in LISTED_AT else self._units()

    def _total(self, first: str) -> tables.Row:
        values = {
            "cases": tables.count(line_queries.summed(self.found, line_tables.LISTED)),
            "points": tables.points(self.more_x100(self.found)),
        }
        return line_tables.total_row(values, first)

    def _units(self) -> tables.Table:
        parts = [(unit, _of_reason(self.below.of(unit))) for unit in self.below.units]
        rows = [
            line_tables.name_row(
                self.question,
                unit,
                "caseload",
                {
                    "cases": tables.count(line_queries.summed(lines, line_tables.LISTED)),
                    "points": tables.points(self.more_x100(lines)),
                },
            )
            for unit, lines in parts
            if lines
        ]
        columns = [*line_tables.name_columns(self.question), *_COLUMNS]
        return tables.Table("uncommenced", _CAPTION, columns, rows, self._total("name"))

    def _cases(self) -> tables.Table:
        question = self.question
        pricing = line_queries.pricing_of(question.state)
        holders = {unit.number: unit for unit in ([question.unit] if question.is_post else self.below.units)}
        lines = [
            line for line in self.listed if line.post_no in holders and pricing[line.pricing].reason == REASON
        ]
        rows = []
        for line in lines:
            priced, holder = pricing[line.pricing], holders[line.post_no]
            worth = self._worth.get(path_of(question.state.tier_scheme, _kind(priced)), 0)
            tier = "untiered" if priced.tier == "0" else priced.tier
            values = {
                "crn": reference(line),
                "type": tables.text(labels.place(priced)),
                "tier": tables.Value(priced.tier, f"{tier}, suspended" if priced.suspended else tier),
                "cohorts": cohort_column.value(question.state, line),
                "cases": tables.count(line.listed_cases),
                "points": tables.exact(worth * line.listed_cases - line.points_x100),
            }
            if not question.is_post:
                values["holder"] = tables.text(holder.name, unit_url("post", holder.code, "caseload"))
            rows.append(tables.Row(values))
        columns = [
            tables.Column("crn", "CRN", "code"),
            *([] if question.is_post else [tables.Column("holder", "Practitioner")]),
            tables.Column("type", "Type"),
            tables.Column("tier", "Tier", "code"),
            *([cohort_column.COLUMN] if cohort_column.is_used(lines, in_full=question.in_full) else []),
            *_COLUMNS,
        ]
        empty = {column.key: tables.text("") for column in columns}
        total = tables.Row(empty | self._total("crn").values)
        return tables.Table("uncommenced", _CAPTION, columns, rows, total, notes(lines))


_COLUMNS = (
    tables.Column("cases", "Cases", "count"),
    tables.Column("points", "Points they would add", "points"),
)


def _of_reason(lines: Iterable[line_queries.Lines]) -> list[line_queries.Lines]:
    return [line for line in lines if line.pricing.reason == REASON and line.listed_cases]


def _kind(pricing: models.Pricing) -> dict[str, Any]:
    return {name: getattr(pricing, name) for name in ("stream", "location", "tier", "suspended")}
