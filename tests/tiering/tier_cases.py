"""Cases for tests of tiering: one of each kind, random ones, and the answer of `wmt.tiering` to some."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tiering import reference_tiers
from wmt.tiering.case_fields import CaseReading, read_cases
from wmt.tiering.explain import explained

DAY = date(2026, 11, 30)
Case = dict[str, Any]


def as_json(value: Any) -> Any:
    """A case as JSON has it: days as text."""
    if isinstance(value, dict):
        return {name: as_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def reading(*cases: Case) -> CaseReading:
    return read_cases([as_json(case) for case in cases], DAY)


def answers(scheme: str, *cases: Case) -> list[dict[str, Any]]:
    """What is said of cases without a fault, as of 30 November 2026 unless they say otherwise."""
    read = reading(*cases)
    assert read.faults == []
    return explained(read.tables, scheme)


def answer(scheme: str, case: Case) -> dict[str, Any]:
    return answers(scheme, case)[0]


def faults(*cases: Case) -> list[str]:
    return reading(*cases).faults


days = st.dates(DAY - timedelta(days=800), DAY + timedelta(days=20))
near_days = st.sampled_from(
    [DAY - timedelta(days=n) for n in (-1, 0, 1, 364, 365, 366, 384, 385, 386, 1826, 1827)]
)
any_day = st.one_of(days, near_days)
codes = st.sampled_from(
    [
        "RVHR",
        "RHRH",
        "RMRH",
        "rmrh",
        "RLRH",
        "MAPP",
        "MAPP",
        "HREG",
        "IIOM",
        "INLL",
        "ADVP",
        "REG30",
        "SPO",
        "RCPR",
        "PRC",
        "RMDO",
        "alsh",
        "RVLN",
        "STRG",
        "XXXX",
    ]
)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Case]:
    """An object with some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


registrations = st.lists(
    st.builds(
        lambda code, rest: {"code": code, **rest},
        codes,
        some(
            level=st.sampled_from(["M0", "M1", "m2", "M3"]),
            category=st.sampled_from(["M0", "M1", "m2", "M4"]),
            date=any_day,
            end_date=any_day,
            deleted=st.booleans(),
        ),
    ),
    max_size=7,
)
requirements = st.lists(
    st.builds(
        lambda category, rest: {"main_category": category, **rest},
        st.sampled_from(["W", "W1", "F", "7"]),
        some(restrictive=st.booleans(), deleted=st.booleans()),
    ),
    max_size=3,
)
convictions = st.lists(
    some(
        sentence_type=st.sampled_from(["NC", "SC", "SP", "307"]),
        termination_date=any_day,
        requirements=requirements,
    ),
    max_size=3,
)
words = st.sampled_from(
    ["none", "some", "significant", "yes", "no", "never", "previous", "currently", "unknown", None]
)
need = st.one_of(
    st.sampled_from(["none", "standard", "severe"]).map(lambda each: {"severity": each}),
    st.integers(0, 8).map(lambda each: {"score": each}),
    st.lists(words, min_size=1, max_size=3).map(lambda each: {"answers": each}),
)
assessments = st.lists(
    st.builds(
        lambda rest, when: {"status": "COMPLETE", "layer": "LAYER3", **rest, "date": when},
        st.fixed_dictionaries(
            {"needs": st.dictionaries(st.sampled_from(list(reference_tiers.NEEDS)), need, max_size=8)},
            optional={
                "status": st.sampled_from(["COMPLETE", "LOCKED_INCOMPLETE", "OPEN"]),
                "layer": st.sampled_from(["LAYER3", "LAYER1"]),
                "san": st.booleans(),
                "caring_responsibilities": st.booleans(),
                "impulsivity": st.sampled_from(["none", "some", "significant"]),
                "temper": st.sampled_from(["none", "some", "significant"]),
            },
        ),
        any_day,
    ),
    max_size=2,
    unique_by=lambda each: each["date"],
)
hundredths = st.decimals(0, 12, places=2)
scores = some(
    arp=st.one_of(
        st.decimals(0, 100, places=2), st.sampled_from([Decimal(n) for n in (0, 15, 25, 50, 75, 90)])
    ),
    csrp=st.one_of(hundredths, st.sampled_from([Decimal(n) for n in ("0", "0.5", "1", "3", "6.9")])),
    dc_srp=st.one_of(hundredths, st.sampled_from([Decimal(n) for n in ("0", "0.6", "1.12", "2.11", "3.36")])),
    arp_type=st.sampled_from(["static", "dynamic"]),
    csrp_type=st.sampled_from(["static", "dynamic"]),
    dc_srp_band=st.sampled_from(["very high", "high", "medium", "low", "not applicable"]),
)
cases = st.fixed_dictionaries(
    {"as_of": st.just(DAY), "registrations": registrations, "convictions": convictions, "predictors": scores},
    optional={
        "gender": st.sampled_from(["Female", "female", "Male"]),
        "rsr": st.one_of(
            hundredths, st.sampled_from([Decimal(n) for n in ("2.99", "3", "6.99", "7", "99.99", "100")])
        ),
        "ogrs": st.integers(0, 99),
        "assessment": assessments,
        "enforcement": st.lists(
            st.fixed_dictionaries({"outcome": st.sampled_from(["BRE01", "REC02", "BRE09"]), "date": any_day}),
            max_size=2,
        ),
        "latest_release_date": any_day,
        "has_active_event": st.booleans(),
        "sexual_offence_ever": st.booleans(),
    },
)
