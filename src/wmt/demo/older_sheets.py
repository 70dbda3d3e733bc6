"""Sheets that left the extract in January 2023: parole reports, ARMS assessments, group supervision."""

import polars as pl

from wmt.demo import sheet
from wmt.demo.codes import day_of
from wmt.demo.sheets import report_counts
from wmt.demo.world import World

INST_REPORTS = (
    "Team_Desc", "Team_Code", "OM_Name", "OM_Key", "OM_Team_Staff_Grade", "Parom_Comp_Last_30",
    "Parom_Due_Next_30", "Datestamp",
)  # fmt: skip
ARMS = (
    "Assessment_Date", "Assessment_Code", "Assessment_Desc", "Assessment_Staff_Name",
    "Assessment_Staff_Key", "Assessment_Staff_Grade", "Assessment_Team_Key", "Assessment_Provider_Code",
    "CRN", "Disposal_or_Release_Date", "Sentence_Type", "SO_Registration_Date",
)  # fmt: skip
GS = (
    "Contact_ID", "CRN", "Contact_Date", "Contact_Type_Code", "Contact_Type_Desc", "OM_Name", "OM_Key",
    "OM_Grade", "OM_Team_Key", "OM_Provider_Code",
)  # fmt: skip


def older_sheets(world: World) -> list[sheet.DemoSheet]:
    """Inst_Reports, ARMS and an empty GS."""
    counts = report_counts(world)
    completed, due = counts["Parom_Comp_Last_30"], counts["Parom_Due_Next_30"]
    rows: list[sheet.Row] = []
    for post, person in enumerate(sheet.identities(world)):
        team, code, surname, forename, key, grade = person[7:13]
        if completed[post] or due[post]:
            numbers = [int(completed[post]) or None, int(due[post]) or None]
            rows.append(
                [team, code, f"{surname}, {forename}", key, f"{code}|{key}|{grade}", *numbers, world.as_at]
            )
    posts = world.posts.select(
        *("post_no", "staff_code", "grade_code", "team_code", "region_code"),
        pl.format("{}, {}", "surname", "forename").alias("name"),
    )
    found = world.assessments.join(posts, on="post_no", how="left", maintain_order="left").select(
        day_of("assessed").alias("on"),
        pl.lit("EASU").alias("code"),
        pl.lit("ARMS Assessment").alias("what"),
        *("name", "staff_code", "grade_code", "team_code", "region_code", "case_ref"),
        day_of("disposed").alias("out"),
        pl.when(pl.col("location") == 0).then(pl.lit("Community")).otherwise(pl.lit("Licence")).alias("type"),
        day_of("registered").alias("registered_on"),
    )
    return [
        sheet.DemoSheet("Inst_Reports", list(INST_REPORTS), rows),
        sheet.DemoSheet("ARMS", list(ARMS), [list(row) for row in found.rows()]),
        sheet.DemoSheet("GS", list(GS), []),
    ]
