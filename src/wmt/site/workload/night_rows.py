"""A night → the rows of the current figures. Tables are matched and numbered here, never summed."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import polars as pl

from wmt.allocation.cases import MOVES
from wmt.allocation.transfers import CaseTransfer
from wmt.facts import SCHEMAS, Facts, table_of
from wmt.facts.cohorts import MARK, marked
from wmt.facts.enums import MENTIONED
from wmt.ledger import (
    AMOUNTS,
    HEADLINE,
    MEASURES,
    POST_COUNTS,
    PRICING,
    TOTAL,
    CaseSide,
    Ledger,
    TimeSide,
)
from wmt.ledger.contact_prices import every_contact_pricing
from wmt.ledger.lines import NOT_ENTERED
from wmt.nights import Night, NightError, open_night
from wmt.nights.kept_transfers import kept_transfers
from wmt.nights.names import night_names
from wmt.rules import ALWAYS, DatedValue, RuleSet
from wmt.site.workload.night_cohorts import cohorts_in
from wmt.text import plain_marks

#: Levels whose cells are kept; a team has few enough lines to be summed where it is asked for.
CELL_LEVELS = ("pdu", "region", "nation")


@dataclass(frozen=True)
class Rows:
    """The rows of one load for every model of `models.FIGURES`, by the names of their columns."""

    pricing: pl.DataFrame
    rule_value: pl.DataFrame
    unit: pl.DataFrame
    cell: pl.DataFrame
    line: pl.DataFrame


def rows_of(night: Night, names: Mapping[str, str]) -> Rows:
    """The rows of a night. Raises NightError when one of its files cannot be read.

    `names` are the reasons for reductions by their ids.
    """
    ledger = Ledger(night.facts(), night.rules(), former=night.former())
    totals, lines = night.table("results/totals"), night.table("results/lines")
    # written when there were fewer measures and lines, or no streams
    if totals.columns != TOTAL.names() or _counts_otherwise(totals, lines):
        totals, lines = ledger.totals(), ledger.lines()
    return rows_from(night, ledger, lines, totals, names, kept_transfers(night))


def _counts_otherwise(totals: pl.DataFrame, lines: pl.DataFrame) -> bool:
    """Whether 'no hours entered' was counted as it was before: assumed hours that leave takes were in it."""
    posts, keys = totals.filter(level="post"), ["team_code", "staff_code"]
    none = lines.filter(pl.col("ref").is_in(NOT_ENTERED), kind="contracted_hours").select(keys)
    unentered = posts.filter(posts_without_time=1, contracted_hours_micro=0).join(none, on=keys, how="semi")
    return set(posts.filter(unentered_posts_without_time=1)["code"]) != set(unentered["code"])


def rows_from(
    night: Night,
    ledger: Ledger,
    lines: pl.DataFrame,
    totals: pl.DataFrame,
    names: Mapping[str, str],
    given: Iterable[CaseTransfer] = (),
) -> Rows:
    """The rows of lines and totals. `given` are the cases that are where people put them."""
    facts, rules, cells = ledger.facts, ledger.rules, ledger.cells(CELL_LEVELS)
    # a live change may need any price of time, both of a contact, and that of any type and tier of a case:
    # all are there and never change
    listed = lines.filter((pl.col("kind") == "case") & pl.col("ref").is_not_null())
    pairs = frozenset(listed.select("stream", "status").unique().rows())
    every = _every_pricing(rules, facts.tier_scheme, facts.day, pairs)
    pricing = _numbered(pl.concat([lines.select(PRICING), cells.select(PRICING), every]))
    whole = (pl.col("level") == "post") | (pl.col("stream") == HEADLINE)
    of_every_grade = totals.with_columns(pl.col("grade").fill_null(""), whole=whole)
    totals = pl.concat([of_every_grade, ledger.totals_by_grade().with_columns(whole=pl.lit(False))])
    texts = ("location", "tier", "stream", "status", "component", "reason", "rule", "rule_from")
    return Rows(
        pricing=pricing.with_columns(
            pl.col(texts).fill_null(""), pl.col("counted", "suspended").fill_null(0).cast(pl.Boolean)
        ),
        rule_value=pl.DataFrame([_rule_value(value) for value in rules], infer_schema_length=None),
        unit=_units(totals, facts, supplied(night)),
        cell=_priced(cells, pricing).select(
            "level", "code", "post_stream", "grade", "pricing", "lines", *AMOUNTS
        ),
        line=_lines(lines, pricing, facts, night, rules, names, given),
    )


_POST = {"team_code": pl.String, "staff_code": pl.String}
#: What of the input tables is shown beside the figures. A night whose personal data are forgotten has none.
_STAFF = table_of(
    {
        "team_code": pl.String,
        "staff_code": pl.String,
        "grade": pl.String,
        "contracted_micro": pl.Int64,
        "hours_source": pl.String,
    }
)
_CASE = table_of(
    {"team_code": pl.String, "staff_code": pl.String, "case_ref": pl.String, "allocated_on": pl.Date}
)
_REPORT = table_of(
    {
        "team_code": pl.String,
        "staff_code": pl.String,
        "report_id": pl.String,
        "on_date": pl.Date,
        "state": pl.String,
    }
)


@lru_cache(maxsize=8)
def _every_pricing(
    rules: RuleSet, tier_scheme: str, day: date, listed: frozenset[tuple[str, str]]
) -> pl.DataFrame:
    """What could price time, contacts, cases of the listed streams and statuses if they were of another type
    or tier, and one that comes: columns `PRICING`.

    Rules that say the same price the same, so nights of the same rules share it.
    """
    pairs = listed | {("standard", "active"), ("t2a", "active")} if listed else listed
    of_cases = CaseSide(rules, tier_scheme, day).every_pricing(sorted(pairs))
    return pl.concat([TimeSide(rules).every_pricing(day), every_contact_pricing(rules, day), of_cases])


def _input(night: Night, name: str, columns: pl.Schema) -> pl.DataFrame:
    """Columns of an input table of a night, null where it was written without one; no rows where the night
    does not keep it any more."""
    if f"input/{name}.parquet" not in night.manifest.files:
        return columns.to_frame()
    table = night.table(f"input/{name}")
    return table.select(pl.col(each) if each in table.columns else pl.lit(None, kind).alias(each)
                        for each, kind in columns.items())  # fmt: skip


def fold(text: str) -> str:
    """Text for searching: lower case, without accents, strokes and apostrophes, hyphens without blanks.

    Whatever apostrophe or hyphen a name has and whichever is typed, O’Neill and Smith – Jones are found.
    """
    joined = _HYPHEN.sub("-", plain_marks(text)).replace("'", "")
    parts = unicodedata.normalize("NFKD", joined)
    plain = "".join(sign for sign in parts if not unicodedata.combining(sign)).casefold()
    return plain.translate(_STROKED)


_HYPHEN = re.compile(r"\s*-\s*")
#: Letters that are written with a stroke or joined, which Unicode does not take apart.
_STROKED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def _numbered(priced: pl.DataFrame) -> pl.DataFrame:
    found = priced.unique().sort(PRICING, nulls_last=False)
    return found.with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))


def _priced(frame: pl.DataFrame, pricing: pl.DataFrame) -> pl.DataFrame:
    return frame.join(pricing.rename({"number": "pricing"}), on=PRICING, how="left", nulls_equal=True)


def supplied(night: Night) -> pl.DataFrame:
    """The posts of a night with the grade and hours of its extract.

    Nights of before that was kept take every post of 0 hours for one on no list of officers.
    """
    staff = _input(night, "staff", _STAFF)
    unlisted = (pl.col("contracted_micro") == 0) & (pl.col("hours_source").fill_null(MENTIONED) == MENTIONED)
    return staff.select(
        "team_code",
        "staff_code",
        supplied_grade="grade",
        supplied_micro="contracted_micro",
        is_only_mentioned=unlisted.fill_null(False),
    )


def _units(totals: pl.DataFrame, facts: Facts, supplied: pl.DataFrame) -> pl.DataFrame:
    posts = facts.post.select("team_code", "staff_code", post_no="post_no")
    posts = posts.join(supplied, on=["team_code", "staff_code"], how="left")
    teams = facts.team.select("team_code", "team_no", "is_omic")
    frame = totals.join(posts, on=["team_code", "staff_code"], how="left")
    frame = frame.join(teams, left_on="code", right_on="team_code", how="left")
    number = pl.when(pl.col("level") == "team").then("team_no").otherwise("post_no")
    parts = [pl.col(key).fill_null("").map_elements(fold, return_dtype=pl.String) for key in ("name", "code")]
    folded = pl.concat_str(parts, separator=" ")
    return frame.select(
        "level", "code", "name", "stream", "grade", "whole",
        number.alias("number"),
        pl.col("region_code", "pdu_code", "team_code", "staff_code").fill_null(""),
        # on the clock of England and Wales; of the hour that comes twice, the first
        pl.col("stale_since").dt.replace_time_zone(
            "Europe/London", ambiguous="earliest", non_existent="null"
        ),
        pl.col("is_omic").fill_null(0).cast(pl.Boolean),
        folded.alias("folded"),
        pl.col("supplied_grade").fill_null(""),
        "supplied_micro",
        pl.col("is_only_mentioned").fill_null(False),
        pl.lit(0).alias("touched"),
        *MEASURES, *POST_COUNTS,
    )  # fmt: skip


def _lines(
    lines: pl.DataFrame,
    pricing: pl.DataFrame,
    facts: Facts,
    night: Night,
    rules: RuleSet,
    names: Mapping[str, str],
    given: Iterable[CaseTransfer],
) -> pl.DataFrame:
    posts = facts.post.select("post_no", "team_no", "grade")
    frame = _priced(lines, pricing).join(posts, on="post_no", how="left", maintain_order="left")
    about = pl.concat(
        [
            _of_cases(facts, night, rules, given),
            _of_contacts(facts),
            _of_reductions(facts.reduction, names),
            *(_of_reductions(kept, names) for kept in _kept_reductions(facts, night)),
            _of_reports(facts, night),
        ]
    )
    frame = frame.join(
        about.unique(["kind", "post_no", "ref"], maintain_order=True),
        on=["kind", "post_no", "ref"],
        how="left",
    )
    of_cases = pl.col("kind").is_in(MOVES)
    frame = frame.join(_cohorts(facts, night, rules), on="ref", how="left", maintain_order="left")
    return frame.select(
        "post_no", "team_no", "grade", "pricing",
        pl.col("ref", "about", "other_post").fill_null(""),
        pl.when(of_cases).then("cohorts").fill_null("").alias("cohorts"),
        "since", "until", *AMOUNTS,
    )  # fmt: skip


def _cohorts(facts: Facts, night: Night, rules: RuleSet) -> pl.DataFrame:
    """The cases in cohorts on the day of the extract, as the work of a night is all of that day."""
    return marked(_input(night, "case_cohort", MARK), facts.flag, cohorts_in(rules), facts.day)


def _about(frame: pl.DataFrame, kind: str) -> pl.DataFrame:
    """What is known of lines beside their amounts, in one shape for all kinds."""
    kinds = {"about": pl.String, "other_post": pl.String, "until": pl.Date}
    missing = [pl.lit(None, of).alias(name) for name, of in kinds.items() if name not in frame.columns]
    frame = frame.with_columns(missing)
    return frame.select(pl.lit(kind).alias("kind"), "post_no", "ref", "since", *kinds)


def first_days(night: Night, refs: Collection[str]) -> dict[tuple[str, str], date | None]:
    """Since when posts ('TEAM:STAFF') hold some cases by the extract of a night."""
    listed = _input(night, "case", _CASE).filter(pl.col("case_ref").is_in(list(refs)))
    post = pl.concat_str("team_code", pl.lit(":"), "staff_code").alias("post")
    dated = listed.group_by(post, "case_ref").agg(pl.col("allocated_on").min())
    return {(code, ref): day for code, ref, day in dated.iter_rows()}


def _of_cases(facts: Facts, night: Night, rules: RuleSet, given: Iterable[CaseTransfer]) -> pl.DataFrame:
    """Since when a post has held a case, and what the case system flags it with."""
    posts = facts.post.select("post_no", "team_code", "staff_code")
    listed = _input(night, "case", _CASE).join(posts, on=["team_code", "staff_code"])
    dated = listed.group_by("post_no", ref="case_ref").agg(since=pl.col("allocated_on").min())
    led = {(*each.to_post.split(":", 1), each.ref): each.since for each in given if each.is_move}
    days = [(*where, since) for where, since in led.items() if since is not None]
    of_given = pl.DataFrame(days, {**_POST, "ref": pl.String, "since": pl.Date}, orient="row")
    of_given = of_given.join(posts, on=list(_POST)).select(dated.columns)
    dated = pl.concat([of_given, dated]).unique(["post_no", "ref"], keep="first", maintain_order=True)
    names = {flag: _name(rules, f"flags.{flag}") for flag in facts.flag["flag"].unique()}
    words = pl.col("flag").replace(names)
    flagged = facts.flag.group_by("post_no", ref="case_ref").agg(about=words.unique().sort().str.join(", "))
    joined = dated.join(flagged, on=["post_no", "ref"], how="full", coalesce=True)
    return _about(joined, "case")


def _of_contacts(facts: Facts) -> pl.DataFrame:
    """The day, the code and the colleague of every contact, seen from either side."""
    codes = pl.concat_str("team_code", pl.lit(":"), "staff_code")
    names = facts.post.select(other="post_no", other_post=codes)
    day = pl.lit(facts.day) - pl.duration(days=pl.col("age_days"))
    said = facts.contact.with_columns(ref="contact_ref", about="code", since=day.cast(pl.Date))
    sides = [
        said.with_columns(post_no=pl.col(mine), other=pl.col(other))
        for mine, other in (("by_post_no", "om_post_no"), ("om_post_no", "by_post_no"))
    ]
    return _about(pl.concat(sides).join(names, on="other", how="left"), "contact")


def _kept_reductions(facts: Facts, night: Night) -> Iterator[pl.DataFrame]:
    """The reductions of posts that keep an earlier night's lines, from that night: this one has none.

    A night that is gone, or cannot be read, leaves those lines without reason and day.
    """
    keys = ["team_code", "staff_code"]
    kept = facts.post.filter(pl.col("stale_since").is_not_null()).select("post_no", *keys, "stale_since")
    nights = {name.as_at: name.name for name in night_names(night.path.parent)} if len(kept) else {}
    for (since,), posts in kept.group_by("stale_since", maintain_order=True):
        try:
            found = open_night(night.path.parent / nights[since])
            then = found.table("facts/post").select(*keys, then_no="post_no")
            reduction = found.table("facts/reduction").rename({"post_no": "then_no"})
        except (KeyError, NightError):
            continue
        yield posts.join(then, on=keys).join(reduction, on="then_no").select(SCHEMAS["reduction"].names())


def _of_reductions(reduction: pl.DataFrame, names: Mapping[str, str]) -> pl.DataFrame:
    """The reason of every reduction by its name, and its days."""
    named = pl.col("reason").replace(names)
    told = reduction.with_columns(ref="reduction_ref", since="first_day", until="last_day", about=named)
    return _about(told, "reduction")


def _name(rules: RuleSet, path: str) -> str:
    """What the rules call a flag; its own letter where they do not know it."""
    found = rules.get(f"{path}.name")
    return path.rpartition(".")[2] if found is None else str(found.value)


def _of_reports(facts: Facts, night: Night) -> pl.DataFrame:
    """The day of every report that came one by one."""
    posts = facts.post.select("post_no", "team_code", "staff_code")
    listed = _input(night, "report", _REPORT).join(posts, on=["team_code", "staff_code"])
    return _about(listed.with_columns(ref="report_id", since="on_date", about="state"), "report")


def _rule_value(value: DatedValue) -> dict[str, str | None]:
    return {
        "path": value.path,
        "value": None if value.value is None else str(value.value),
        "valid_from": "" if value.valid_from == ALWAYS else value.valid_from.isoformat(),
        "unit": value.unit,
        "description": value.description,
        "source": value.source,
        "status": value.status,
        "note": value.note or "",
        "overlay": value.overlay or "",
    }


def over_mark(rules: RuleSet) -> int:
    """The mark of excessive workload in hundredths of a per cent."""
    return rules["thresholds.excessive_workload.percent"].hundredths
