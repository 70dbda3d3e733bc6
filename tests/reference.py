"""The reference calculator: the measure in plain Python, one post at a time.

It is the oracle of the tests: slow, short, exact (Fractions), and written from the rules of the measure,
not from the ledger. Parameters come from a rule set by path; everything else is done here by hand.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from math import floor
from typing import Any

from wmt.facts import Facts, kinds
from wmt.rules import RuleSet

INACTIVE = ("warrant", "overdue", "suspended_lifer", "filtered", "difference", "uncommenced")


@dataclass(frozen=True)
class RefLine:
    side: str
    kind: str
    part: str
    points: Fraction
    cases: int = 0
    cases_all: int = 0
    omic: Fraction = Fraction(0)
    hours: Fraction = Fraction(0)


def number(rules: RuleSet, path: str) -> Fraction | None:
    found = rules.get(path)
    return None if found is None or found.value is None else Fraction(str(found.value))


def need(rules: RuleSet, path: str) -> Fraction:
    found = number(rules, path)
    assert found is not None, path
    return found


class Reference:
    def __init__(self, facts: Facts, rules: RuleSet) -> None:
        self.facts, self.rules = facts, rules
        self.kinds = {kind.kind_no: kind for kind in kinds(facts.tier_scheme)}
        self.rows = {name: list(frame.iter_rows(named=True)) for name, frame in facts.tables().items()}

    def of(self, table: str, post_no: int, key: str = "post_no") -> list[dict[str, Any]]:
        return [row for row in self.rows[table] if row[key] == post_no]

    def lines(self, post_no: int) -> list[RefLine]:
        post = self.of("post", post_no)[0]
        work = [self.case(row) for row in self.of("caseload", post_no)]
        work += [self.report(row) for row in self.of("report", post_no)]
        work += [self.contact(row, +1) for row in self.of("contact", post_no, "by_post_no")]
        work += [self.contact(row, -1) for row in self.of("contact", post_no, "om_post_no")]
        work += self.unpaid_work(post_no)
        return work + self.time(post, self.of("reduction", post_no))

    def worth(self, stream: str, location: str, tier: str, suspended: int) -> Fraction:
        table = "t2a_points" if stream == "t2a" else "tier_points"
        leaf = tier + ("S" if suspended else "")
        return number(self.rules, f"{table}.{self.facts.tier_scheme}.{location}.{leaf}") or Fraction(0)

    def case(self, row: dict[str, Any]) -> RefLine:
        kind = self.kinds[row["kind_no"]]
        each = self.worth(kind.stream, kind.location, kind.tier, kind.suspended)
        if kind.status in INACTIVE:
            each *= need(self.rules, f"case_weighting.{kind.status}") / 100
        n = row["cases"]
        if kind.stream == "omic":
            each *= need(self.rules, f"omic_weighting.{kind.location}") / 100
            return RefLine("work", "case", "omic", Fraction(0), omic=each * n)
        part = "t2a" if kind.stream == "t2a" else kind.location
        return RefLine("work", "case", part, each * n, n if kind.status == "active" else 0, n)

    def unpaid_work(self, post_no: int) -> list[RefLine]:
        """A flagged case weighs as the case listed; the others never weigh on more than there are."""
        weighting = need(self.rules, "case_weighting.unpaid_work")
        if weighting == 100:
            return []
        rows = self.of("caseload", post_no)
        listed = {row["case_ref"]: self.kinds[row["kind_no"]] for row in rows if row["case_ref"]}
        room = Counter[tuple[str, str, int]]()
        for row in rows:
            kind = self.kinds[row["kind_no"]]
            if not row["case_ref"] and (kind.stream, kind.status) == ("standard", "active"):
                room[kind.location, kind.tier, kind.suspended] += row["cases"]
        found, seen = [], set()
        for row in sorted(self.of("flag", post_no), key=lambda r: (r["case_ref"], r["location"], r["tier"])):
            if row["flag"] != "U" or row["case_ref"] in seen:
                continue
            seen.add(row["case_ref"])
            cell = (row["location"], row["tier"], row["suspended"])
            if row["case_ref"] in listed:
                kind = listed[row["case_ref"]]
                if kind.status != "active" or kind.stream == "omic":
                    continue
                part = "t2a" if kind.stream == "t2a" else kind.location
                each = self.worth(kind.stream, kind.location, kind.tier, kind.suspended)
            elif room[cell] > 0:
                room[cell] -= 1
                part, each = cell[0], self.worth("standard", *cell)
            else:
                continue
            found.append(RefLine("work", "unpaid_work", part, each * (weighting - 100) / 100))
        return found

    def report(self, row: dict[str, Any]) -> RefLine:
        each = need(self.rules, f"report_points.{row['report']}")
        window = number(self.rules, f"report_window_days.{row['report']}")
        age = row["age_days"]
        if age is not None and row["report"].endswith("_due"):
            age = -age
        inside = age is None or window is None or 0 <= age < window
        return RefLine("work", "report", "reports", each * row["reports"] if inside else Fraction(0))

    def contact(self, row: dict[str, Any], sign: int) -> RefLine:
        each = number(self.rules, f"cms_points.{row['code']}")
        if each is None:
            each = need(self.rules, "cms_points.(other)")
        inside = 0 <= row["age_days"] < need(self.rules, "cms_window_days")
        if self.is_coworking(row):
            each = Fraction(0)
        return RefLine("work", "contact", "contacts", sign * each if inside else Fraction(0))

    def is_coworking(self, row: dict[str, Any]) -> bool:
        """Done by a trainee on a day on which a reduction for a stage of PQiP was in force for them."""
        counts = self.rules.get("cms_trainee_coworking_counts")
        if counts is None or counts.value:
            return False
        day = self.facts.day - timedelta(days=row["age_days"])
        return any(
            each["reason"] in ("12", "13", "14")
            and each["first_day"] <= day
            and (each["last_day"] is None or day <= each["last_day"])
            for each in self.of("reduction", row["by_post_no"])
        )

    def time(self, post: dict[str, Any], reductions: list[dict[str, Any]]) -> list[RefLine]:
        if post["unmeasured"] or post["stale_since"] is not None:
            return []
        grade = post["grade"]
        hours = need(self.rules, f"default_hours.{grade}")
        if post["contracted_micro"] is not None:
            hours = Fraction(post["contracted_micro"], 1_000_000)
        off = sum((self.off(row, hours) for row in reductions), Fraction(0))
        target = need(self.rules, f"nominal_target.{grade}")
        full_time = need(self.rules, f"full_time_hours.{grade}")
        available = Fraction(floor(target * max(Fraction(0), hours - off) / full_time))
        gross = Fraction(floor(target * hours / full_time))
        return [
            RefLine("time", "contracted_hours", "time", gross, hours=hours),
            RefLine("time", "reduction", "time", available - gross, hours=off),
        ]

    def off(self, row: dict[str, Any], hours: Fraction) -> Fraction:
        day = self.facts.day
        if not (row["first_day"] <= day and (row["last_day"] is None or day <= row["last_day"])):
            return Fraction(0)
        if row["hours_micro"] is not None:
            return Fraction(row["hours_micro"], 1_000_000)
        return hours * Fraction(row["percent_x100"], 10_000)

    def stream(self, post_no: int) -> str:
        """The one stream a post is in: read from the facts, where the ledger reads lines."""
        post = self.of("post", post_no)[0]
        team = next(row for row in self.rows["team"] if row["team_no"] == post["team_no"])
        cases = [self.kinds[row["kind_no"]] for row in self.of("caseload", post_no)]
        sheets = self.of("measure", post_no)
        own = [kind for kind in cases if kind.stream != "omic" and kind.status != "difference"]
        if team["is_omic"] and not any(kind.location in ("community", "licence") for kind in own):
            return "omic"
        if cases or any(row["basis"] != "reports" for row in sheets):
            return "sentence_management"
        written = {row["report"] for row in self.of("report", post_no)}
        written |= {row["measure"].split("_")[0] for row in sheets}
        return "courts" if written & {"sdr", "fdr", "oral", "sdr_due"} else "sentence_management"

    def counts(self, post_no: int) -> dict[str, int]:
        """In which counts of posts of its unit a post is."""
        found, post = self.figures(post_no), self.of("post", post_no)[0]
        timeless = not found["available"] and not post["unmeasured"]
        holds = found["points"] or found["cases_all"] or self.omic_cases(post_no)
        over = need(self.rules, "thresholds.excessive_workload.percent") / 100
        unknown = post["contracted_micro"] is None or post["hours_source"] == "none"
        return {
            "posts_without_time": int(timeless),
            "idle_posts_without_time": int(timeless and not holds),
            "unentered_posts_without_time": int(timeless and not found["contracted"] and unknown),
            "posts_over": int(bool(found["available"]) and found["points"] > over * found["available"]),
        }

    def omic_cases(self, post_no: int) -> int:
        rows = self.of("caseload", post_no)
        return sum(row["cases"] for row in rows if self.kinds[row["kind_no"]].stream == "omic")

    def figures(self, post_no: int) -> dict[str, Fraction | int]:
        """The figures of a post, each a sum over its lines."""
        lines = self.lines(post_no)

        def total(*parts: str) -> Fraction:
            return sum((line.points for line in lines if line.part in parts), Fraction(0))

        return {
            "points": sum((line.points for line in lines if line.side == "work"), Fraction(0)),
            "available": total("time"),
            "cases": sum(line.cases for line in lines),
            "cases_all": sum(line.cases_all for line in lines),
            "omic": sum((line.omic for line in lines), Fraction(0)),
            "contracted": sum((line.hours for line in lines if line.kind == "contracted_hours"), Fraction(0)),
            "reduction": sum((line.hours for line in lines if line.kind == "reduction"), Fraction(0)),
            **{p: total(p) for p in ("community", "licence", "custody", "t2a", "reports", "contacts")},
        }
