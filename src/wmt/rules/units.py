"""Units: what kind of value a parameter holds, how fine, how small, and which words it may be."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from wmt.days import why_not
from wmt.grades import GRADES

Scalar = int | Decimal | str | bool | None
#: Far above any value; what comes of more no figure can hold.
_LARGEST = 1_000_000_000


def why_no_day(found: Any) -> str | None:
    """What is wrong with the day from which a value holds, and the remedy; None when nothing is."""
    if not isinstance(found, date):
        return f"'{found}' should be a day; write year-month-day"
    return why_not("rule", found)


@dataclass(frozen=True)
class ValueUnit:
    """A unit. `decimals` are the most a number may have; points have two: they are counted in hundredths."""

    name: str
    kind: Literal["number", "text", "yes/no"] = "number"
    decimals: int = 0
    least: int | None = 0
    above: int | None = None  # what divides must be more than this
    most: int | None = None
    below: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str = ""

    def why_not(self, value: Any) -> str | None:
        """What is wrong with a value, and the remedy; None when it fits."""
        if self.kind == "yes/no":
            return (
                None
                if isinstance(value, bool)
                else f"{_shown(value)} is not true or false; write one of them"
            )
        if self.kind == "text":
            if not isinstance(value, str) or not value.strip():
                return f"{_shown(value)} is not text; put it between quotes"
            if self.choices and value not in self.choices:
                return f"'{value}' is not a {self.name}; use one of {', '.join(self.choices)}"
            if self.pattern and not re.fullmatch(self.pattern, value):
                return f"'{value}' is not a {self.name}; it must look like {self.pattern}"
            return None
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            return f"{_shown(value)} is not a number of {self.name}; write digits, with a point for decimals"
        if isinstance(value, Decimal) and not value.is_finite():
            return f"{value} is not a number of {self.name}; write digits, with a point for decimals"
        if not -_LARGEST <= value <= _LARGEST:
            return f"{value} is beyond {_LARGEST}; no value is so large"
        if self.least is not None and value < self.least:
            return f"{value} is below {self.least}; {self.name} cannot be"
        if self.above is not None and value <= self.above:
            return f"{value} is not above {self.above}; others are divided by {self.name}"
        if self.most is not None and value > self.most:
            return f"{value} is above {self.most}; {self.name} cannot be"
        if self.below is not None and value >= self.below:
            return f"{value} is not below {self.below}; nothing would be left of the time"
        if Decimal(value) * 10**self.decimals % 1:
            allowed = f"at most {self.decimals} decimals" if self.decimals else "no decimals"
            return f"{value} is too fine; {self.name} may have {allowed}"
        return None


def _shown(value: Any) -> str:
    if value is None:
        return "an empty value"
    return f"'{value}'" if isinstance(value, str) else f"{value}"


_UNITS = (
    ValueUnit("points", decimals=2, most=1_000_000),
    ValueUnit("hours a week", decimals=2),
    ValueUnit("hours of a full-time week", decimals=2, above=0, most=168),
    ValueUnit("hours a four-week month", decimals=2),
    ValueUnit("hours a year", decimals=2),
    ValueUnit("hours of a full target", decimals=2, above=0),
    ValueUnit("minutes", decimals=2),
    ValueUnit("percent", decimals=2, most=100_000),
    ValueUnit("percent of its points", most=100),
    ValueUnit("percent of its tier points", most=1000),
    ValueUnit("percent of a whole", decimals=2, most=100),
    ValueUnit("percent of time", decimals=2, below=100),
    ValueUnit("factor", decimals=4, most=1),
    ValueUnit("percent change", decimals=2, least=None),
    ValueUnit("days", most=3_660),  # ten years: tables are made of each day
    ValueUnit("nights", most=3_660),
    ValueUnit("working days"),
    ValueUnit("days a year"),
    ValueUnit("weeks", decimals=2),
    ValueUnit("months", decimals=1),
    ValueUnit("months of a case", decimals=1, above=0),
    ValueUnit("years", most=200),
    ValueUnit("weeks a year", decimals=4, above=0),
    ValueUnit("periods a year", decimals=4, above=0),
    ValueUnit("cases", decimals=2),
    ValueUnit("cases per FTE", decimals=2),
    ValueUnit("people"),
    ValueUnit("FTE"),
    ValueUnit("million pounds"),
    ValueUnit("regions"),
    ValueUnit("reports a month"),
    ValueUnit("reports a week"),
    ValueUnit("sessions a week"),
    ValueUnit("contacts"),
    ValueUnit("figures"),
    ValueUnit("rows"),
    ValueUnit("columns"),
    ValueUnit("cells"),
    ValueUnit("MiB"),
    ValueUnit("times"),
    ValueUnit("per 100,000", above=0, most=100_000),
    ValueUnit("faults"),
    ValueUnit("files"),
    ValueUnit("text", kind="text"),
    ValueUnit("yes/no", kind="yes/no"),
    ValueUnit("grade", kind="text", choices=GRADES),
    ValueUnit("comparator", kind="text", choices=(">", ">=", "=", "<=", "<")),
    ValueUnit("formula", kind="text", choices=("F1", "F2")),
    ValueUnit("tier scheme", kind="text", choices=("t7", "pc16", "ag7")),
    ValueUnit("tier", kind="text", pattern="0|[A-G][0-3]?S?"),
    ValueUnit("eligible tiers", kind="text", pattern="all|none|([A-G][0-3]?|x0)( ([A-G][0-3]?|x0))*"),
    ValueUnit("score", most=1_000),
    ValueUnit("tier letter", kind="text", choices=("A", "B", "C", "D", "E", "F", "G", "none")),
    ValueUnit("cover credit", kind="text", choices=("not counted",)),
    ValueUnit("contact level", kind="text", choices=("low", "medium", "high", "none")),
    ValueUnit("contact code", kind="text", pattern="(CMS|NGS)[0-9]+"),
    ValueUnit("reading", kind="text", choices=("every day", "four weekly figures", "sum of 28 days")),
    ValueUnit("chain", kind="text", choices=("product", "sum")),
    ValueUnit("times a period", decimals=4, most=366),
    ValueUnit("period", kind="text", choices=("case", "year", "four-week month", "week", "event")),
    ValueUnit("activity kind", kind="text", choices=("mandatory", "responsive", "beside")),
    ValueUnit("requests a minute", least=1),
    ValueUnit(
        "reach",
        kind="text",
        choices=("none", "own post", "own team", "own PDU", "own region", "nation"),
    ),
)

UNITS = {unit.name: unit for unit in _UNITS}
