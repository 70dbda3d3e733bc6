"""Posts that were set aside keep the lines they had, and every total above them says so."""

from dataclasses import replace

import polars as pl

from wmt.facts import NOT_KNOWN, Facts
from wmt.grades import DUMMY
from wmt.nights.case_lines import lines_led
from wmt.nights.folder import Night, NightError
from wmt.nights.kept_transfers import kept_transfers

_KEYS = ["team_code", "staff_code"]


def keep_former(facts: Facts, former_night: Night | None) -> tuple[Facts, pl.DataFrame | None]:
    """Give posts that were set aside the lines they had, marked with since when; facts and those lines.

    Posts without former figures stay unmeasured. Raises NightError when the night is damaged or is later
    than the facts.
    """
    aside = facts.post.filter(pl.col("unmeasured") == 1).select(_KEYS)
    if former_night is None or aside.is_empty():
        return facts, None
    if damaged := former_night.damage():
        raise NightError(
            f"{former_night.path} was changed after it was written ({', '.join(damaged)}), so no post can "
            "keep the figures it had there; bring its folder back from a copy"
        )
    if former_night.manifest.as_at > facts.as_at:
        raise NightError(
            f"{former_night.path} is later than this extract of {facts.as_at}, so no post can keep figures "
            "from it; name an earlier night"
        )
    had = former_night.table("facts/post").filter(pl.col("unmeasured") == 0)
    had = had.join(aside, on=_KEYS, how="semi")
    since = had.select(*_KEYS, since=pl.col("stale_since").fill_null(former_night.manifest.as_at))
    post = facts.post.join(since, on=_KEYS, how="left", maintain_order="left")
    post = post.with_columns(
        stale_since=pl.coalesce("since", "stale_since"),
        unmeasured=pl.when(pl.col("since").is_not_null()).then(0).otherwise(pl.col("unmeasured")),
    ).select(facts.post.schema.names())
    facts = replace(facts, post=post.cast(facts.post.schema))
    # a case that people changed is where and what the extract has: a post of this night may have it too
    back = [each.back for each in reversed(kept_transfers(former_night))]
    lines = lines_led(former_night, former_night.table("results/lines"), back)
    return _balanced(facts, lines.join(had, on=_KEYS, how="semi", maintain_order="left"))


def _balanced(facts: Facts, lines: pl.DataFrame) -> tuple[Facts, pl.DataFrame]:
    """Former lines, and against each contact among them its opposite at the post not known.

    The other side of such a contact stands on this night's facts, or has left its window. Intake sends the
    side of a post set aside to the post not known; without the opposite the nation would count it twice.
    """
    contacts = lines.filter((pl.col("kind") == "contact") & (pl.col("points_x100") != 0))
    if contacts.is_empty():
        return facts, lines
    opposite = contacts.with_columns(
        -pl.col("points_x100"), -pl.col("each_x100"), *(pl.lit(NOT_KNOWN).alias(key) for key in _KEYS)
    )
    if NOT_KNOWN not in facts.team["team_code"]:  # put last where intake had no need of it
        words = {
            f"{unit}_{part}": word for unit in ("team", "pdu", "region") for part, word in _UNKNOWN.items()
        }
        team = pl.DataFrame([{"team_no": len(facts.team), "is_omic": 0, **words}], schema=facts.team.schema)
        about = {"post_no": len(facts.post), "team_no": len(facts.team), "grade": DUMMY}
        marks = {"is_placeholder": 1, "unmeasured": 0, **dict.fromkeys(_KEYS, NOT_KNOWN)}
        post = pl.DataFrame([{**about, **marks}], schema=facts.post.schema)
        facts = replace(facts, team=pl.concat([facts.team, team]), post=pl.concat([facts.post, post]))
    return facts, pl.concat([lines, opposite])


_UNKNOWN = {"code": NOT_KNOWN, "name": "Not known"}
