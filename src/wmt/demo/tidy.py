"""The nation in the tidy format 'workload-input/1': a manifest and one file per table."""

import hashlib
import json
from pathlib import Path

import polars as pl

from wmt.demo import codes
from wmt.demo.cases import ACTIVE, COMMUNITY
from wmt.demo.world import World

FORMAT = "workload-input/1"
SOURCE = "wmt demonstration nation, invented"


def tidy_tables(world: World) -> dict[str, pl.DataFrame]:
    """The tables a sender writes, each in a stated order."""
    posts = world.posts.select("post_no", "team_code", "staff_code")
    reports = world.reports.join(posts, on="post_no", how="left", maintain_order="left").sort("report_id")
    return {
        "team": world.teams.select(
            *("team_code", "team_name", "pdu_code", "pdu_name", "ldu_code", "ldu_name"),
            *("region_code", "region_name"),
            provider=pl.lit("PS"),
            is_omic=pl.col("kind") == "omic",
        ),
        "staff": world.posts.select(
            *("team_code", "staff_code", blank_is_null("grade_code"), "grade"),
            *("surname", "forename", "is_placeholder"),
        ),
        "case": _case(world),
        "case_flag": _case_flag(world),
        "case_cohort": _case_cohort(world),
        "report": reports.select(
            "report_id", "team_code", "staff_code", "type", "state", codes.day_of("on_day").alias("on_date")
        ),
        "contact": codes.described_contacts(world).select(
            pl.col("contact_id").cast(pl.String),
            "case_ref",
            pl.lit("cms").alias("kind"),
            "contact_date",
            pl.col("code").alias("type_code"),
            "type_desc",
            *("by_team_code", "by_staff_code", blank_is_null("by_grade_code"), "by_provider_code"),
            *("om_team_code", "om_staff_code", blank_is_null("om_grade_code"), "om_provider_code"),
        ),
        "assessment": _assessment(world),
        "t2a_case": _t2a_case(world),
    }


def write_tidy(folder: Path, world: World, tidy_as: str = "parquet") -> dict[str, int]:
    """Write manifest.json and the tables as 'parquet' or 'csv'. Returns the rows of each table."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for name, table in tidy_tables(world).items():
        path = folder / f"{name}.{tidy_as}"
        if tidy_as == "csv":
            table.write_csv(path)
        else:
            table.write_parquet(path, compression="zstd", statistics=False)
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        listed.append({"name": name, "file": path.name, "rows": len(table), "sha256": sha256})
    manifest = {
        "format": FORMAT,
        "as_at": world.as_at.isoformat(),
        "tier_scheme": "pc16",
        "source": SOURCE,
        "case_list": "complete",
        "tables": listed,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    return {str(entry["name"]): int(str(entry["rows"])) for entry in listed}


def blank_is_null(column: str) -> pl.Expr:
    """A grade code of spaces is no grade code."""
    stripped = pl.col(column).str.strip_chars()
    return pl.when(stripped != "").then(stripped).alias(column)


def _case(world: World) -> pl.DataFrame:
    cases = codes.described_cases(world)
    return cases.select(
        *("case_ref", "team_code", "staff_code", "location", "tier", "suspended", "stream"),
        (pl.col("status_no") == ACTIVE).alias("counted_active"),
        *("first_16_weeks", "event_no"),
        codes.day_of("allocated").alias("allocated_on"),
        codes.day_of("starts").alias("starts_on"),
        codes.day_of("ends").alias("ends_on"),
    )


def _case_flag(world: World) -> pl.DataFrame:
    flags = codes.flag_rows(world)
    order, lifer = pl.col("flag") == "S", pl.col("flag") == "L"
    words = {
        "disposal_code": (order, "330"),
        "disposal_desc": (order, "ORA Suspended Sentence Order"),
        "standalone_order": (order, "SA Curfew"),
        "register_code": (lifer, "INLL"),
        "register_desc": (lifer, "Lifer"),
        "register_level": (lifer, "L2"),
        "register_level_desc": (lifer, "Lifer - Not Supervised"),
        "register_category": (lifer, "LF03"),
        "register_category_desc": (lifer, "Lifer - Life Imprisonment"),
    }
    return flags.select(
        *("case_ref", "team_code", "staff_code", "flag"),
        pl.lit(1, dtype=pl.Int64).alias("seq"),
        *("location", "tier", "suspended", blank_is_null("grade_code")),
        *(pl.when(which).then(pl.lit(word)).alias(name) for name, (which, word) in words.items()),
        pl.when(lifer).then(pl.col("location") == "custody").alias("in_custody"),
        pl.when(lifer).then(codes.day_of("starts")).alias("registered_on"),
        pl.when(lifer).then(codes.day_of("allocated") + pl.duration(days=365)).alias("review_due_on"),
        pl.lit(None, dtype=pl.Date).alias("deregistered_on"),
    )


#: Of how many active cases one is marked, by cohort; NSD and IIRMS have few.
_ONE_IN = {"iirms": 250, "nsd": 500, "lifer": 60}


def _case_cohort(world: World) -> pl.DataFrame:
    """Marks of some active cases, by what their CRN says: the same in every night."""
    active = world.cases.filter(pl.col("status") == ACTIVE, pl.col("stream") == 0).sort("case_ref")
    number = pl.col("case_ref").str.extract(r"(\d+)").cast(pl.Int64)
    inside = pl.col("location") != COMMUNITY
    marks = [
        active.filter((number + place) % one_in == 0, (pl.lit(cohort) != "lifer") | inside).select(
            "case_ref",
            pl.lit(cohort).alias("cohort"),
            codes.day_of("starts").alias("first_day"),
            pl.lit(None, dtype=pl.Date).alias("last_day"),
        )
        for place, (cohort, one_in) in enumerate(_ONE_IN.items())
    ]
    return pl.concat(marks).unique(["case_ref", "cohort"], maintain_order=True)


def _assessment(world: World) -> pl.DataFrame:
    posts = world.posts.select("post_no", "team_code", "staff_code", "grade_code", "region_code", "pdu_code")
    found = world.assessments.join(posts, on="post_no", how="left", maintain_order="left")
    return found.select(
        "seq",
        "case_ref",
        pl.lit("EASU").alias("code"),
        pl.lit("ARMS Assessment").alias("desc"),
        codes.day_of("assessed").alias("assessed_on"),
        codes.day_of("assessed").alias("completed_on"),
        codes.day_of("disposed").alias("disposal_or_release_on"),
        codes.day_of("registered").alias("registered_on"),
        pl.when(pl.col("location") == 0)
        .then(pl.lit("community"))
        .otherwise(pl.lit("licence"))
        .alias("sentence_type"),
        *("outcome_code", "outcome_desc"),
        pl.col("team_code").alias("assessor_team_code"),
        pl.col("staff_code").alias("assessor_staff_code"),
        blank_is_null("grade_code").alias("assessor_grade_code"),
        pl.col("region_code").alias("assessor_provider_code"),
        pl.col("team_code").alias("om_team_code"),
        pl.col("pdu_code").alias("om_pdu_code"),
        pl.col("region_code").alias("om_provider_code"),
    )


def _t2a_case(world: World) -> pl.DataFrame:
    events = codes.t2a_events(world)
    managers = [
        expression
        for manager in ("order", "offender")
        for expression in (
            pl.col("region_code").alias(f"{manager}_manager_provider_code"),
            pl.col("pdu_code").alias(f"{manager}_manager_pdu_code"),
            pl.col("team_code").alias(f"{manager}_manager_team_code"),
            pl.col("staff_code").alias(f"{manager}_manager_staff_code"),
            blank_is_null("grade_code").alias(f"{manager}_manager_grade_code"),
        )
    ]
    return events.select(
        *("case_ref", "event_no"),
        pl.col("on").alias("allocation_date"),
        pl.lit("OOJ").alias("allocation_code"),
        pl.lit("Out Of Jurisdiction Transfer").alias("allocation_desc"),
        *managers,
        pl.lit("YOS").alias("nsi_code"),
        pl.lit("YOS (NPS use only)").alias("nsi_desc"),
        pl.lit("Transfer Meeting").alias("nsi_status"),
        pl.lit(None, dtype=pl.String).alias("nsi_outcome"),
    )
