"""Small worlds for tests: facts written down in a line each, and random ones for properties."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
from hypothesis import strategies as st

from wmt.facts import GRADES, LOCATIONS, NOT_KNOWN, SCHEMAS, Facts, kind_number, micro_hours

AS_AT = datetime(2023, 6, 14, 18, 30)


class World:
    """Facts in the making. Posts are named 'TEAM:STAFF'; teams lie in PDU 'P' + first letters, region 'R'."""

    def __init__(self, as_at: datetime = AS_AT, tier_scheme: str = "pc16") -> None:
        self.as_at, self.tier_scheme = as_at, tier_scheme
        self.posts: dict[str, dict[str, Any]] = {}
        self.omic_teams: set[str] = set()
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SCHEMAS}

    def post(self, name: str, grade: str = "PO", hours: str | None = "37", **more: Any) -> "World":
        team, staff = name.split(":")
        micro = None if hours is None else micro_hours(Decimal(hours))
        self.posts[name] = {
            "team_code": team,
            "staff_code": staff,
            "name": None,
            "grade_code": grade,
            "grade": grade,
            "contracted_micro": micro,
            "hours_source": None if hours is None else "entered",
            "is_placeholder": 0,
            "stale_since": None,
            "unmeasured": 0,
            **more,
        }
        return self

    def cases(
        self,
        post: str,
        location: str,
        tier: str,
        cases: int = 1,
        *,
        stream: str = "standard",
        suspended: bool = False,
        status: str = "active",
        ref: str | None = None,
    ) -> "World":
        kind = kind_number(self.tier_scheme, stream, location, tier, suspended, status)
        self.rows["caseload"].append({"post": post, "kind_no": kind, "case_ref": ref, "cases": cases})
        return self

    def report(self, post: str, report: str, reports: int = 1, age_days: int | None = None) -> "World":
        ref = None if age_days is None else f"R{len(self.rows['report']):04d}"
        row = {"post": post, "report": report, "report_ref": ref, "reports": reports, "age_days": age_days}
        self.rows["report"].append(row)
        return self

    def contact(self, code: str, *, by: str | None, om: str | None, age_days: int = 0) -> "World":
        unknown = f"{NOT_KNOWN}:{NOT_KNOWN}"
        for name in (by, om):
            if name is None and unknown not in self.posts:
                self.post(unknown, "DMY", None)
        self.rows["contact"].append(
            {
                "contact_ref": f"C{len(self.rows['contact']):04d}",
                "case_ref": None,
                "code": code,
                "age_days": age_days,
                "by": by or unknown,
                "om": om or unknown,
                "by_grade": self.posts[by or unknown]["grade"],
            }
        )
        return self

    def reduction(
        self,
        post: str,
        *,
        hours: str | None = None,
        percent: str | None = None,
        first_day: date = date(2023, 1, 1),
        last_day: date | None = None,
        reason: str = "24",
    ) -> "World":
        self.rows["reduction"].append(
            {
                "post": post,
                "reduction_ref": f"D{len(self.rows['reduction']):04d}",
                "reason": reason,
                "hours_micro": None if hours is None else micro_hours(Decimal(hours)),
                "percent_x100": None if percent is None else int(Decimal(percent) * 100),
                "first_day": first_day,
                "last_day": last_day,
            }
        )
        return self

    def flag(self, post: str, ref: str, flag: str, location: str, tier: str, suspended: int = 0) -> "World":
        row = {"post": post, "case_ref": ref, "flag": flag, "location": location, "tier": tier}
        self.rows["flag"].append({**row, "suspended": suspended})
        return self

    def omic_team(self, team: str) -> "World":
        self.omic_teams.add(team)
        return self

    def measure(self, post: str, basis: str, measure: str, value: int = 0) -> "World":
        """A count of a sheet that lists the post."""
        row = {"post": post, "basis": basis, "measure": measure, "value": value}
        if row not in self.rows["measure"]:
            self.rows["measure"].append(row)
        return self

    def facts(self) -> Facts:
        names = sorted(self.posts, key=lambda name: name.split(":"))
        numbers = {name: number for number, name in enumerate(names)}
        teams = sorted({name.split(":")[0] for name in names})
        team_rows = [
            {
                "team_no": number,
                "team_code": team,
                "team_name": f"Team {team}",
                "pdu_code": f"{team[:2]}PDU",
                "pdu_name": f"PDU {team[:2]}",
                "region_code": team[:1],
                "region_name": f"Region {team[:1]}",
                "provider": "PS",
                "is_omic": int(team in self.omic_teams),
            }
            for number, team in enumerate(teams)
        ]
        post_rows = [
            {"post_no": numbers[name], "team_no": teams.index(name.split(":")[0]), **self.posts[name]}
            for name in names
        ]
        tables = {"team": team_rows, "post": post_rows}
        for name in set(SCHEMAS) - set(tables):
            tables[name] = [self._numbered(row, numbers) for row in self.rows[name]]
        frames = {name: self._frame(name, rows) for name, rows in tables.items()}
        return Facts(as_at=self.as_at, tier_scheme=self.tier_scheme, **frames)

    @staticmethod
    def _numbered(row: dict[str, Any], numbers: dict[str, int]) -> dict[str, Any]:
        places = {"post": "post_no", "by": "by_post_no", "om": "om_post_no"}
        return {places.get(key, key): numbers[v] if key in places else v for key, v in row.items()}

    @staticmethod
    def _frame(name: str, rows: list[dict[str, Any]]) -> pl.DataFrame:
        frame = pl.DataFrame(rows, schema=SCHEMAS[name])
        return frame if name in ("team", "post") else frame.sort(frame.columns, nulls_last=False)


TIERS = ("0", *(letter + number for letter in "ABCD" for number in "3210"))
CODES = ("CMS01", "CMS28", "CMS40", "CMS47", "CMS51", "NGS001", "XXX99")
NAMES = [f"{region}{pdu}{team}:S{n}" for region in "NW" for pdu in "12" for team in "AB" for n in "12"]


@st.composite
def worlds(draw: st.DrawFn, as_at: datetime | None = None) -> World:
    """A random small world: several posts in several teams, every kind of line, odd values included."""
    moment = as_at or draw(st.sampled_from([AS_AT, datetime(2022, 2, 2, 18, 30), datetime(2026, 11, 20)]))
    world = World(moment)
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=6, unique=True)):
        hours = draw(st.none() | st.decimals(0, 60, places=2).map(str))
        world.post(name, draw(st.sampled_from(GRADES)), hours)
    for number in range(draw(st.integers(0, 12))):
        _any_case(draw, world, number)
    some_post = st.sampled_from(sorted(world.posts))
    for _ in range(draw(st.integers(0, 4))):
        report = draw(
            st.sampled_from(["sdr", "fdr", "parom", "arms_community", "arms_licence", "sdr_due", "oral"])
        )
        age = draw(st.none() | st.integers(-40, 40))
        world.report(draw(some_post), report, 1 if age is not None else draw(st.integers(1, 9)), age)
    for _ in range(draw(st.integers(0, 5))):
        by, om = draw(st.none() | some_post), draw(st.none() | some_post)
        world.contact(draw(st.sampled_from(CODES)), by=by, om=om, age_days=draw(st.integers(-2, 9)))
    for _ in range(draw(st.integers(0, 4))):
        _any_reduction(draw, world, draw(some_post))
    _any_stream(draw, world, some_post)
    return world


def _any_stream(draw: st.DrawFn, world: World, some_post: st.SearchStrategy[str]) -> None:
    """OMiC teams, and posts that sheets of tiers and of court reports list."""
    for team in draw(
        st.lists(st.sampled_from(sorted({name.split(":")[0] for name in world.posts})), max_size=2)
    ):
        world.omic_team(team)
    for _ in range(draw(st.integers(0, 3))):
        basis, measure = draw(
            st.sampled_from(
                [
                    ("reports", "sdr_last_30"),
                    ("reports", "oral_reports"),
                    ("reports", "parom_due_next_30"),
                    ("active", "crn_control"),
                    ("omic", "com_first_16_weeks"),
                ]
            )
        )
        world.measure(draw(some_post), basis, measure, draw(st.integers(0, 3)))


def _any_case(draw: st.DrawFn, world: World, number: int) -> None:
    post = draw(st.sampled_from(sorted(world.posts)))
    stream = draw(st.sampled_from(["standard", "standard", "standard", "t2a", "omic"]))
    location, tier = draw(st.sampled_from(LOCATIONS)), draw(st.sampled_from(TIERS))
    suspended = tier != "0" and draw(st.booleans())
    states = ["active", "active", "warrant", "overdue", "suspended_lifer", "filtered", "uncommenced"]
    status = draw(st.sampled_from(states))
    ref = draw(st.sampled_from([None, f"X{number:06d}"]))
    cases = 1 if ref else draw(st.integers(1, 40))
    status = "active" if stream == "omic" else status
    world.cases(post, location, tier, cases, stream=stream, suspended=suspended, status=status, ref=ref)
    if ref and stream != "omic":
        letter = {"warrant": "W", "overdue": "O", "suspended_lifer": "L"}.get(status, "U")
        for _ in range(draw(st.integers(1, 2))):
            world.flag(post, ref, letter, location, tier, int(suspended))
    if draw(st.integers(0, 2)) == 0:
        world.flag(post, f"U{number:06d}", "U", location, tier, int(suspended))
    if draw(st.integers(0, 9)) == 0:
        world.cases(post, "unknown", "0", draw(st.integers(-5, 5).filter(bool)), status="difference")


def _any_reduction(draw: st.DrawFn, world: World, post: str) -> None:
    first = world.as_at.date() + timedelta(days=draw(st.integers(-60, 5)))
    last = draw(st.none() | st.integers(0, 80).map(lambda days: first + timedelta(days=days)))
    reason = draw(st.sampled_from(["24", "12", "13", "14"]))
    if draw(st.booleans()):
        hours = draw(st.decimals(0, 40, places=3).map(str))
        world.reduction(post, hours=hours, first_day=first, last_day=last, reason=reason)
    else:
        percent = draw(st.decimals(0, 100, places=2).map(str))
        world.reduction(post, percent=percent, first_day=first, last_day=last, reason=reason)
