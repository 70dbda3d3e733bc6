"""The cases of a night with the words of their kinds, and the ways a case may turn out to be."""

from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from wmt.data_quality.kinds import CANDIDATE, DRAFT
from wmt.facts import KIND_SCHEMA, TIERS, Facts, kind_table
from wmt.ledger import OMIC

WORDS = ("stream", "location", "tier", "suspended", "status")


@dataclass
class Drafts:
    """What was found so far, numbered, and the ways each may turn out to be."""

    drafts: list[pl.DataFrame] = field(default_factory=list)
    candidates: list[pl.DataFrame] = field(default_factory=list)
    effects: list[pl.DataFrame] = field(default_factory=list)
    number: int = 0

    def add(self, kind: str, found: pl.DataFrame) -> pl.DataFrame:
        """Number what was found of a kind and keep it; the same rows with their numbers.

        `found` has post_no and may have any other column of DRAFT; a contact or post is one case of nothing.
        """
        numbers = pl.int_range(self.number, self.number + len(found), dtype=pl.Int64, eager=True)
        numbered = found.with_columns(numbers.alias("draft_no"), kind=pl.lit(kind))
        self.number += len(found)
        have = numbered.columns
        self.drafts.append(
            numbered.select(
                pl.col(name).cast(kind_of) if name in have else pl.lit(None, dtype=kind_of).alias(name)
                for name, kind_of in DRAFT.items()
            ).with_columns(pl.col("cases").fill_null(1))
        )
        return numbered

    def may_be(self, candidates: pl.DataFrame) -> None:
        """Keep ways that a case may turn out to be: columns `CANDIDATE`, the weight 1 where there is none."""
        if "weight" not in candidates.columns:
            candidates = candidates.with_columns(weight=pl.lit(1, dtype=pl.Int64))
        self.candidates.append(candidates.select(CANDIDATE.names()).cast(CANDIDATE))


@dataclass(frozen=True)
class HeldCases:
    """The cases of the posts whose facts are of this night, those under OMiC left out."""

    facts: Facts

    @cached_property
    def rows(self) -> pl.DataFrame:
        """Columns of CASELOAD with the words of the kind and `ref`; without what is only a difference."""
        numbers = fresh_posts(self.facts)["post_no"]
        named = self.kinds.filter(pl.col("stream") != OMIC, pl.col("status") != "difference")
        found = self.facts.caseload.filter(pl.col("cases") > 0, pl.col("post_no").is_in(numbers.implode()))
        return found.join(named, on="kind_no", maintain_order="left").rename({"case_ref": "ref"})

    @cached_property
    def kinds(self) -> pl.DataFrame:
        return kind_table(self.facts.tier_scheme)

    @cached_property
    def active(self) -> pl.DataFrame:
        return self.rows.filter(pl.col("status") == "active")

    @cached_property
    def named_active(self) -> pl.DataFrame:
        """Active cases that have a reference."""
        return self.active.filter(pl.col("ref").is_not_null())

    def with_kind(self, frame: pl.DataFrame, name: str = "to_no", **words: pl.Expr) -> pl.DataFrame:
        """Rows with the number of the kind they would be of, were some of their words others."""
        changed = frame.with_columns(**{f"to_{word}": words.get(word, pl.col(word)) for word in WORDS})
        table = self.kinds.rename({word: f"to_{word}" for word in WORDS} | {"kind_no": name})
        joined = changed.join(table, on=[f"to_{word}" for word in WORDS], how="left", maintain_order="left")
        return joined.drop(f"to_{word}" for word in WORDS)

    @cached_property
    def any_tier(self) -> pl.DataFrame:
        """For each stream and type the kinds of active cases with a tier, weighed by how many there are."""
        tiers = [tier for tier in TIERS[self.facts.tier_scheme] if tier != "0"]
        there = self.active.group_by("kind_no").agg(weight=pl.col("cases").sum())
        of_tier = self.kinds.filter(
            pl.col("tier").is_in(tiers), pl.col("suspended") == 0, pl.col("status") == "active"
        )
        weighed = of_tier.join(there, on="kind_no", how="left", maintain_order="left")
        return weighed.select("stream", "location", "kind_no", pl.col("weight").fill_null(0))


def fresh_posts(facts: Facts) -> pl.DataFrame:
    """Posts whose figures are of this night: those that keep an earlier one's are judged by that one."""
    return facts.post.filter(pl.col("unmeasured") == 0, pl.col("stale_since").is_null())


assert set(WORDS) < set(KIND_SCHEMA)
