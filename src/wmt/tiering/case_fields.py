"""Cases from JSON: the tables that are made of their fields (`docs/tiering.md`), and every fault."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from wmt.tiering.case_kinds import CASE_FIELDS, SHORT, naming_book
from wmt.tiering.json_fields import FieldReader
from wmt.tiering.needs import WRITTEN_NEED, scored
from wmt.tiering.rulebook import ROSH, TieringError, rulebook_of
from wmt.tiering.tables import SHAPES, TierInput

#: The most cases that one file of JSON may hold.
MOST_CASES = 100_000


@dataclass
class CaseReading:
    """What was read: the tables, the faults, and by case the names of fields that were not read."""

    tables: TierInput
    faults: list[str]
    unread: dict[int, list[str]] = field(default_factory=dict)


def read_cases(content: Any, as_of: date | None = None) -> CaseReading:
    """Cases from parsed JSON: a list, one case, or {as_of, cases}. `as_of` is that of cases which give none.

    Raises TieringError where it is none of these.
    """
    if isinstance(content, dict) and "cases" in content:
        reader = FieldReader()
        if content.get("as_of") is not None:
            as_of = CASE_FIELDS["as_of"].read(reader, content["as_of"], "as_of", 0)
        if reader.faults:
            return CaseReading(TierInput(SHAPES["case"].to_frame()), reader.faults)
        content = content["cases"]
    listed = [content] if isinstance(content, dict) else content
    if not isinstance(listed, list):
        raise TieringError(
            'the file should hold a list of cases, such as [{"crn": "X123456", "as_of": "2026-11-30"}]'
        )
    if len(listed) > MOST_CASES:
        raise TieringError(
            f"{len(listed):,} cases; at most {MOST_CASES:,} are read from JSON. Use a folder of tables"
        )
    reading = _CaseRows(FieldReader(), as_of)
    for case_no, case in enumerate(listed):
        reading.add(case_no, case)
    return CaseReading(reading.tables(), reading.reader.faults, reading.reader.unread)


class _CaseRows:
    """The rows of all tables, case by case."""

    def __init__(self, reader: FieldReader, as_of: date | None) -> None:
        self.reader, self.as_of = reader, as_of
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in SHAPES}

    def tables(self) -> TierInput:
        frames = {}
        for name, shape in {**SHAPES, "need": WRITTEN_NEED}.items():
            full = [{column: row.get(column) for column in shape} for row in self.rows[name]]
            frames[name] = pl.DataFrame(full, schema=shape, orient="row") if full else shape.to_frame()
        frames["need"] = scored(frames["need"], naming_book())
        return TierInput(**frames)

    def add(self, case_no: int, content: Any) -> None:
        """One case, with faults that name it."""
        crn = next(
            (content[name] for name in ("crn", "CRN") if isinstance(content, dict) and name in content), None
        )
        place = f"case {case_no + 1}" + (f" ({crn})" if isinstance(crn, str) and len(crn) <= 40 else "")
        before = len(self.reader.faults)
        said = self.reader.fields(content, CASE_FIELDS, place, case_no)
        said["as_of"] = said.get("as_of") or self.as_of
        if said["as_of"] is None and len(self.reader.faults) == before:
            self.reader.refuse(place, "has no as_of; give the day on which the tier is meant")
        if len(self.reader.faults) > before or not isinstance(said["as_of"], date):
            return
        self._short(said, place)
        self._case(case_no, said)
        self._lists(case_no, said, place)

    def _case(self, case_no: int, said: dict[str, Any]) -> None:
        plain = (
            "crn",
            "as_of",
            "gender",
            "earlier_breach_or_recall",
            "mandate_for_change",
            "latest_release_date",
            "has_active_event",
            "sexual_offence_ever",
        )
        gives = {
            f"gives_{name}": said.get(name) is not None
            for name in ("registrations", "convictions", "enforcement")
        }
        self.rows["case"].append({"case_no": case_no, **{name: said.get(name) for name in plain}, **gives})

    def _lists(self, case_no: int, said: dict[str, Any], place: str) -> None:
        def put(table: str, row: dict[str, Any], **more: Any) -> None:
            self.rows[table].append({"case_no": case_no, **more, **row})

        for n, registration in enumerate(said.get("registrations") or (), 1):
            if not registration.get("code"):
                self.reader.refuse(
                    f"{place}, registrations {n}", "has no code; give the code of the register"
                )
            put("registration", registration)
        for n, conviction in enumerate(said.get("convictions") or ()):
            put("conviction", conviction, conviction_no=n)
            for m, requirement in enumerate(conviction.get("requirements") or (), 1):
                if not requirement.get("main_category"):
                    where = f"{place}, convictions {n + 1}, requirements {m}"
                    self.reader.refuse(
                        where, "has no main_category; give its code, such as W for unpaid work"
                    )
                put("requirement", requirement, conviction_no=n)
        for n, item in enumerate(said.get("enforcement") or (), 1):
            if not item.get("outcome") or not item.get("date"):
                self.reader.refuse(f"{place}, enforcement {n}", "should have outcome and date; give both")
            put("enforcement", item)
        for kind in ("rsr", "ogrs"):
            for score in said.get(kind) or ():
                if score.get("score") is not None:
                    put("risk_score", score, kind=kind)
        for n, assessment in enumerate(said.get("assessment") or ()):
            if not assessment.get("date"):
                where = f"{place}, assessment {n + 1}"
                self.reader.refuse(
                    where, "has no date; give the day it was completed: old assessments are not used"
                )
            put("assessment", assessment, assessment_no=n)
            for need in assessment.get("needs") or ():
                put("need", need, assessment_no=n)
        for predictors in said.get("predictors") or ():
            put("predictors", _flat(predictors))

    def _short(self, said: dict[str, Any], place: str) -> None:
        """Registrations and convictions for what is said in short."""
        short = {name: said[name] for name in SHORT if said.get(name) is not None}
        if short and said.get("registrations") is not None:
            self.reader.refuse(place, f"give registrations, or {', '.join(short)} in short; not both")
        elif short:
            said["registrations"] = short_registrations(short, said["as_of"])
            strange = set(short.get("complexity_factors", ())) - set(naming_book().factors)
            if strange:
                known = ", ".join(naming_book().factors)
                self.reader.refuse(place, f"'{min(strange)}' is no complexity factor; use codes of {known}")
        if said.get("mandate_for_change") is not None and said.get("convictions") is not None:
            self.reader.refuse(place, "give convictions or mandate_for_change, not both")


def short_registrations(short: Mapping[str, Any], as_of: date) -> list[dict[str, Any]]:
    """Registrations as of a day that say what some of the SHORT fields say."""
    book, found = rulebook_of(as_of), []
    names = {f"rosh_{risk}" for risk in ROSH if short.get("rosh") == risk.replace("_", " ")}
    marks = {"iom", "lifer", "domestic_abuse", "stalking", "child_protection"}
    names |= {name for name in marks if short.get(name)}
    codes = [code for name in sorted(names) for code in book.words(f"registers.{name}")[:1]]
    codes += short.get("complexity_factors") or []
    codes += book.words("v2.suspended_register") if short.get("supervision_suspended") else ()
    found += [{"code": code, "date": as_of} for code in codes]
    mappa = {name: short.get(f"mappa_{name}") for name in ("level", "category")}
    if any(each not in (None, "none") for each in mappa.values()):
        said = {name: f"M{each}" for name, each in mappa.items() if each not in (None, "none")}
        found += [{"code": book.text("registers.mappa"), "date": as_of, **said}]
    return found


def _flat(predictors: Mapping[str, Any]) -> dict[str, Any]:
    """A set of predictors as a row: scores beside their types and bands."""
    row = dict(predictors)
    for name, part in (("arp", "type"), ("csrp", "type"), ("dc_srp", "band")):
        of = row.get(name) or {}
        row[name] = of.get("score")
        row[f"{name}_{part}"] = of.get(part) or row.get(f"{name}_{part}")
    return row
