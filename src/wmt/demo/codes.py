"""Tables of words and codes that the writers put out: both formats say the same in their own columns."""

import polars as pl

from wmt.demo.cases import STATUS_WORDS, STREAM_WORDS
from wmt.demo.mixes import TIER_ORDER
from wmt.demo.work import CONTACTS, day_number
from wmt.demo.world import World
from wmt.facts import LOCATIONS

FIRST_16_WEEKS = 112


def day_of(column: str) -> pl.Expr:
    """A column of days since 1970 as dates."""
    return pl.col(column).cast(pl.Int32).cast(pl.Date)


def word_of(column: str, words: tuple[str, ...]) -> pl.Expr:
    """A column of numbers as the words they stand for."""
    return pl.col(column).replace_strict(dict(enumerate(words)), return_dtype=pl.String)


def described_cases(world: World) -> pl.DataFrame:
    """Cases with their post's codes and in words; `tier_no` stays, and `first_16_weeks` is worked out."""
    today = day_number(world.day)
    new = (pl.col("location") != 1) & (pl.lit(today) - pl.col("starts") < FIRST_16_WEEKS)
    posts = world.posts.select("post_no", "team_code", "staff_code", "grade_code")
    return (
        world.cases.join(posts, on="post_no", how="left", maintain_order="left")
        .with_columns(first_16_weeks=new, tier_no=pl.col("tier"), status_no=pl.col("status"))
        .with_columns(
            location=word_of("location", LOCATIONS),
            tier=word_of("tier", TIER_ORDER),
            stream=word_of("stream", STREAM_WORDS),
            status=word_of("status", STATUS_WORDS),
        )
    )


def flag_rows(world: World) -> pl.DataFrame:
    """One row per flag on a case, by flag letter in the order W U O P I S L R, then as the cases stand."""
    cases = described_cases(world)
    letters = {
        "W": pl.col("status_no") == 1,
        "U": pl.col("unpaid_work"),
        "O": pl.col("status_no") == 2,
        "P": pl.col("priority") == "P",
        "I": pl.col("priority") == "I",
        "S": pl.col("standalone"),
        "L": pl.col("status_no") == 3,
        "R": pl.col("status_no") == 5,
    }
    return pl.concat(
        [cases.filter(which).with_columns(flag=pl.lit(letter)) for letter, which in letters.items()]
    )


def described_contacts(world: World) -> pl.DataFrame:
    """Contacts with the codes, names and grades of both sides; null where a side is unknown."""
    contacts = world.contacts
    for side in ("by", "om"):
        people = world.posts.select(
            pl.col("post_no").alias(f"{side}_post"),
            pl.col("team_code").alias(f"{side}_team_code"),
            pl.col("staff_code").alias(f"{side}_staff_code"),
            pl.col("grade_code").alias(f"{side}_grade_code"),
            pl.col("region_code").alias(f"{side}_provider_code"),
            pl.format("{}, {}", "surname", "forename").alias(f"{side}_name"),
        )
        contacts = contacts.join(people, on=f"{side}_post", how="left", maintain_order="left")
    names = {code: f"CMS - {name}" for code, (_, name) in CONTACTS.items()}
    return contacts.with_columns(
        contact_date=day_of("on_day"),
        type_desc=pl.col("code").replace_strict(names, default="CMS - Other", return_dtype=pl.String),
    )


def t2a_events(world: World) -> pl.DataFrame:
    """One row per T2A case, with its post and PDU; the young person is 18 to 20."""
    cases = described_cases(world).filter(stream="t2a")
    people = world.posts.select("post_no", "surname", "forename", "pdu_code", "region_code", "team_no")
    named = cases.join(people, on="post_no", how="left", maintain_order="left")
    names = world.teams.select("team_no", "team_name", "pdu_name")
    return named.join(names, on="team_no", how="left", maintain_order="left").with_columns(
        name=pl.format("{}, {}", "surname", "forename"),
        age=18 + pl.col("event_no") % 3,
        on=day_of("allocated"),
    )
