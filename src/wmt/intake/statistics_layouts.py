"""The published tables that are read: how each is told from others, its rows, and what must hold among them.

Written from the names that the publications give their measures. No file of the Ministry could be had when
this was written: what does not fit is therefore refused by name, and nothing is guessed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class AtMost:
    """Rows that are never more than others, together: people are counted once in each row."""

    rows: Sequence[str]
    others: Sequence[str]


@dataclass(frozen=True)
class StatisticsTable:
    """A published table. Names of rows are as `statistics_cells.plain_name` writes them.

    `title` are words of which one of each group stands in the title, `not_title` words that make it another
    table. `rows` gives the series that are made of a row, none for a row that is known and not used; a row of
    another name is refused where `is_whole`, and else left out. `other_names` are names that rows go by too.
    """

    name: str
    words: str
    title: Sequence[Sequence[str]]
    not_title: Sequence[str]
    rows: Mapping[str, Sequence[str]]
    needed: Sequence[str]
    at_most: Sequence[AtMost]
    is_whole: bool
    whole_numbers: bool
    other_names: Mapping[str, str] = field(default_factory=dict)

    def series(self) -> list[str]:
        """All series that can be made of it."""
        return list(dict.fromkeys(each for several in self.rows.values() for each in several))


_ALL, _ORDERS = "all supervision", "all court orders"
_BOTH, _BEFORE, _AFTER = (
    "all pre- and post-release supervision",
    "pre-release supervision",
    "post-release supervision",
)
_OUTSIDE, _SUSPENDED = (
    "all supervision in the community",
    "contact supervision suspended under probation reset/impact",
)
_COMMUNITY, _ORDER, _YOUTH = "all community sentences", "community order", "youth rehabilitation order"
_SSO, _DEFAULT = "suspended sentence order with requirements", "supervision default order"

CASELOAD = StatisticsTable(
    name="caseload",
    words="the probation caseload by type of supervision (offender management statistics quarterly)",
    title=(("supervis",), ("probation",), ("caseload", "end of", "as at", "at period end"), ("type",)),
    not_title=(
        "starts", "starting", "commenc", "terminat", "recall", "by sex", "by age", "ethnic", "region",
        "length", "offence", "requirement",
    ),
    rows={
        _ALL: ("caseload", "caseload-yearly"),
        _ORDERS: ("caseload-court-orders",),
        _COMMUNITY: (),
        _ORDER: ("caseload-community-orders",),
        _YOUTH: (),
        _SSO: ("caseload-suspended-sentence-orders",),
        _DEFAULT: (),
        "post-sentence supervision": (),
        _BOTH: (),
        _BEFORE: ("caseload-pre-release",),
        _AFTER: ("caseload-post-release",),
        _OUTSIDE: ("caseload-in-the-community",),
        _SUSPENDED: ("caseload-contact-suspended",),
    },
    needed=(_ALL, _ORDERS, _BOTH, _BEFORE, _AFTER),
    at_most=(
        AtMost((_ALL,), (_ORDERS, _BOTH)),
        AtMost((_ORDERS,), (_ALL,)),
        AtMost((_BOTH,), (_ALL,)),
        AtMost((_BOTH,), (_BEFORE, _AFTER)),
        AtMost((_BEFORE,), (_BOTH,)),
        AtMost((_AFTER,), (_BOTH,)),
        AtMost((_ORDERS,), (_COMMUNITY, _SSO, _DEFAULT)),
        AtMost((_COMMUNITY,), (_ORDERS,)),
        AtMost((_SSO,), (_ORDERS,)),
        AtMost((_DEFAULT,), (_ORDERS,)),
        AtMost((_COMMUNITY,), (_ORDER, _YOUTH)),
        AtMost((_ORDER,), (_COMMUNITY,)),
        AtMost((_YOUTH,), (_COMMUNITY,)),
        AtMost((_OUTSIDE,), (_ALL,)),
        AtMost((_OUTSIDE,), (_ORDERS, _AFTER)),
        AtMost((_ORDERS,), (_OUTSIDE,)),
        AtMost((_AFTER,), (_OUTSIDE,)),
        AtMost((_SUSPENDED,), (_OUTSIDE,)),
    ),
    is_whole=True,
    whole_numbers=True,
)  # fmt: skip

_PO, _PSO, _SPO = (
    "probation officer (band 4)",
    "probation services officer (band 3)",
    "senior probation officer (band 5)",
)
_STAFF = "probation service, all"

WORKFORCE = StatisticsTable(
    name="workforce",
    words="Probation Service staff in post by grade, full-time equivalent (HMPPS workforce quarterly)",
    title=(
        ("probation",), ("staff in post",), ("full-time equivalent", "full time equivalent", "fte"),
        ("grade",),
    ),
    not_title=(
        "joiner", "leaver", "leaving", "headcount", "by sex", "by age", "ethnic", "region", "sickness",
    ),
    rows={
        _PO: ("officers",),
        _PSO: ("services-officers",),
        _SPO: (),
        "other grades": (),
        _STAFF: ("probation-staff",),
    },
    needed=(_PO, _PSO, _STAFF),
    at_most=(AtMost((_PO, _PSO, _SPO), (_STAFF,)),),
    is_whole=False,
    whole_numbers=False,
    other_names={
        "band 4 probation officer": _PO,
        "probation officer": _PO,
        "band 3 probation services officer": _PSO,
        "probation services officer": _PSO,
        "band 5 senior probation officer": _SPO,
        "senior probation officer": _SPO,
        "all probation service": _STAFF,
        "probation service total": _STAFF,
        "total probation service": _STAFF,
    },
)  # fmt: skip

TABLES = (CASELOAD, WORKFORCE)
