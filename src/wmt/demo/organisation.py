"""Regions, PDUs and teams. The twelve regions are the real ones; everything below them is invented."""

from collections import Counter
from collections.abc import Iterator

import numpy as np
import polars as pl

from wmt.demo import made_up_names
from wmt.demo.size import Floats, Ints, Rng, Size, apportion, stream

#: code, name, share of the nation's teams (rough shares of the supervised population).
REGIONS = (
    ("N03", "Wales", 7),
    ("N07", "London", 16),
    ("N50", "Greater Manchester", 7),
    ("N51", "North West", 9),
    ("N52", "West Midlands", 10),
    ("N53", "East Midlands", 8),
    ("N54", "North East", 6),
    ("N55", "Yorkshire and the Humber", 10),
    ("N56", "East of England", 8),
    ("N57", "Kent, Surrey and Sussex", 7),
    ("N58", "South West", 6),
    ("N59", "South Central", 6),
)
#: What teams do, and their share of all teams. Field teams take what is left.
SPECIAL_TEAMS = {"omic": 0.05, "court": 0.03, "unpaid": 0.03}
#: Spread of demand between regions, PDUs and teams (standard deviation of the logarithm).
SPREAD = {"region": 0.05, "pdu": 0.08, "team": 0.12}
#: Teams that are being built up or wound down: their share, and what is left of their demand.
QUIET_TEAMS, QUIET = 0.03, 0.62
#: Names that turn up in several regions, as they do: a team's name alone is no key.
COMMON_NAMES = (
    "Central 1", "Central 2", "North Team", "South Team", "East Team", "West Team", "Sentence Management 1",
    "Sentence Management 2", "City Team A", "City Team B", "Women's Team", "Public Protection",
)  # fmt: skip


def build_teams(seed: int, size: Size) -> pl.DataFrame:
    """One row per team, sorted by code: its names, codes, kind and how much demand its area sees."""
    rng = stream(seed, "teams")
    pdus = _build_pdus(rng, size)
    per_pdu = apportion(rng.lognormal(0, 0.3, len(pdus)), size.teams, at_least=1)
    pdu_of_team = np.repeat(np.arange(len(pdus)), per_pdu)
    kinds = ["field"] * size.teams
    free = rng.permutation(size.teams).tolist()
    for kind, share in SPECIAL_TEAMS.items():
        for _ in range(max(1, round(size.teams * share))):
            kinds[free.pop()] = kind
    demand: Floats = rng.lognormal(0, SPREAD["team"], size.teams)
    # the last three characters of team codes, different within a region (whose PDUs stand together)
    per_region: Counter[str] = Counter()
    for code, number in zip(pdus["region_code"].to_list(), per_pdu.tolist(), strict=True):
        per_region[code] += number
    teams = pdus[pdu_of_team].with_columns(
        kind=pl.Series(kinds),
        demand=pdus["demand"].to_numpy()[pdu_of_team]
        * np.where(rng.random(size.teams) < QUIET_TEAMS, demand * QUIET, demand),
        suffix=pl.Series(
            [suffix for number in per_region.values() for suffix in made_up_names.codes(rng, number, 3)]
        ),
    )
    teams = teams.with_columns(
        team_code=pl.col("region_code") + pl.col("suffix"),
        team_name=pl.Series(list(_team_names(rng, teams["pdu_name"].to_list(), kinds))),
    ).drop("suffix")
    return teams.sort("team_code").with_row_index("team_no").cast({"team_no": pl.Int64})


def _build_pdus(rng: Rng, size: Size) -> pl.DataFrame:
    regions = REGIONS[: min(len(REGIONS), size.pdus)]
    per_region = apportion(np.array([float(share) for *_, share in regions]), size.pdus, at_least=1)
    english, welsh = made_up_names.english_places(rng), made_up_names.welsh_places(rng)
    rows = []
    for (code, name, _), number in zip(regions, per_region.tolist(), strict=True):
        regional = rng.lognormal(0, SPREAD["region"])
        for tail in made_up_names.codes(rng, number, 4):
            places = welsh if code == "N03" else english
            first, second = places.pop(), places.pop()
            demand = regional * rng.lognormal(0, SPREAD["pdu"])
            pdu_name = f"{first} and {second}" if rng.random() < 0.5 else first
            rows.append((code, name, code + tail, pdu_name, code + tail[::-1] + "L", f"{first} LDU", demand))
    columns = ["region_code", "region_name", "pdu_code", "pdu_name", "ldu_code", "ldu_name", "demand"]
    return pl.DataFrame(rows, schema=columns, orient="row")


def _team_names(rng: Rng, pdu_names: list[str], kinds: list[str]) -> Iterator[str]:
    seen: Counter[tuple[str, str]] = Counter()
    for pdu, kind, die in zip(pdu_names, kinds, rng.random(len(kinds)).tolist(), strict=True):
        place = pdu.split(" and ")[-1 if die > 0.5 else 0]
        seen[place, kind] += 1
        number = seen[place, kind]
        match kind:
            case "omic":
                yield f"OMiC HMP {place}" + (f" {number}" if number > 1 else "")
            case "court":
                yield f"{place} Court Team"
            case "unpaid":
                yield f"{place} Unpaid Work"
            case _ if die % 0.25 < 0.06:
                yield COMMON_NAMES[int(die * 1000) % len(COMMON_NAMES)]
            case _:
                yield f"{place} {number}"


def team_sizes(rng: Rng, teams: int, posts: int) -> Ints:
    """Posts in each team: two at least, five or six mostly, a dozen in the largest."""
    weights: Floats = rng.lognormal(0, 0.35, teams)
    return apportion(weights, posts, at_least=2)
