"""Causes on the time side: what the grade did, what the hours did, what each reduction did.

A post's contracted hours change with its grade where they are assumed, and a reduction takes less where there
are fewer hours to take a share of. What only followed belongs to what it followed.
"""

from typing import Any

import ibis

from wmt.ledger import move_causes
from wmt.ledger.enums import ASSUMED, Cause
from wmt.ledger.lines import available_x100

Table = Any  # an Ibis table expression


def contracted_hours(rows: Table) -> move_causes.CauseColumns:
    """Part 0 is the grade, part 1 the hours: parted by what the old hours hold in the new grade.

    `target_x100` and `full_time_micro` are those of the new grade.
    """
    middle = available_x100(rows, rows.quantity_before_micro)
    before, after = rows.time_before_x100, rows.time_after_x100
    stands = (rows.lines_before > 0) & (rows.lines_after > 0)
    regraded = stands & (rows.rule_before != rows.rule_after)
    follows = regraded & (rows.ref_before == ASSUMED) & (rows.ref_after == ASSUMED)
    new_hours = ~stands | (rows.quantity_before_micro != rows.quantity_after_micro)
    by_grade = ibis.ifelse(regraded, ibis.ifelse(new_hours & ~follows, middle, after), before)
    # posts that keep an earlier night's figures have rules of their own
    rest = ibis.ifelse(new_hours, str(Cause.HOURS), str(Cause.RULE))
    return move_causes.CauseColumns(
        cause=ibis.ifelse(rows.part == 0, str(Cause.GRADE), rest),
        points=move_causes.nothing(),
        available=move_causes.by_part(rows, by_grade - before, after - by_grade),
        always=move_causes.nothing(),
    )


def with_hours(rows: Table) -> Table:
    """Rows with the contracted hours and the grade's rule of their post at both moments, if they have any."""
    hours = rows.filter((rows.is_hours == 1) & (rows.is_rule == 0))
    hours = hours.select(
        hours_code="code",
        hours_post="key_post",
        hours_before="quantity_before_micro",
        hours_after="quantity_after_micro",
        grade_before="rule_before",
        grade_after="rule_after",
    )
    return rows.left_join(hours, (rows.code == hours.hours_code) & (rows.key_post == hours.hours_post))


def reductions(rows: Table) -> move_causes.CauseColumns:
    """Reductions, by rows that have the hours of their post beside them."""
    old, new = rows.quantity_before_micro, rows.quantity_after_micro
    in_force = (rows.lines_before > 0) & (rows.lines_after > 0)
    scaled = (old * rows.hours_after == new * rows.hours_before).fill_null(False)
    itself = ~in_force | ((old != new) & ~scaled)
    cause = ibis.cases(
        (itself, str(Cause.REDUCTION)),
        (rows.grade_before != rows.grade_after, str(Cause.GRADE)),
        (rows.hours_before != rows.hours_after, str(Cause.HOURS)),
        (rows.rule_from_before != rows.rule_from_after, str(Cause.RULE)),
        else_=str(Cause.REDUCTION),
    )
    available = move_causes.by_part(rows, rows.time_after_x100 - rows.time_before_x100)
    return move_causes.CauseColumns(cause, move_causes.nothing(), available, move_causes.nothing())
