"""Untiered cases, and what one of them may turn out to be worth."""

from decimal import Decimal

from wmt.facts import TIERS
from wmt.site import tables
from wmt.site.figures import line_queries
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import labels, line_tables
from wmt.site.workload.models import RuleValue


def table(question: UnitRequest, lines: list[line_queries.Lines]) -> tables.Table | None:
    """The cases nobody has tiered, and what one of them may turn out to be worth. None without any."""
    found = [line for line in lines if line.active_cases and line.pricing.tier == "0"]
    if not found:
        return None
    apart = line_tables.sort_out(found, lambda pricing: (pricing.stream, pricing.location))
    worth = _Worth(question, sorted(apart))
    rows = [worth.row(key, apart[key]) for key in sorted(apart)]
    total = {"name": tables.text("Total"), "lowest": tables.exact(None), "highest": tables.exact(None)}
    cases = line_queries.summed(found, line_tables.ACTIVE)
    href = line_tables.lines_url(question, question.unit, "untiered_cases")
    columns = [
        tables.Column("name", "Type"),
        tables.Column("cases", "Untiered cases", "count"),
        tables.Column("lowest", "Lowest points each", "points"),
        tables.Column("highest", "Highest points each", "points"),
    ]
    notes = ["A case without a tier scores 0 points. With a tier it scores between the two."]
    return tables.Table("untiered", "Cases without a tier, and the points they could add", columns, rows,
                 tables.Row(total | {"cases": tables.count(cases, href)}), notes)  # fmt: skip


class _Worth:
    """The least and the most points of a case of a stream and type, by the rules the load used."""

    def __init__(self, question: UnitRequest, wanted: list[tuple[str, str]]) -> None:
        self.question = question
        scheme = question.state.tier_scheme
        tiers = [tier for tier in TIERS.get(scheme, ()) if tier != "0"]
        self.paths = {
            (stream, location): [
                f"{'t2a_points' if stream == 't2a' else 'tier_points'}.{scheme}.{location}.{tier}"
                for tier in tiers
            ]
            for stream, location in wanted
        }
        rows = RuleValue.objects.filter(
            load_id=question.state.load_id, path__in=[path for paths in self.paths.values() for path in paths]
        )
        self.values = dict(rows.values_list("path", "value"))

    def row(self, key: tuple[str, str], lines: list[line_queries.Lines]) -> tables.Row:
        worth = [Decimal(value) for path in self.paths[key] if (value := self.values.get(path))]
        pricing = lines[0].pricing
        href = line_tables.pricing_url(self.question, lines, "untiered_cases")
        values = {
            "name": tables.text(f"{'T2A, ' if key[0] == 't2a' else ''}{labels.place(pricing)}"),
            "cases": tables.count(line_queries.summed(lines, line_tables.ACTIVE), href),
            "lowest": _points(min(worth, default=None)),
            "highest": _points(max(worth, default=None)),
        }
        return tables.Row(values)


def _points(value: Decimal | None) -> tables.Value:
    return tables.Value(value, "not published" if value is None else f"{value.normalize():,f}")
