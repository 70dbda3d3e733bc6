"""A part of a night: what one post, team or region needs of it, read without reading the rest.

Numbers of posts and teams stay those of the night, so that a part's rows mean what they mean in the whole.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import polars as pl

from wmt import rules
from wmt.facts import SCHEMAS, Facts
from wmt.ledger import Ledger
from wmt.ledger.explain_change import Side
from wmt.ledger.moves import HELD
from wmt.nights import folder

#: Tables whose rows belong to one post, and are kept with it.
_OF_CASES = ("caseload", "flag")
_OF_POSTS = ("caseload", "report", "reduction", "flag", "measure")


@dataclass(frozen=True)
class UnitSlice:
    """The facts of one unit's posts, and the lines of those that keep an earlier night's figures."""

    facts: Facts
    former: pl.DataFrame | None


def part_of(night: folder.Night, level: str, code: str | Collection[str]) -> UnitSlice:
    """The facts of the posts of a unit, with the contacts that give or take on either side.

    The other post of a contact may be missing from `post`. A unit that the night has not gives empty tables.
    Raises NightError when a table is damaged.
    """
    if level == "nation":
        return UnitSlice(night.facts(), night.former())
    team, post = _units(night, level, code)
    numbers = post["post_no"].implode()
    asked = [_scan(night, f"facts/{name}").filter(pl.col("post_no").is_in(numbers)) for name in _OF_POSTS]
    sides = pl.col("by_post_no").is_in(numbers) | pl.col("om_post_no").is_in(numbers)
    asked.append(_scan(night, "facts/contact").filter(sides))
    has_former = "facts/former_line.parquet" in night.manifest.files
    if has_former:
        keys = ["team_code", "staff_code"]
        former = _scan(night, "facts/former_line")
        asked.append(former.join(post.lazy().select(keys), on=keys, how="semi", maintain_order="left"))
    found = dict(zip((*_OF_POSTS, "contact", "former"), _collected(night.path, asked), strict=False))
    facts = Facts(
        as_at=night.manifest.as_at,
        tier_scheme=night.manifest.tier_scheme,
        team=team,
        post=post,
        contact=found["contact"],
        **{name: found[name] for name in _OF_POSTS},
    )
    return UnitSlice(facts, found.get("former"))


def part_of_cases(night: folder.Night, refs: Collection[str], codes: Collection[str]) -> Facts:
    """The rows of some cases and their flags, the posts that have them and those of some codes.

    Raises NightError when a table is damaged.
    """
    sums = tuple(night.manifest.files.get(f"facts/{name}.parquet", "") for name in ("post", *_OF_CASES))
    post, numbers, *tables_of_cases = _case_tables(night.path, sums)
    caseload, flag = (_of_refs(table, sorted(refs)) for table in tables_of_cases)
    there = {*caseload["post_no"], *flag["post_no"], *(numbers[code] for code in codes if code in numbers)}
    post = post.filter(pl.col("post_no").is_in(list(there)))
    tables = {**_empty_tables(), "post": post, "caseload": caseload, "flag": flag}
    return Facts(as_at=night.manifest.as_at, tier_scheme=night.manifest.tier_scheme, **tables)


@lru_cache(maxsize=2)
def _case_tables(
    path: Path,
    checksums: tuple[str, ...],  # noqa: ARG001 - as `_derived`
) -> tuple[pl.DataFrame, dict[str, int], pl.DataFrame, pl.DataFrame]:
    """Posts, their numbers by code, and caseload and flags in the order of cases: kept in memory, because
    each case that is given asks for a few rows. What has no reference is left out."""
    names = ("post", *_OF_CASES)
    found = _collected(path, [pl.scan_parquet(path / f"facts/{name}.parquet") for name in names])
    post = found[0].cast(SCHEMAS["post"])
    codes = post.select(pl.concat_str("team_code", pl.lit(":"), "staff_code"), "post_no")
    caseload, flag = (table.drop_nulls("case_ref").sort("case_ref", "post_no") for table in found[1:])
    return post, dict(codes.rows()), caseload, flag


def _of_refs(table: pl.DataFrame, refs: Sequence[str]) -> pl.DataFrame:
    """The rows of some cases of a table in the order of its cases."""
    wanted = pl.Series(refs, dtype=pl.String)
    first, end = (table["case_ref"].search_sorted(wanted, side) for side in ("left", "right"))
    return pl.concat([table.clear(), *map(table.slice, first, end - first)])


@cache
def _empty_tables() -> dict[str, pl.DataFrame]:
    return {name: schema.to_frame() for name, schema in SCHEMAS.items()}


def sides_of(
    before: folder.Night,
    after: folder.Night,
    level: str,
    code: str | Collection[str],
    former: str | None = None,
) -> tuple[Side, Side]:
    """What `explain_change` needs of two nights to say why one unit moved, each under its own rules; or, of
    several posts, what `wmt.ledger.why_posts` needs.

    `former` is the code of a post on the night before, where it had another: it is asked for under its
    present one.

    A night's own lines are those of its folder. Facts beyond teams and posts are read only where the rules of
    the two nights differ, for the lines after are then worked out under the rules before.
    """
    sides = [_side(before, level, former or code), _side(after, level, code)]
    if isinstance(code, str) and former is not None and former != code:
        sides[0] = _under(sides[0], code)
    if sides[0].rules.key != sides[1].rules.key:
        part = part_of(after, level, code)
        sides[1] = replace(sides[1], facts=part.facts, former=part.former)
    if level == "nation" or any(side.counted for side in sides):
        return sides[0], sides[1]
    by = ("ref",) if isinstance(code, str) else ("team_code", "staff_code", "ref")
    crossing = _crossing(_cases(sides[0]), _cases(sides[1]), by)
    held = [held_in(night, crossing) for night in (before, after)]
    if isinstance(code, str) and former is not None:
        held[0] = held[0].with_columns(pl.col("post_code").replace({former: code}))
    return replace(sides[0], held=held[0]), replace(sides[1], held=held[1])


def _under(side: Side, code: str) -> Side:
    """The side of a post as if it had had another code."""
    keys = dict(zip(("team_code", "staff_code"), code.split(":", 1), strict=True))

    def named(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.lit(value).alias(key) for key, value in keys.items() if key in frame)

    facts = replace(side.facts, team=named(side.facts.team), post=named(side.facts.post))
    lines, streams = (None if each is None else named(each) for each in (side.lines, side.streams))
    return replace(side, facts=facts, lines=lines, streams=streams)


def _side(night: folder.Night, level: str, code: str | Collection[str]) -> Side:
    """A night's own lines of a unit, with its teams and posts and no other facts."""
    team, post = _units(night, level, code)
    numbers = post["post_no"].implode()
    lines = _scan(night, "results/lines")
    if level != "nation":
        lines = lines.filter(pl.col("post_no").is_in(numbers))
    facts = Facts(
        as_at=night.manifest.as_at,
        tier_scheme=night.manifest.tier_scheme,
        **{**_empty_tables(), "team": team, "post": post},
    )
    # who is forgotten has numbers for references that are somebody else's the night after
    counted = night.manifest.forgotten is not None
    streams = streams_of(night).join(post, on=["team_code", "staff_code"], how="semi")
    return Side(
        facts, rules_of(night), lines=_collected(night.path, [lines])[0], counted=counted, streams=streams
    )


def streams_of(night: folder.Night) -> pl.DataFrame:
    """The stream of every post of a night: columns `POST_STREAM`.

    Worked out where it was written before there were streams, and kept then.
    """
    totals = _scan(night, "results/totals")
    if "stream" not in totals.collect_schema():
        return _derived(night.path, night.manifest.files["results/totals.parquet"])
    posts = totals.filter(pl.col("level") == "post")
    return _collected(night.path, [posts.select("team_code", "staff_code", post_stream="stream")])[0]


@lru_cache(maxsize=8)
def _derived(path: Path, checksum: str) -> pl.DataFrame:  # noqa: ARG001 - a night replaced is another
    night = folder.open_night(path)
    posts = Ledger(night.facts(), night.rules(), former=night.former()).totals(["post"])
    return posts.select("team_code", "staff_code", post_stream="stream")


def _cases(side: Side) -> pl.DataFrame:
    found = side.given().filter((pl.col("kind") == "case") & pl.col("ref").is_not_null())
    return found.select("team_code", "staff_code", "ref").unique()


def _crossing(before: pl.DataFrame, after: pl.DataFrame, by: Sequence[str]) -> list[str]:
    """References that are on one side only, sorted; of several posts each post has sides of its own."""
    sides = [frame.select(by).unique() for frame in (before, after)]
    apart = [one.join(other, on=by, how="anti") for one, other in (sides, reversed(sides))]
    return sorted({*apart[0]["ref"], *apart[1]["ref"]})


def held_in(night: folder.Night, refs: Sequence[str]) -> pl.DataFrame:
    """Who holds some cases on a night, wherever in the nation: columns `HELD`."""
    if not refs:
        return HELD.to_frame()
    lines = _scan(night, "results/lines").filter(
        pl.col("ref").is_in(pl.Series(refs).implode()), pl.col("kind") == "case"
    )
    held = lines.select("ref", post_code=pl.concat_str("team_code", pl.lit(":"), "staff_code"))
    return _collected(night.path, [held])[0].cast(HELD)


def rules_of(night: folder.Night) -> rules.RuleSet:
    """The rules the night was priced by, read once for all nights that have the same."""
    return _rules_text((night.path / "rules.yaml").read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def _rules_text(text: str) -> rules.RuleSet:
    return rules.from_yaml(text)


def _units(night: folder.Night, level: str, code: str | Collection[str]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The teams and posts of a unit, or several posts with their teams."""
    team, post = _scan(night, "facts/team"), _scan(night, "facts/post")
    if level == "nation":
        pass
    elif level == "post":
        codes = [each.partition(":")[::2] for each in ([code] if isinstance(code, str) else sorted(code))]
        wanted = pl.LazyFrame(codes, {"team_code": pl.String, "staff_code": pl.String}, orient="row")
        post = post.join(wanted, on=["team_code", "staff_code"], how="semi", maintain_order="left")
        team = team.join(wanted, on="team_code", how="semi", maintain_order="left")
    else:
        team = team.filter(pl.col(f"{level}_code") == code)
        post = post.join(team.select("team_no"), on="team_no", how="semi", maintain_order="left")
    teams, posts = _collected(night.path, [team, post])
    return teams, posts.cast(SCHEMAS["post"])


def _scan(night: folder.Night, name: str) -> pl.LazyFrame:
    return pl.scan_parquet(night.path / f"{name}.parquet")


def _collected(path: Path, asked: Sequence[pl.LazyFrame]) -> list[pl.DataFrame]:
    try:
        return pl.collect_all(asked)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise folder.NightError(
            f"{path} cannot be read ({type(error).__name__}: {error}); bring it back from a copy, or "
            "load its extract again into another folder"
        ) from error
