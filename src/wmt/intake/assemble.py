"""Assembling: from what a door gathered to the facts of the night, less the posts set aside."""

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from wmt.facts import Facts, kind_table, schema
from wmt.intake import caseload, contacts, events, organisation
from wmt.intake.codes import Codes
from wmt.intake.conflicts import warn_conflicts
from wmt.intake.faults import Faults
from wmt.intake.model import Post
from wmt.intake.people import grades_corrected, hours_entered, reductions_of, warn_assumed_twice
from wmt.intake.people_model import People
from wmt.intake.staging import Gathered, post_frame

_POST = ["team_code", "staff_code"]


@dataclass(frozen=True)
class Assembled:
    """The facts, what was found wrong while putting them together, and the posts as the extract gave them."""

    facts: Facts
    faults: Faults
    supplied: pl.DataFrame  # POST before anything that people entered


def assemble(
    night: Gathered, codes: Codes, people: People, *, names: bool, aside: Collection[Post]
) -> Assembled:
    """Facts of a night whose as-at and tier scheme are known; the posts in `aside` have no work in them."""
    assert night.as_at is not None
    assert night.tier_scheme is not None
    faults = Faults()
    day, left = night.as_at.date(), without(night, aside)
    posts, team, cms = _organisation(left, codes, people, faults, names=names, aside=sorted(aside))
    supplied = organisation.number_posts(posts, team, sorted(aside))
    post = hours_entered(grades_corrected(supplied, people), people)
    warn_assumed_twice(post, codes, faults)
    rows = caseload.caseload_rows(left, faults)
    facts = Facts(
        as_at=night.as_at,
        tier_scheme=night.tier_scheme,
        team=team,
        post=post,
        caseload=caseload.number_caseload(rows, post, kind_table(night.tier_scheme)),
        report=events.numbered(events.report_rows(left, day, codes, faults), post, schema.REPORT),
        contact=contacts.number_contacts(cms, post),
        reduction=reductions_of(people, post, codes, day, faults, aside),
        flag=events.numbered(events.flag_rows(left.case_flag, codes), post, schema.FLAG),
        measure=events.numbered(left.measure, post, schema.MEASURE),
    )
    return Assembled(facts, faults, supplied)


def _organisation(
    night: Gathered, codes: Codes, people: People, faults: Faults, *, names: bool, aside: Collection[Post]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """Posts as the extract has them, teams, and the contacts, which decide whether NOT-KNOWN is needed."""
    assert night.as_at is not None
    posts = organisation.build_posts(night, codes, names=names, not_known=False, aside=aside)
    corrected = grades_corrected(posts, people)
    cms = contacts.contact_rows(night.contact, night.as_at.date(), codes, corrected, faults)
    if not cms.select((contacts.knows("by") & contacts.knows("om")).all()).item():
        posts = organisation.build_posts(night, codes, names=names, not_known=True, aside=aside)
    organisation.check_posts(night, grades_corrected(posts, people), codes, faults)
    warn_conflicts(night, faults, names=names)
    return posts, organisation.build_teams(night, posts), cms


def without(night: Gathered, aside: Collection[Post]) -> Gathered:
    """The night without the work of some posts. Their side of a contact is then nobody's; the other stays."""
    if not aside:
        return night
    gone = post_frame(sorted(aside))

    def rest(frame: pl.DataFrame, prefix: str = "") -> pl.DataFrame:
        keys = [f"{prefix}{key}" for key in _POST]
        return frame.join(
            gone, left_on=keys, right_on=_POST, how="anti", nulls_equal=True, maintain_order="left"
        )

    return replace(
        night,
        standing=rest(night.standing),
        count=rest(night.count),
        measure=rest(night.measure),
        case=rest(night.case),
        case_flag=rest(night.case_flag),
        report=rest(night.report),
        assessment=rest(night.assessment, "assessor_"),
        contact=_one_sided(night.contact, gone),
    )


def _one_sided(frame: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    marks = gone.unique().with_columns(gone=pl.lit(True))
    for side in contacts.SIDES:
        keys = [f"{side}_{key}" for key in _POST]
        frame = frame.join(
            marks, left_on=keys, right_on=_POST, how="left", maintain_order="left"
        ).with_columns(pl.when(pl.col("gone").is_null()).then(pl.col(key)).alias(key) for key in keys)
        frame = frame.drop("gone")
    return frame.filter((pl.col("kind") != "cms") | contacts.knows("by") | contacts.knows("om"))
