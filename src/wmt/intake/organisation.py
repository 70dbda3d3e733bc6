"""Organisation: the teams and posts of a night, out of every mention of them."""

from collections.abc import Collection

import polars as pl

from wmt.facts import NOT_KNOWN
from wmt.facts.enums import MENTIONED
from wmt.facts.schema import POST, TEAM
from wmt.intake.codes import Codes
from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.model import Post
from wmt.intake.staging import Gathered, post_frame

UNKNOWN_NAME = "Not known"
#: Names that stand for nobody in particular.
NOBODY = ("inactive", "unallocated")
_KEYS = ["team_code", "staff_code"]


def build_posts(
    night: Gathered, codes: Codes, *, names: bool, not_known: bool, aside: Collection[Post]
) -> pl.DataFrame:
    """POST without numbers: one row per post that anything mentions or sets aside, sorted by code.

    The sheet of most authority that mentions a post gives its grade, also where that is blank; names
    and hours come from the first that has them.
    """
    first = (
        night.person.sort("rank", maintain_order=True)
        .group_by(_KEYS, maintain_order=True)
        .agg(
            pl.col("grade_code", "sheet", "row", "rank").first(),
            pl.col("grade", "surname", "forename", "is_placeholder", "contracted_micro").drop_nulls().first(),
            is_only_mentioned=~pl.col("rank").is_in(list(night.listing)).any(),
        )
    )
    more = post_frame([*aside, *([(NOT_KNOWN, NOT_KNOWN)] if not_known else [])])
    first = pl.concat([first, more.join(first, on=_KEYS, how="anti")], how="diagonal")
    # a post on no sheet of officers brings no hours of its grade to its units: nobody knows that it is filled
    unknown = pl.col("contracted_micro").is_null() & pl.col("is_only_mentioned").fill_null(False)
    hours = pl.when(unknown).then(0).otherwise("contracted_micro")
    code = pl.col("grade_code")
    known = code.replace_strict(dict(codes.grades), default=codes.other_grade, return_dtype=pl.String)
    name = pl.concat_str("forename", "surname", separator=" ", ignore_nulls=True)
    return first.sort(_KEYS).with_columns(
        contracted_micro=hours,
        grade=pl.coalesce("grade", pl.when(code.is_null()).then(pl.lit(codes.blank_grade)).otherwise(known)),
        name=pl.when(name.str.len_bytes() > 0).then(name) if names else pl.lit(None, dtype=pl.String),
        is_placeholder=pl.coalesce("is_placeholder", _placeholder()).cast(pl.Int64),
        hours_source=pl.when(unknown).then(pl.lit(MENTIONED)).when(hours >= 0).then(pl.lit("supplied")),
    )


def _placeholder() -> pl.Expr:
    surname, forename = (pl.col(part).str.to_lowercase().fill_null("") for part in ("surname", "forename"))
    nobody = (
        surname.is_in(NOBODY)
        | forename.is_in(NOBODY)
        | ((surname == "staff") & forename.is_in(["", "staff"]))
    )
    return nobody.fill_null(False)


def build_teams(night: Gathered, posts: pl.DataFrame) -> pl.DataFrame:
    """TEAM: every team with a post, sorted by code. What nothing tells is NOT-KNOWN."""
    told = (
        night.team.sort("rank", maintain_order=True)
        .group_by("team_code", maintain_order=True)
        .agg(pl.exclude("rank", "sheet", "row").drop_nulls().first())
    )
    codes = pl.concat([posts.select("team_code"), told.select("team_code")]).unique().sort("team_code")
    table = codes.join(told, on="team_code", how="left").with_columns(
        team_name=pl.coalesce("team_name", "team_code"),
        is_omic=pl.col("is_omic").fill_null(False).cast(pl.Int64),
    )
    # every PDU code in one region, the first told; a team without a PDU in the unknown one of its region
    known = night.team.sort("rank", maintain_order=True).drop_nulls(["pdu_code", "region_code"])
    known = known.unique("pdu_code", keep="first", maintain_order=True)
    regions = known.select("pdu_code", parent="region_code")
    pdu = pl.when(pl.col("pdu_code") != NOT_KNOWN).then("pdu_code")
    region = pl.when(pl.col("region_code") != NOT_KNOWN).then("region_code")
    table = table.with_columns(pdu_code=pdu, region_code=region).join(regions, on="pdu_code", how="left")
    table = table.with_columns(
        pdu_code=pl.coalesce("pdu_code", pl.format("{}:" + NOT_KNOWN, "region_code")),
        region_code=pl.when(pl.col("pdu_code").is_null()).then("region_code").otherwise("parent"),
    ).drop("parent")
    for level in ("pdu", "region"):
        table = _named(table, night.team, level)
    numbered = table.sort("team_code").with_columns(team_no=pl.int_range(pl.len(), dtype=pl.Int64))
    return numbered.select(pl.col(name).cast(kind) for name, kind in TEAM.items())


def _named(table: pl.DataFrame, told: pl.DataFrame, level: str) -> pl.DataFrame:
    """Code and name of the level on every row: one name for a code, the first that is told."""
    code, name = f"{level}_code", f"{level}_name"
    first = (
        told.sort("rank", maintain_order=True)
        .drop_nulls([code, name])
        .unique(code, keep="first", maintain_order=True)
        .select(code, name)
    )
    return (
        table.drop(name)
        .join(first, on=code, how="left")
        .with_columns(
            pl.col(code).fill_null(NOT_KNOWN),
            pl.coalesce(
                name, pl.when(~pl.col(code).str.ends_with(NOT_KNOWN)).then(code), pl.lit(UNKNOWN_NAME)
            ).alias(name),
        )
    )


def number_posts(posts: pl.DataFrame, teams: pl.DataFrame, unmeasured: list[Post]) -> pl.DataFrame:
    """POST in its final shape; the posts in `unmeasured` are marked."""
    marked = post_frame(unmeasured).unique().with_columns(unmeasured=pl.lit(1, dtype=pl.Int64))
    table = (
        posts.join(teams.select("team_no", "team_code"), on="team_code", how="left")
        .join(marked, on=_KEYS, how="left")
        .sort(_KEYS)
        .with_columns(
            post_no=pl.int_range(pl.len(), dtype=pl.Int64),
            unmeasured=pl.col("unmeasured").fill_null(0),
            stale_since=pl.lit(None, dtype=pl.Datetime("us")),
        )
    )
    return table.select(pl.col(name).cast(kind) for name, kind in POST.items())


def check_posts(night: Gathered, posts: pl.DataFrame, codes: Codes, faults: Faults) -> None:
    """Warn of blank and unknown grades, and of posts that do not stand on the main list."""
    own = posts.filter(pl.col("team_code") != NOT_KNOWN)
    written = own.filter(pl.col("rank").is_not_null())
    blank = written.filter(pl.col("grade_code").is_null() & (pl.col("grade") == codes.blank_grade))
    _warn_posts("BLANK_GRADE", blank, "{n} posts have no grade", faults)
    strange = ~pl.col("grade_code").is_in(list(codes.grades)) & (pl.col("grade") == codes.other_grade)
    _warn_posts(
        "UNKNOWN_GRADE", written.filter(strange), "{n} posts have a grade code of no known meaning", faults
    )
    _warn_posts(
        "POST_ONLY_MENTIONED",
        written.filter(pl.col("hours_source") == MENTIONED),
        "{n} posts are on no list of officers, without hours until someone enters them: found",
        faults,
    )
    main = night.person.filter(pl.col("rank") == 0).select(_KEYS).unique()
    others = night.person.filter(~pl.col("rank").is_in([0, *night.lone])).join(main, on=_KEYS, how="anti")
    others = others.unique([*_KEYS, "sheet"], keep="first", maintain_order=True)
    for (sheet,), group in others.group_by("sheet", maintain_order=True):
        hits = [
            FaultPlace(row["row"], None, f"{row['team_code']}:{row['staff_code']}")
            for row in group.iter_rows(named=True)
        ]
        faults.warn_once(
            "UNMATCHED_OFFICER", str(sheet), hits, "{n} posts on " + f"{sheet} do not stand on {night.main}"
        )


def _warn_posts(code: str, posts: pl.DataFrame, what: str, faults: Faults) -> None:
    for (sheet,), group in posts.group_by("sheet", maintain_order=True):
        hits = [
            FaultPlace(
                row["row"],
                None,
                f"{row['team_code']}:{row['staff_code']}"
                + (f" '{row['grade_code']}'" if row["grade_code"] else ""),
            )
            for row in group.sort("row").iter_rows(named=True)
        ]
        faults.warn_once(code, str(sheet), hits, f"{what} on {sheet}")
