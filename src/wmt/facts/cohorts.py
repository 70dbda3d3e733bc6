"""Cohorts: which there are by the rules of a day, and which cases are marked with them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import polars as pl

#: The table of marks as a night keeps it, in the columns that matter.
MARK = pl.Schema({"case_ref": pl.String, "cohort": pl.String, "first_day": pl.Date, "last_day": pl.Date})


@dataclass(frozen=True)
class CaseCohort:
    """A cohort that has a name. `flag` is the letter with which the extract marks its cases too, or empty."""

    code: str
    name: str
    about: str
    private: bool
    flag: str
    weighed: bool


def named_cohorts(values: Mapping[str, object]) -> dict[str, CaseCohort]:
    """The cohorts that have names, by code, in their order; `values` are those under the rule `cohorts`."""
    found = {}
    for code in dict.fromkeys(path.split(".")[0] for path in values):
        row = {name: values.get(f"{code}.{name}") for name in ("name", "about", "private", "flag", "weighed")}
        if row["name"]:
            words = {name: str(row[name] or "") for name in ("name", "about", "flag")}
            found[code] = CaseCohort(
                code, private=row["private"] is not False, weighed=row["weighed"] is True, **words
            )
    return found


def in_force(marks: pl.DataFrame, day: date) -> pl.DataFrame:
    """The marks of a day: both their days count, and one without a last day goes on."""
    return marks.filter(
        (pl.col("first_day") <= day) & (pl.col("last_day").is_null() | (pl.col("last_day") >= day))
    )


def marked(
    marks: pl.DataFrame, flags: pl.DataFrame, cohorts: Mapping[str, CaseCohort], day: date
) -> pl.DataFrame:
    """Each case in a cohort on a day, once: columns `ref` and `cohorts`, its codes with blanks between.

    `marks` are shaped as `MARK`, `flags` as `FLAG`. A mark of a cohort that has no name is left out.
    """
    letters = {each.flag: code for code, each in cohorts.items() if each.flag}
    given = in_force(marks, day).select("case_ref", "cohort")
    flagged = flags.select("case_ref", cohort=_replaced("flag", letters))
    order = _replaced("cohort", {code: number for number, code in enumerate(cohorts)}, pl.Int64)
    rows = pl.concat([given, flagged]).unique().with_columns(order=order).drop_nulls()
    return rows.sort("case_ref", "order").group_by("case_ref", maintain_order=True).agg(
        cohorts=pl.col("cohort").str.join(" ")
    ).rename({"case_ref": "ref"})  # fmt: skip


def _replaced(column: str, by: Mapping[str, object], to: type[pl.DataType] = pl.String) -> pl.Expr:
    return pl.col(column).replace_strict(list(by), list(by.values()), default=None, return_dtype=to)


def names(codes: str, cohorts: Mapping[str, CaseCohort]) -> list[str]:
    """What cohorts of a line are called, in their order; of one without a name, its code."""
    return [cohorts[code].name if code in cohorts else code for code in codes.split()]


def weighed_flags(cohorts: Iterable[CaseCohort]) -> dict[str, str]:
    """The letters of flags as which marked cases are weighed, by the code of the cohort."""
    return {each.code: each.flag for each in cohorts if each.weighed and each.flag}
