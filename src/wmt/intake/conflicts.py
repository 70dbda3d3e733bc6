"""Conflicts: one code with two names, parents or grades."""

import polars as pl

from wmt.intake.faults import FaultPlace, Faults
from wmt.intake.staging import Gathered

_POST = ["team_code", "staff_code"]


def warn_conflicts(night: Gathered, faults: Faults, *, names: bool) -> None:
    """One warning for each kind of attribute on which the input contradicts itself. Names only if wanted."""
    for attribute in ("grade_code", "surname", "forename") if names else ("grade_code",):
        _warn(night.person, _POST, attribute, f"{attribute} of a post", faults)
    for attribute in ("team_name", "pdu_code", "region_code"):
        _warn(night.team, ["team_code"], attribute, f"{attribute} of a team", faults)
    for key, attribute in (
        ("pdu_code", "pdu_name"),
        ("pdu_code", "region_code"),
        ("region_code", "region_name"),
    ):
        _warn(night.team, [key], attribute, f"{attribute} of a {key}", faults)


def _warn(frame: pl.DataFrame, keys: list[str], attribute: str, what: str, faults: Faults) -> None:
    found = (
        frame.drop_nulls([*keys, attribute])
        .unique([*keys, attribute], keep="first", maintain_order=True)
        .group_by(keys, maintain_order=True)
        .agg("sheet", "row", attribute)
        .filter(pl.col(attribute).list.len() > 1)
    )
    hits = []
    for row in found.iter_rows(named=True):
        values = " and ".join(f"'{value}'" for value in row[attribute][:3])
        hits.append(FaultPlace(row["row"][1], None, f"{':'.join(row[key] for key in keys)} has {values}"))
    sheet = found["sheet"][0][1] if hits else None
    faults.warn_once("CONFLICTING_ATTRIBUTE", sheet, hits, "{n} times the " + what + " is given in two ways")
