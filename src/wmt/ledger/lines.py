"""Facts + rules → lines, as Ibis expressions. One expression, every engine.

Every line has the same columns (`LINE`): who, what, how much, and the rule that priced it. All numbers
are int64: quantities in millionths (a case is 1,000,000; half an hour 500,000), points in hundredths.
"""

from typing import Any

import ibis
import polars as pl

from wmt.facts import table_of
from wmt.facts.enums import MENTIONED
from wmt.ledger.enums import ASSUMED, LineReason
from wmt.ledger.measures import NO_MANDATE

Table = Any  # an Ibis table expression; Ibis ships no types

#: What a line of contracted hours refers to where neither the extract nor anybody gave any.
NOT_ENTERED = (ASSUMED, MENTIONED)

LINE = table_of(
    {
        "post_no": pl.Int64,
        "side": pl.String,  # 'work' or 'time'
        "kind": pl.String,  # case, omic_licence, unpaid_only, unpaid_work, iom, report, contact,
        # contracted_hours, reduction
        "ref": pl.String,  # CRN, contact id, reduction id; null for a cell of counted cases
        "location": pl.String,
        "tier": pl.String,
        "suspended": pl.Int64,
        "stream": pl.String,
        "status": pl.String,
        "component": pl.String,  # which part of the breakdown the points belong to
        "quantity_micro": pl.Int64,
        "each_x100": pl.Int64,  # null on time lines: an hour's worth is cut once, for the whole post
        "points_x100": pl.Int64,
        "beside_x100": pl.Int64,  # points shown beside the figure, never in it
        "active_cases": pl.Int64,
        "listed_cases": pl.Int64,
        "counted": pl.Int64,  # 1 when the line is part of the figure, be it with 0 points
        "reason": pl.String,
        "rule": pl.String,
        "rule_from": pl.String,
    }
)

MICRO = 1_000_000


def all_lines(tables: dict[str, Table], *, weighs: tuple[str, ...]) -> Table:
    """Every line of the night, in no order. Posts without fresh facts give only their former lines.

    `weighs` names the kinds of `WEIGHTED_FLAGS` whose weighting is not the neutral one.
    """
    lines = [
        case_lines(tables),
        omic_licence_lines(tables),
        report_lines(tables),
        contact_lines(tables, side=1),
        contact_lines(tables, side=-1),
        contracted_lines(tables),
        reduction_lines(tables),
        unpaid_only_lines(tables),
        *(weighting_lines(tables, kind) for kind in weighs),
    ]
    union = ibis.union(*lines, distinct=False)
    if "former_line" in tables:
        fresh = tables["post"].filter(_is_fresh(tables["post"])).select("post_no")
        union = ibis.union(union.semi_join(fresh, "post_no"), tables["former_line"], distinct=False)
    return union


def _is_fresh(post: Table) -> Table:
    return (post.unmeasured == 0) & post.stale_since.isnull()


def case_lines(tables: dict[str, Table]) -> Table:
    """One line per case, or per cell of counted cases."""
    joined = tables["caseload"].inner_join(tables["price"], "kind_no")
    return _line(
        joined,
        side="work",
        kind="case",
        ref=joined.case_ref,
        quantity_micro=joined.cases * MICRO,
        points_x100=joined.cases * joined.points_x100,
        beside_x100=joined.cases * joined.beside_x100,
        active_cases=joined.cases * joined.active,
        listed_cases=joined.cases * joined.listed,
    )


def omic_licence_lines(tables: dict[str, Table]) -> Table:
    """What the OMiC cases would earn on licence: shown beside, under a kind of its own."""
    omic = tables["price"].filter(tables["price"].stream == "omic")
    joined = tables["caseload"].inner_join(omic, "kind_no")
    return _line(
        joined,
        side="work",
        kind="omic_licence",
        ref=joined.case_ref,
        quantity_micro=joined.cases * MICRO,
        each_x100=joined.licence_x100,
        beside_x100=joined.cases * joined.licence_x100,
        rule=joined.licence_rule.fill_null(joined.rule),
        rule_from=joined.licence_rule_from.fill_null(joined.rule_from),
    )


#: Kinds of line that weigh cases with a flag: the flag, and the column of `price` with what it adds.
WEIGHTED_FLAGS = {"unpaid_work": ("U", "unpaid_x100"), "iom": ("I", "iom_x100")}


def weighting_lines(tables: dict[str, Table], kind: str) -> Table:
    """What a weighting of flagged cases other than 100% adds or takes off, one line per case."""
    flag, each = WEIGHTED_FLAGS[kind]
    joined = flagged_cases(tables, flag).cross_join(tables["scalar"])
    return _line(
        joined,
        side="work",
        kind=kind,
        ref=joined.case_ref,
        quantity_micro=ibis.literal(MICRO, type="int64"),
        each_x100=joined[each],
        points_x100=joined[each],
        rule=joined[f"{kind}_rule"],
        rule_from=joined[f"{kind}_from"],
    )


def unpaid_only_lines(tables: dict[str, Table]) -> Table:
    """Cases in the community that the input flags as unpaid work though their tier does not say so.

    They earn what their case earns, in its own line; these count them, see `shares.NO_MANDATE`.
    """
    flagged = flagged_cases(tables, "U").cross_join(tables["scalar"])
    flagged = flagged.filter(
        (flagged.active == 1) & (flagged.location == "community") & flagged.tier.notin(NO_MANDATE)
    )
    return _line(
        flagged,
        side="work",
        kind="unpaid_only",
        ref=flagged.case_ref,
        component=ibis.null("string"),
        quantity_micro=ibis.literal(MICRO, type="int64"),
        each_x100=ibis.literal(0, type="int64"),
        points_x100=ibis.literal(0, type="int64"),
        counted=ibis.literal(0, type="int64"),
        reason=str(LineReason.UNPAID_ONLY),
        rule=flagged.unpaid_work_rule,
        rule_from=flagged.unpaid_work_from,
    )


def flagged_cases(tables: dict[str, Table], letter: str) -> Table:
    """Cases with a flag and what they are priced by, one row each.

    A flagged case that the caseload lists is weighed as the case it is; where cases are only counted, a
    flag weighs on a counted case of its own type and tier, and no cell weighs on more cases than it has.
    """
    # one row per post and case, however often the case is flagged
    flag = tables["flag"].filter(tables["flag"].flag == letter)
    order = ibis.window(group_by=["post_no", "case_ref"], order_by=["location", "tier", "suspended"])
    numbered = flag.mutate(nth=ibis.row_number().over(order).cast("int64"))
    flagged = numbered.filter(numbered.nth == 0).drop("nth")
    listed = tables["caseload"].filter(tables["caseload"].case_ref.notnull())
    named = flagged.select("post_no", "case_ref").inner_join(listed, ["post_no", "case_ref"])
    # those without a row of their own, on the active cells of their post, as many as there are
    price = tables["price"]
    kinds = price.filter((price.status == "active") & (price.stream == "standard"))
    kinds = kinds.select("kind_no", "location", "tier", "suspended")
    counted = flagged.anti_join(listed, ["post_no", "case_ref"])
    wanted = counted.inner_join(kinds, ["location", "tier", "suspended"])
    cells = tables["caseload"].filter(tables["caseload"].case_ref.isnull()).drop("case_ref")
    held = cells.group_by(["post_no", "kind_no"]).aggregate(held=cells.cases.sum().cast("int64"))
    fitting = wanted.inner_join(held, ["post_no", "kind_no"])
    order = ibis.window(group_by=["post_no", "kind_no"], order_by="case_ref")
    fitting = fitting.mutate(nth=ibis.row_number().over(order).cast("int64"))
    fitting = fitting.filter(fitting.nth < fitting.held)
    parts = (each.select("post_no", "kind_no", "case_ref") for each in (named, fitting))
    return ibis.union(*parts, distinct=False).inner_join(price, "kind_no")


def report_lines(tables: dict[str, Table]) -> Table:
    """Reports: counted ones as they come, dated ones inside their window."""
    joined = tables["report"].inner_join(tables["report_price"], "report")
    age = joined.age_days * joined.sign
    inside = (
        joined.age_days.isnull() | joined.window_days.isnull() | ((age >= 0) & (age < joined.window_days))
    )
    earns = inside & (joined.earns == 1)
    return _line(
        joined,
        side="work",
        kind="report",
        ref=joined.report_ref.fill_null(joined.report),
        component="reports",
        quantity_micro=joined.reports * MICRO,
        points_x100=ibis.ifelse(earns, joined.reports * joined.each_x100, 0),
        counted=ibis.ifelse(earns, 1, 0),
        reason=ibis.ifelse(inside, joined.reason, ibis.literal(str(LineReason.OUTSIDE_WINDOW))),
        rule=ibis.ifelse(inside, joined.rule, joined.window_rule),
        rule_from=ibis.ifelse(inside, joined.rule_from, joined.window_rule_from),
    )


def contact_lines(tables: dict[str, Table], *, side: int) -> Table:
    """CMS contacts: `side` 1 gives the points to who did it, -1 takes them from whose case it is.

    What a trainee did in a stage of the route earns nothing on either side: the reduction contains it.
    """
    known = tables["contact_price"].rename(known_code="code")
    joined = tables["contact"].left_join(known, tables["contact"].code == known.known_code)
    trainee = tables["trainee_day"]
    doer = (joined.by_post_no == trainee.trainee_no, joined.age_days == trainee.trainee_age)
    joined = joined.left_join(trainee, doer).cross_join(tables["scalar"])
    inside = (joined.age_days >= 0) & (joined.age_days < joined.cms_window)
    unknown = joined.known_code.isnull()
    each = joined.each_x100.fill_null(joined.other_x100) * side
    # what earns nothing by its code says so: there is nothing to take off
    coworking = inside & joined.trainee_no.notnull() & (each != 0)
    late = ibis.ifelse(joined.age_days < 0, str(LineReason.AHEAD), str(LineReason.OUTSIDE_WINDOW))

    def either(of_code: Table, of_unknown: Table, of_window: Table, of_trainee: Table) -> Table:
        return ibis.cases((~inside, of_window), (coworking, of_trainee), (unknown, of_unknown), else_=of_code)

    return _line(
        joined.mutate(post_no=joined.by_post_no if side == 1 else joined.om_post_no),
        side="work",
        kind="contact",
        ref=joined.contact_ref,
        component="contacts",
        quantity_micro=ibis.literal(MICRO, type="int64"),
        each_x100=each,
        points_x100=ibis.ifelse(inside & ~coworking, each, 0),
        counted=ibis.ifelse(inside & ~coworking & (~unknown | (joined.other_x100 != 0)), 1, 0),
        reason=either(joined.reason, str(LineReason.UNKNOWN_CODE), late, str(LineReason.COWORKING)),
        rule=either(joined.rule, joined.other_rule, joined.cms_window_rule, joined.coworking_rule),
        rule_from=either(joined.rule_from, joined.other_from, joined.cms_window_from, joined.coworking_from),
    )


def _hours(tables: dict[str, Table]) -> Table:
    """Fresh posts with their contracted hours and the figures of their grade."""
    post = tables["post"]
    fresh = post.filter(_is_fresh(post)).select("post_no", "grade", "contracted_micro", "hours_source")
    joined = fresh.inner_join(tables["grade_price"], "grade")
    return joined.mutate(hours_micro=joined.contracted_micro.fill_null(joined.default_micro))


def available_x100(table: Table, hours_micro: Table) -> Table:
    """Points that hours hold, cut to a whole point as the measure says, in hundredths.

    Written with a remainder instead of a floor, because engines differ in how they divide integers.
    """
    cut_at = table.full_time_micro * 100
    product = table.target_x100 * hours_micro
    return ((product - product % cut_at) / cut_at).cast("int64") * 100


def contracted_lines(tables: dict[str, Table]) -> Table:
    """One line per post: the points its contracted hours hold before reductions."""
    hours = _hours(tables)
    return _line(
        hours,
        side="time",
        kind="contracted_hours",
        ref=hours.hours_source.fill_null(ibis.literal(ASSUMED)),
        quantity_micro=hours.hours_micro,
        each_x100=ibis.null("int64"),
        points_x100=available_x100(hours, hours.hours_micro),
        counted=ibis.literal(1, type="int64"),
        reason=ibis.cases(
            (hours.contracted_micro.isnull(), ibis.literal(str(LineReason.ASSUMED_HOURS))),
            (hours.hours_source == MENTIONED, ibis.literal(str(LineReason.NO_HOURS))),
            else_=ibis.null("string"),
        ),
    )


def reduction_lines(tables: dict[str, Table]) -> Table:
    """One line per reduction in force on the day, each taking off what it takes after those before it.

    The cut to whole points belongs to the post, not to each reduction: line k is the difference of the
    cut points before and after it, so that contracted hours and reductions add up to the post exactly.
    """
    dated = tables["reduction"].rename(reduced_micro="hours_micro").cross_join(tables["scalar"])
    in_force = dated.filter(
        (dated.first_day <= dated.day) & (dated.last_day.isnull() | (dated.last_day >= dated.day))
    )
    joined = in_force.inner_join(_hours(tables), "post_no")
    # contracted hours have at most two decimals, so this division leaves no remainder
    share = (joined.hours_micro * joined.percent_x100 / 10_000).cast("int64")
    joined = joined.mutate(taken_micro=joined.reduced_micro.fill_null(share))
    so_far = ibis.cumulative_window(group_by="post_no", order_by=["first_day", "reduction_ref"])
    joined = joined.mutate(sum_micro=joined.taken_micro.sum().over(so_far).cast("int64"))
    left = ibis.greatest(joined.hours_micro - joined.sum_micro, 0)
    before = ibis.greatest(joined.hours_micro - joined.sum_micro + joined.taken_micro, 0)
    return _line(
        joined,
        side="time",
        kind="reduction",
        ref=joined.reduction_ref,
        quantity_micro=-joined.taken_micro,
        each_x100=ibis.null("int64"),
        points_x100=available_x100(joined, left) - available_x100(joined, before),
        counted=ibis.literal(1, type="int64"),
        reason=ibis.ifelse(
            joined.sum_micro > joined.hours_micro, ibis.literal(str(LineReason.CUT)), ibis.null("string")
        ),
    )


def _line(table: Table, **given: Table | str) -> Table:
    """A line of each row: what is given, else the table's own column, else nothing."""
    columns = {}
    for name, dtype in LINE.items():
        wanted = "int64" if dtype == pl.Int64 else "string"
        value = given.get(name)
        if value is None:
            absent = ibis.literal(0, type="int64") if dtype == pl.Int64 else ibis.null("string")
            value = table[name] if name in table.columns else absent
        elif isinstance(value, str):
            value = ibis.literal(value)
        columns[name] = value if str(value.type()) == wanted else value.cast(wanted)
    return table.select(**columns)
