"""The cases of a team or a post one by one: each says whether it counts, and why it earns or not."""

from collections.abc import Sequence
from dataclasses import dataclass

from wmt.facts.cohorts import names
from wmt.ledger import OMIC
from wmt.site import tables
from wmt.site.accounts import visibility
from wmt.site.accounts.roles import Action
from wmt.site.changes.deltas import is_fresh
from wmt.site.extra_work.hours_beside import by_case
from wmt.site.figures import cohort_lines, line_queries
from wmt.site.links import unit_url
from wmt.site.queries import measures
from wmt.site.queries.unit_request import UnitRequest
from wmt.site.web.units import labels, line_tables
from wmt.site.web.units.case_counts import Below
from wmt.site.web.units.references import notes, reference
from wmt.site.workload import models

_STREAMS = {"standard": "", "t2a": "T2A", "omic": "OMiC"}


@dataclass(frozen=True)
class Chosen:
    """Which cases are listed: of one of `CASE_GROUPS`, that count, of a reason, of a cohort. Empty: all.

    Cases that somebody may not read are in no cohort here, so that the list tells nothing of them.
    """

    kind: str
    counted: str
    reason: str
    cohort: str = ""
    cohort_name: str = ""

    def fits(self, line: models.Line, pricing: models.Pricing) -> bool:
        """Whether a case is among them."""
        return (
            (not self.kind or line_tables.group(pricing) == self.kind)
            and (not self.counted or (line.active_cases != 0) == (self.counted == "yes"))
            and (not self.reason or (not line.active_cases and pricing.reason == self.reason))
            and (not self.cohort or self.cohort in line.cohorts.split())
        )

    @property
    def words(self) -> str:
        group = measures.CASE_GROUPS.get(self.kind, "")
        said = [
            group if self.kind == "t2a" else group.lower(),
            {"yes": "active", "no": "not active"}.get(self.counted, ""),
            labels.reason(self.reason),
            f"in the cohort {self.cohort_name}" if self.cohort else "",
        ]
        return ", ".join(part for part in said if part)


def table(question: UnitRequest, chosen: Chosen, below: Below, listed: Sequence[models.Line]) -> tables.Table:
    """The cases of a team or a post that were chosen, in the order of the extract.

    `listed` are all of them, as far as who asks may read them.
    """
    pricing = line_queries.pricing_of(question.state)
    # numbers of posts and of teams are apart: a team's own would find another team's post
    holders = {unit.number: unit for unit in ([question.unit] if question.is_post else below.units)}
    lines = [line for line in listed if line.post_no in holders and chosen.fits(line, pricing[line.pricing])]

    extra = by_case(question.user, question.state, question.unit)

    def row(line: models.Line) -> tables.Row:
        said = extra.get(line.ref, "") if line.ref else ""
        return _row(question, line, pricing[line.pricing], holders[line.post_no], said)

    rows = tables.LazyRows(lines, row, lambda line, key: row(line).values[key].raw)
    said = notes(lines)
    if any(not line.ref and not line.withheld for line in lines):
        said.append("The data gives counts of cases, not single cases, so one row can be several cases.")
    empty_row = {column.key: tables.text("") for column in _columns(question)}
    sums = {
        "crn": tables.text("Total"),
        "cases": tables.count(line_queries.summed(lines, line_tables.NUMBER)),
        "points": tables.exact(line_queries.summed(lines, line_tables.POINTS)),
    }
    total = tables.Row(empty_row | sums) if lines else None
    caption = f"Cases: {chosen.words}" if chosen.words else "Cases"
    if chosen.cohort and not visibility.cases(question.user, question.state).covers(question.unit):
        said.append("Only cases that you may read are listed by cohort.")
    empty = "No results. Change the filters." if chosen.words else "There are no cases."
    return tables.Table("cases", caption, _used(question, lines), rows, total, said, empty)


def _used(question: UnitRequest, lines: list[models.Line]) -> list[tables.Column]:
    """The columns that say something: on a page, no stream where every case is of the usual one, and no
    cohorts where none is in any."""
    pricing = line_queries.pricing_of(question.state)
    special = any(_STREAMS.get(pricing[line.pricing].stream) for line in lines)
    left_out = set() if special else {"stream"}
    left_out |= set() if any(line.cohorts for line in lines) else {"cohorts"}
    return [column for column in _columns(question) if question.in_full or column.key not in left_out]


def _columns(question: UnitRequest) -> list[tables.Column]:
    holder = [] if question.is_post else [tables.Column("holder", "Practitioner")]
    return [
        tables.Column("crn", "CRN", "code"),
        *holder,
        tables.Column("type", "Type"),
        tables.Column("tier", "Tier", "code"),
        tables.Column("stream", "Stream"),
        tables.Column("cases", "Cases", "count"),
        tables.Column("points", "Points", "points"),
        tables.Column("since", "Held since", "date"),
        tables.Column("counts", "Active"),
        tables.Column("why", "Notes"),
        tables.Column("flags", "Flags"),
        tables.Column("cohorts", "Cohorts"),
        *([tables.Column("give", "Allocation", "way")] if gives(question) else []),
    ]


def reads_now(question: UnitRequest) -> bool:
    """Whether the cases of a post are theirs to read who asks, today."""
    is_now = question.is_post and question.state.as_of is None
    return is_now and visibility.cases(question.user, question.state).covers(question.unit)


def gives(question: UnitRequest) -> bool:
    """Whether whoever asks may give the cases of this post to somebody else: of figures of this night."""
    allowed = visibility.allowed(question.user, Action.ALLOCATE_CASES)
    return question.is_post and is_fresh(question.unit) and allowed.covers(question.unit)


def _row(
    question: UnitRequest, line: models.Line, pricing: models.Pricing, holder: models.Unit, extra: str
) -> tables.Row:
    lines_at = unit_url("post", holder.code, "working", figure="points", of=str(pricing.number))
    beside = f"{tables.exact(line.beside_x100).text} not in these figures" if line.beside_x100 else ""
    tier = "untiered" if pricing.tier == "0" else pricing.tier
    # why it earns or not, with the way to the rule that says so
    said = labels.reason(pricing.reason) or ("counted" if line.points_x100 else "0 points")
    values = {
        "crn": reference(line, lines_at),
        "type": tables.text(labels.place(pricing)),
        "tier": tables.Value(pricing.tier, f"{tier}, suspended" if pricing.suspended else tier),
        "stream": tables.text(_STREAMS.get(pricing.stream, pricing.stream)),
        "cases": tables.count(line_queries.summed([line], line_tables.NUMBER)),
        "points": tables.exact(line.points_x100, note="; ".join(filter(None, (beside, extra)))),
        "since": tables.day(line.since),
        "counts": tables.text("yes" if line.active_cases else "no"),
        "why": tables.text(said, labels.rule_href(pricing.rule, question.request.get_full_path())),
        "flags": tables.text(line.about),
        "cohorts": tables.text(", ".join(names(line.cohorts, cohort_lines.cohorts_of(question.state)))),
    }
    if gives(question):
        choose = unit_url("pdu", holder.pdu_code, "candidates", crn=line.ref)
        can_move = line.ref and line.listed_cases == 1 and pricing.stream != OMIC
        values["give"] = tables.text("Give to somebody else" if can_move else "", choose)
    if not question.is_post:
        values["holder"] = tables.text(holder.name, unit_url("post", holder.code, "caseload"))
    return tables.Row(values)
