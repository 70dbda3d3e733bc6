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
    # posts as the extract has them; the contacts decide whether NOT-KNOWN is among them
    posts = organisation.build_posts(left, codes, names=names, not_known=False, aside=sorted(aside))
    cms = contacts.contact_rows(left.contact, day, codes, grades_corrected(posts, people), faults)
    if not cms.select((contacts.knows("by") & contacts.knows("om")).all()).item():
        posts = organisation.build_posts(left, codes, names=names, not_known=True, aside=sorted(aside))
    organisation.check_posts(left, grades_corrected(posts, people), codes, faults)
    warn_conflicts(left, faults, names=names)
    team = organisation.build_teams(left, posts)
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
        flag=events.numbered(events.flag_rows(left, codes, day), post, schema.FLAG),
        measure=events.numbered(left.measure, post, schema.MEASURE),
    )
    return Assembled(facts, faults, supplied)


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

    contact = night.contact
    marks = gone.unique().with_columns(gone=pl.lit(True))
    for side in contacts.SIDES:
        keys = [f"{side}_{key}" for key in _POST]
        found = contact.join(marks, left_on=keys, right_on=_POST, how="left", maintain_order="left")
        stays = pl.col("gone").is_null()
        contact = found.with_columns(pl.when(stays).then(pl.col(key)).alias(key) for key in keys).drop("gone")
    knows = contacts.knows("by") | contacts.knows("om")
    return replace(
        night,
        standing=rest(night.standing),
        count=rest(night.count),
        measure=rest(night.measure),
        case=rest(night.case),
        case_flag=rest(night.case_flag),
        report=rest(night.report),
        assessment=rest(night.assessment, "assessor_"),
        contact=contact.filter((pl.col("kind") != "cms") | knows),
    )
