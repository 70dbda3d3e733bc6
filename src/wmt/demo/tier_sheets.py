"""The four sheets of counts: WMT_Extract, WMT_Extract_Filtered, T2A and OMIC_Teams."""

import numpy as np
import polars as pl

from wmt.demo import sheet
from wmt.demo.codes import described_cases
from wmt.demo.mixes import TIER_ORDER
from wmt.demo.size import Bools, Ints
from wmt.demo.world import World

LOCATION_COLUMNS = ("Comm", "Cust", "Licence")  # in the order of LOCATIONS


def tier_columns(*, suspended: bool) -> list[str]:
    """Tier columns in workbook order: 17 per location, then 16 per location with the suffix S."""
    tiers = sorted(TIER_ORDER)
    plain = [f"{place}Tier{tier}" for place in LOCATION_COLUMNS for tier in tiers]
    return plain + [f"{name}S" for name in plain if not name.endswith("Tier0")] if suspended else plain


def tier_counts(world: World, which: Bools) -> tuple[Ints, Ints]:
    """Cases per post and tier column of L2024; and those in their first 16 weeks, community and licence."""
    columns = {name: number for number, name in enumerate(tier_columns(suspended=True))}
    place: Ints = np.zeros((3, len(TIER_ORDER), 2), dtype=np.int64)
    for where, prefix in enumerate(LOCATION_COLUMNS):
        for number, tier in enumerate(TIER_ORDER):
            plain = f"{prefix}Tier{tier}"
            place[where, number] = (columns[plain], columns.get(plain + "S", columns[plain]))
    cases = world.cases.filter(pl.Series(which))
    post, location = cases["post_no"].to_numpy(), cases["location"].to_numpy()
    column = place[location, cases["tier"].to_numpy(), cases["suspended"].to_numpy().astype(np.int64)]
    counts = np.zeros((len(world.posts), len(columns)), dtype=np.int64)
    np.add.at(counts, (post, column), 1)
    new = described_cases(world)["first_16_weeks"].to_numpy()[which]
    first_weeks = np.zeros((len(world.posts), 2), dtype=np.int64)
    np.add.at(first_weeks, (post[new], (location[new] == 2).astype(np.int64)), 1)
    return counts, first_weeks


def _tier_sheet(name: str, world: World, layout: str, which: Bools, posts: Bools) -> sheet.DemoSheet:
    tail = ["ComIn1st16Weeks", "LicIn1st16Weeks", "Datestamp", "V-CRN_Count"]
    headers = [*sheet.IDENTITY, *tier_columns(suspended=layout == "L2024"), *tail]
    counts, first_weeks = tier_counts(world, which)
    counts = counts[:, : len(headers) - len(sheet.IDENTITY) - 4]
    blank = np.where(counts > 0, counts, 0).astype(object)
    blank[counts == 0] = None
    people = sheet.identities(world)
    rows: list[sheet.Row] = [
        [
            *people[post],
            *blank[post],
            *(int(n) or None for n in first_weeks[post]),
            world.as_at,
            int(counts[post].sum()),
        ]
        for post in np.flatnonzero(posts).tolist()
    ]
    return sheet.DemoSheet(name, headers, rows)


def _holders(world: World, which: Bools) -> Bools:
    held = np.zeros(len(world.posts), dtype=np.bool_)
    held[world.cases["post_no"].to_numpy()[which]] = True
    return held


def tier_sheets(world: World, layout: str) -> list[sheet.DemoSheet]:
    """The four sheets in the order WMT_Extract, WMT_Extract_Filtered, T2A, OMIC_Teams."""
    stream = world.cases["stream"].to_numpy()
    standard, active = stream == 0, (world.cases["status"] == 0).to_numpy()
    listed = world.posts["kind"].is_in(["field", "unpaid"]).to_numpy()
    return [
        _tier_sheet("WMT_Extract", world, layout, standard, listed),
        _tier_sheet("WMT_Extract_Filtered", world, layout, standard & active, listed),
        _tier_sheet("T2A", world, layout, stream == 1, _holders(world, stream == 1)),
        _tier_sheet("OMIC_Teams", world, layout, stream == 2, _holders(world, stream == 2)),
    ]
