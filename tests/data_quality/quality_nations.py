"""Small nations whose records are all in order, and ways to spoil them."""

import copy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

import polars as pl

from wmt.data_quality.find import find
from wmt.facts import Facts
from wmt.intake.tier_tables import TABLES
from wmt.ledger import Ledger
from wmt.rules import RuleSet, load
from worlds import World

AS_AT = datetime(2026, 11, 30, 18, 30)
DAY = AS_AT.date()
RULES = load().at(DAY)
Row = dict[str, Any]
#: Registrations, needs and the tier that they make: of a man with one order, one requirement, OGRS 0.
RISKS = {
    "very high": ("RVHR", "A"),
    "high": ("RHRH", "B"),
    "medium": ("RMRH", "C"),
    "low": ("RLRH", "D"),
}


@dataclass
class Nation:
    """Posts, cases and contacts as plain rows, so that one of them can be spoiled."""

    posts: dict[str, Row]
    cases: list[Row]
    contacts: list[Row]
    tables: dict[str, list[Row]] = field(default_factory=dict)

    def facts(self) -> Facts:
        world = World(AS_AT)
        for name, post in self.posts.items():
            world.post(name, post["grade"], post["hours"], grade_code=post["code"])
        for case in self.cases:
            world.cases(
                case["post"], case["location"], case["tier"], ref=case["ref"], status=case["status"],
                suspended=case["suspended"],
            )  # fmt: skip
            for flag in case["flags"]:
                world.flag(case["post"], case["ref"], flag, case["location"], case["tier"])
        for contact in self.contacts:
            world.contact(contact["code"], by=contact["by"], om=contact["om"], age_days=contact["age"])
        return world.facts()

    def inputs(self) -> dict[str, pl.DataFrame]:
        """The input tables that a night would keep beside its facts."""
        shapes = {name: table.create_empty().drop("row").schema for name, table in TABLES.items()}
        kept = {name: pl.DataFrame(rows, shapes[name]) for name, rows in self._tier_tables().items()}
        cases = [
            {
                "case_ref": case["ref"], "stream": "standard", "ends_on": case["ends"],
                **dict(zip(("team_code", "staff_code"), case["post"].split(":"), strict=True)),
            }
            for case in self.cases
        ]  # fmt: skip
        contacts = [
            {
                "contact_id": f"C{number:04d}", "contact_date": DAY - timedelta(contact["age"]),
                "recorded_on": DAY - timedelta(contact["age"]) + timedelta(contact["late"]),
                **dict(zip(("by_team_code", "by_staff_code"), contact["by"].split(":"), strict=True)),
            }
            for number, contact in enumerate(self.contacts)
        ]  # fmt: skip
        return {**kept, "case": pl.DataFrame(cases), "contact": pl.DataFrame(contacts)}

    def _tier_tables(self) -> dict[str, list[Row]]:
        tables: dict[str, list[Row]] = {
            name: []
            for name in ("tier_case", "registration", "conviction", "requirement", "oasys_assessment")
        }
        for case in self.cases:
            if case["inputs"] is None:
                continue
            key, told = {"case_ref": case["ref"]}, case["inputs"]
            tables["tier_case"].append(
                key
                | {"as_of": DAY, "gender": "Male", "rsr": None, "ogrs": 0, "earlier_breach_or_recall": False}
                | {"mandate_for_change": None, "latest_release_date": None}
                | {"has_active_event": True, "sexual_offence_ever": False}
            )
            codes = [RISKS[told["risk"]][0], *(["PRC"] if told["registered"] else [])]
            blank = {"level": None, "category": None, "end_date": None, "deleted": False}
            tables["registration"] += [{**key, "code": code, "date": DAY, **blank} for code in codes]
            tables["conviction"].append(
                {**key, "conviction_no": 1, "sentence_type": told["sentence"], "termination_date": None}
            )
            for category in told["requirements"]:
                tables["requirement"].append(
                    {
                        **key,
                        "conviction_no": 1,
                        "main_category": category,
                        "restrictive": False,
                        "deleted": False,
                    }
                    | {"commenced": told["commenced"]}
                )
            tables["oasys_assessment"].append(
                {**key, "assessment_no": 1, "date": DAY, "status": "COMPLETE", "san": False}
                | {"layer": told.get("layer", "LAYER3")}
                | {"caring_responsibilities": False, "impulsivity": "none", "temper": "none"}
                | {"rosh": told["assessed"]}
            )
        return tables

    def found(self, rules: RuleSet = RULES) -> pl.DataFrame:
        facts = self.facts()
        return find(facts, self.inputs(), rules, Ledger(facts, rules).lines())

    def totals(self, rules: RuleSet = RULES) -> dict[str, tuple[int, int]]:
        """Points and available points of every post, by its code."""
        rows = Ledger(self.facts(), rules).totals(["post"])
        return {code: (points, time) for code, points, time in rows.select(_TOTALS).iter_rows()}


_TOTALS = ["code", "points_x100", "available_x100"]


def clean(random: Random, *, posts: int = 6, cases: int = 60) -> Nation:
    """A nation without anything to put right."""
    names = [f"N{team}A:S{number}" for number in range(posts) for team in (1 + number % 3,)]
    people = {
        name: {
            "grade": grade,
            "code": {"PO": "M", "PSO": "NPSQ"}[grade],
            "hours": random.choice(["37", "30", "18.5"]),
        }
        for name in names
        for grade in [random.choice(["PO", "PSO"])]
    }
    listed = [_case(random, number, random.choice(names)) for number in range(cases)]
    contacts = [
        {"code": "CMS01", "by": by, "om": om, "age": random.randrange(5), "late": random.randrange(3)}
        for by, om in (random.sample(names, 2) for _ in range(posts))
    ]
    return Nation(people, listed, contacts)


def _case(random: Random, number: int, post: str) -> Row:
    risk = random.choice(list(RISKS))
    suspended = random.random() < 0.2
    status = random.choice(["active"] * 8 + ["warrant", "suspended_lifer"])
    told = {
        "risk": risk, "assessed": risk, "registered": suspended, "sentence": "SP", "requirements": ["F"],
        "commenced": True,
    }  # fmt: skip
    return {
        "ref": f"X{number:06d}",
        "post": post,
        "location": "community",
        "tier": f"{RISKS[risk][1]}1",
        "suspended": suspended,
        "status": status,
        "flags": {"warrant": ["W"], "suspended_lifer": ["L"]}.get(status, []),
        "ends": DAY + timedelta(random.randrange(1, 400)),
        "inputs": told if random.random() < 0.7 else None,
    }


def spoiled(nation: Nation, kind: str, row: Row, random: Random) -> tuple[Nation, Nation]:
    """The nation with one record spoiled, and the nation as it is when that is put right. `row` is a case, a
    contact or a post's name of it; nothing of it has been spoiled before."""
    bad, good = copy.deepcopy(nation), copy.deepcopy(nation)
    if kind in ("no_grade", "hours_assumed"):
        post = bad.posts[row["name"]]
        post.update({"hours": None} if kind == "hours_assumed" else {"grade": "DMY", "code": None})
    elif kind in ("contact_code", "contact_post", "late_recording"):
        changed = {
            "contact_code": {"code": "XXX99"},
            "contact_post": {"om": None},
            "late_recording": {"late": 8},
        }
        bad.contacts[row["place"]].update(changed[kind])
        if kind == "contact_post":  # whoever it was: the known side stays as it is
            good.contacts[row["place"]].update({"om": None})
    else:
        _spoil_case(kind, bad.cases[row["place"]], bad, good, row["place"], random)
    return bad, good


def _spoil_case(kind: str, case: Row, bad: Nation, good: Nation, place: int, random: Random) -> None:
    told = case["inputs"]
    other = next(name for name in bad.posts if name != case["post"])
    changes: dict[str, Row] = {
        "untiered": {"tier": "0", "suspended": False, "inputs": None},
        "uncommenced": {"status": "uncommenced", "flags": ["R"]},
        "overdue_termination": {"ends": DAY - timedelta(random.randrange(1, 9))},
        "tier_differs": {"tier": "D2" if case["tier"] != "D2" else "C3"},
        "suspension_differs": {"suspended": not case["suspended"]},
        "active_and_inactive": {"flags": [random.choice("WL")]},
        "in_breach": {"flags": ["B"]},
    }
    if kind == "untiered":
        good.cases[place].update({"suspended": False})
    if kind == "overdue_termination":
        good.cases[place].update({"status": "warrant"})  # earns nothing, as one that is gone
    if kind == "no_requirements":
        told["requirements"] = []
        case["tier"] = f"{case['tier'][0]}0"
    elif kind == "risk_differs":
        told["assessed"] = "high" if told["risk"] != "high" else "low"
    elif kind == "duplicate":
        bad.cases.append({**copy.deepcopy(case), "post": other})
    else:
        case.update(changes[kind])


def open_case(nation: Nation, kind: str, taken: set[int], random: Random) -> Row:
    """An active case that can be spoiled so and has not been."""
    needs_inputs = kind in ("no_requirements", "risk_differs", "tier_differs", "suspension_differs")
    places = [
        place
        for place, case in enumerate(nation.cases)
        if place not in taken
        and case["status"] == "active"
        and (case["inputs"] is not None or not needs_inputs)
    ]
    place = random.choice(places)
    taken.add(place)
    return {"place": place}
