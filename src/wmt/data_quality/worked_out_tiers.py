"""The tier of every case whose inputs a night has, worked out beside the one that is recorded.

Only the Unified Tiering Model: of no other scheme are there points. A case is compared where its
registrations and convictions were given and its risk is known by a registration or a score: without them a
tier would be worked out from nothing and look like an answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import polars as pl

from wmt.tiering.calculate import tiers
from wmt.tiering.named_tables import MAIN, SHAPE_OF, tier_input
from wmt.tiering.rulebook import ROSH, V2, first_day, rulebooks
from wmt.tiering.tables import TierInput

#: The tier of one case: `tier_found` with letter and number, `is_suspended_found` by the register.
WORKED_OUT = pl.Schema({"ref": pl.String, "tier_found": pl.String, "is_suspended_found": pl.Boolean})
_NAMES = {0: "none", **{number: name.replace("_", " ") for number, name in enumerate(ROSH, 1)}}


@dataclass(frozen=True)
class WorkedOut:
    """The tiers of the cases of one night. `inputs` are its input tables by name."""

    inputs: Mapping[str, pl.DataFrame]
    refs: pl.Series
    scheme: str

    @cached_property
    def tables(self) -> TierInput | None:
        """The inputs of cases that the night has, from the first day of the scheme; None without any."""
        main = self.inputs.get(MAIN)
        if main is None or self.scheme != "pc16":
            return None
        cases = main.filter(pl.col("case_ref").is_in(self.refs.implode()), pl.col("as_of") >= first_day(V2))
        if cases.is_empty():
            return None
        others = {name: self.inputs[name] for name in SHAPE_OF if name in self.inputs and name != MAIN}
        return tier_input({MAIN: cases, **others})

    @cached_property
    def found(self) -> pl.DataFrame:
        """Everything that `tiers` gives of these cases, with `ref` and whether they can be compared."""
        if self.tables is None:
            return pl.DataFrame(schema={"ref": pl.String, "comparable": pl.Boolean})
        is_known = (pl.col("rosh") > 0) | pl.col("rsr").is_not_null()
        has_orders = pl.col("gives_convictions") | pl.col("mandate_for_change").is_not_null()
        found = tiers(self.tables, V2).rename({"crn": "ref"})
        return found.with_columns(
            comparable=pl.col("gives_registrations") & is_known & has_orders & pl.col("letter").is_not_null()
        )

    @cached_property
    def compared(self) -> pl.DataFrame:
        """The tiers of cases that can be compared: columns `WORKED_OUT`."""
        if self.tables is None:
            return WORKED_OUT.to_frame()
        return _short(self.found.filter("comparable"))

    def without_orders(self) -> pl.DataFrame:
        """Cases with a current order, not custodial, that has no requirement, and the tier with a mandate."""
        if self.tables is None or "conviction" not in self.inputs or "requirement" not in self.inputs:
            return WORKED_OUT.to_frame()
        bare = self.found.filter(
            "comparable",
            pl.col("current_convictions") > 0,
            ~pl.col("custodial"),
            pl.col("current_requirements") == 0,
            pl.col("mandate_for_change").is_null(),
        )
        if bare.is_empty():
            return WORKED_OUT.to_frame()
        cases = self.tables.case.join(bare.select("case_no"), on="case_no", how="semi", maintain_order="left")
        return _short(_again(self.tables, cases.with_columns(mandate_for_change=pl.lit(True))))

    def with_assessed_risk(self) -> pl.DataFrame:
        """Cases whose latest assessment says another RoSH than their register: WORKED_OUT by the assessment,
        with both in words (`rosh_recorded`, `rosh_assessed`)."""
        shape = pl.Schema([*WORKED_OUT.items(), ("rosh_recorded", pl.String), ("rosh_assessed", pl.String)])
        table = self.inputs.get("oasys_assessment")
        if self.tables is None or table is None:
            return shape.to_frame()
        asked = self.found.filter("comparable").select("case_no", "ref", "as_of", "rosh")
        latest = (
            table.filter(pl.col("rosh").is_not_null())
            .select("date", "assessment_no", ref="case_ref", assessed="rosh")
            .join(asked, on="ref")
            .filter(pl.col("date") <= pl.col("as_of"))
            .sort("case_no", "date", "assessment_no")
            .unique("case_no", keep="last", maintain_order=True)
            .with_columns(
                assessed_no=pl.col("assessed").replace_strict(
                    {name: number for number, name in _NAMES.items()}, return_dtype=pl.Int64
                )
            )
        )
        unlike = latest.filter(pl.col("assessed_no") != pl.col("rosh"))
        if unlike.is_empty():
            return shape.to_frame()
        again = _short(_again(_with_rosh(self.tables, unlike), self._cases_of(unlike)))
        said = unlike.select(
            "ref",
            rosh_recorded=pl.col("rosh").replace_strict(_NAMES, return_dtype=pl.String),
            rosh_assessed="assessed",
        )
        return again.join(said, on="ref", maintain_order="left").select(shape.names())

    def _cases_of(self, frame: pl.DataFrame) -> pl.DataFrame:
        assert self.tables is not None
        return self.tables.case.join(frame.select("case_no"), on="case_no", how="semi", maintain_order="left")


def _with_rosh(tables: TierInput, cases: pl.DataFrame) -> TierInput:
    """The tables with other registrations of RoSH: `cases` has case_no, as_of and assessed_no."""
    book = next(iter(rulebooks([cases["as_of"].max()])))  # type: ignore[list-item]
    codes = {number: book.text(f"registers.rosh_{name}") for number, name in enumerate(ROSH, 1)}
    of_rosh = (
        pl.col("code").str.strip_chars().str.to_uppercase().is_in([code for code in codes.values() if code])
    )
    kept = tables.registration.filter(~(of_rosh & pl.col("case_no").is_in(cases["case_no"].implode())))
    new = cases.select(
        "case_no",
        code=pl.col("assessed_no").replace_strict(codes, default=None, return_dtype=pl.String),
        date=pl.col("as_of"),
    ).filter(pl.col("code").is_not_null() & (pl.col("code") != ""))
    return replace(tables, registration=pl.concat([kept, new], how="diagonal").select(kept.columns))


def _again(tables: TierInput, cases: pl.DataFrame) -> pl.DataFrame:
    """The tiers of some of the cases, with some of their fields changed."""
    numbers = cases["case_no"].implode()
    few = {
        name: getattr(tables, name).filter(pl.col("case_no").is_in(numbers))
        for name in SHAPE_OF.values()
        if name != "case"
    }
    return tiers(TierInput(case=cases, **few), V2).rename({"crn": "ref"})


def _short(found: pl.DataFrame) -> pl.DataFrame:
    tier = pl.col("letter") + pl.col("number").cast(pl.String)
    return found.select("ref", tier_found=tier, is_suspended_found="is_suspended").cast(WORKED_OUT)
