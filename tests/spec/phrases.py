"""The words of a situation → facts: '4 community B2', 'CMS47 done for a colleague 6 days ago', '5%' …"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

from spec.reading import Situation, SpecError, day, slug
from worlds import World

STATUSES = {
    "on warrant": "warrant",
    "overdue for termination": "overdue",
    "of a suspended lifer": "suspended_lifer",
    "not active, no reason given": "filtered",
    "whose requirements are not commenced": "uncommenced",
}
#: Words that make no case inactive: breach is no fact of the measure, unpaid work has a flag.
COUNTED = ("in breach", "of unpaid work")
REPORTS = {
    "SDR": "sdr",
    "FDR": "fdr",
    "oral report": "oral",
    "parole report": "parom",
    "ARMS community": "arms_community",
    "ARMS licence": "arms_licence",
}

#: What a sheet says of a post that it lists with nothing but zeros.
SHEETS = {
    "court reports": [("reports", "sdr_last_30"), ("reports", "oral_reports")],
    "parole reports": [("reports", "parom_comp_last_30"), ("reports", "parom_due_next_30")],
    "tiers": [("active", "com_first_16_weeks")],
    "tiers of OMiC": [("omic", "crn_control")],
}

_CASE = re.compile(
    r"(?P<n>\d+) (?:(?P<stream>T2A|OMiC) )?(?P<location>community|licence|custody) "
    r"(?P<tier>untiered|[A-Z]\d?)(?P<suspended>S?)(?: (?P<status>.+))?"
)
_REPORT = re.compile(
    r"(?P<n>\d+) (?P<report>" + "|".join(REPORTS) + r")(?P<due> due)?"
    r"(?:,? (?:completed )?(?:(?P<ago>\d+) days? ago|(?P<today>today)|in (?P<ahead>\d+) days?))?"
)
_CONTACT = re.compile(
    r"(?P<code>\w+) done (?:(?P<own>on an own case)|(?P<side>for|by) "
    r"(?:(?P<colleague>a colleague)|(?P<unknown>someone not known)|post (?P<post>.+?))) "
    r"(?:(?P<today>today)|(?P<ago>\d+) days? ago|(?P<ahead>\d+) days? ahead)"
)
_REDUCTION = re.compile(
    r"(?P<much>[\d.]+)(?P<unit>%| h)(?: (?P<stage>PQiP))?"
    r"(?: from (?P<first>\d+ \w+ \d{4}))?(?: to (?P<last>\d+ \w+ \d{4}))?"
)


@dataclass
class Writer:
    """Writes the situations of one world into it."""

    world: World

    def __post_init__(self) -> None:
        self._refs = count(1)

    def post(self, situation: Situation) -> None:
        """The post itself; all posts come before any work, because contacts name two."""
        given = situation.given
        hours = None if given["hours"] == "not entered" else given["hours"].removesuffix(" h")
        self.world.post(situation.code, given["grade"], hours)

    def work(self, situation: Situation) -> None:
        """Its team, the sheets that list it, its work and its reductions."""
        if situation.given["team kind"] == "OMiC":
            self.world.omic_team(situation.team)
        for sheet in _parts(situation.given["listed on"]):
            for basis, measure in _listed(situation, sheet):
                self.world.measure(situation.code, basis, measure)
        for phrase in _parts(situation.given["work"]):
            self._item(situation, phrase)
        for phrase in _parts(situation.given["reductions"]):
            self._reduction(situation.code, phrase)

    def _item(self, situation: Situation, phrase: str) -> None:
        difference = re.fullmatch(r"(-?\d+) in the totals only", phrase)
        if difference:
            cases = int(difference[1])
            self.world.cases(situation.code, "unknown", "0", cases, status="difference")
        elif match := _CASE.fullmatch(phrase):
            self._cases(situation.code, match.groupdict(), phrase)
        elif match := _REPORT.fullmatch(phrase):
            self._reports(situation.code, match.groupdict())
        elif match := _CONTACT.fullmatch(phrase):
            self._contact(situation, match.groupdict())
        else:
            raise SpecError(f"{situation.expected[0].place}: '{phrase}' is no work known here")

    def _cases(self, post: str, words: Mapping[str, str | None], phrase: str) -> None:
        status = words["status"]
        if status not in (None, *STATUSES, *COUNTED):
            raise SpecError(f"'{phrase}': '{status}' is no state of a case known here")
        location, tier = str(words["location"]), str(words["tier"]).replace("untiered", "0")
        suspended = bool(words["suspended"])
        stream = {None: "standard", "T2A": "t2a", "OMiC": "omic"}[words["stream"]]
        state = STATUSES.get(status or "", "active")
        if status != "of unpaid work":
            cases = int(str(words["n"]))
            self.world.cases(post, location, tier, cases, stream=stream, suspended=suspended, status=state)
            return
        for _ in range(int(str(words["n"]))):
            ref = f"X{next(self._refs):06d}"
            self.world.cases(post, location, tier, stream=stream, suspended=suspended, ref=ref)
            self.world.flag(post, ref, "U", location, tier, int(suspended))

    def _reports(self, post: str, words: Mapping[str, str | None]) -> None:
        report = REPORTS[str(words["report"])] + ("_due" if words["due"] else "")
        if words["today"] or words["ago"] or words["ahead"]:
            for _ in range(int(str(words["n"]))):
                self.world.report(post, report, 1, _age(words))
        else:
            self.world.report(post, report, int(str(words["n"])))

    def _contact(self, situation: Situation, words: Mapping[str, str | None]) -> None:
        here = situation.code
        other = here if words["own"] else None
        if words["post"]:
            other = next(name for name in self.world.posts if name.split(":")[1] == slug(str(words["post"])))
        elif words["colleague"]:
            other = f"ZZZZ:{situation.team}{situation.staff}"
            if other not in self.world.posts:
                self.world.post(other)
        by, om = (other, here) if words["side"] == "by" else (here, other)
        self.world.contact(str(words["code"]), by=by, om=om, age_days=_age(words))

    def _reduction(self, post: str, phrase: str) -> None:
        match = _REDUCTION.fullmatch(phrase)
        if match is None:
            raise SpecError(f"'{phrase}' is no reduction known here")
        kind = "percent" if match["unit"] == "%" else "hours"
        self.world.reduction(
            post,
            first_day=day(match["first"] or "1 January 2021"),
            last_day=day(match["last"]) if match["last"] else None,
            reason="13" if match["stage"] else "24",
            **{kind: match["much"]},
        )


def _listed(situation: Situation, sheet: str) -> list[tuple[str, str]]:
    if sheet not in SHEETS:
        raise SpecError(f"{situation.expected[0].place}: '{sheet}' is no sheet known here")
    return SHEETS[sheet]


def _parts(text: str) -> list[str]:
    return [] if text == "none" else [part.strip() for part in text.split(";")]


def _age(words: Mapping[str, str | None]) -> int:
    """Days from the day of the thing to the as-at date; negative when still ahead."""
    return int(words["ago"] or 0) - int(words["ahead"] or 0)
