"""Random cases and sweeps of each element against the plain reference, and what must hold of every case."""

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise, product

from hypothesis import given, settings
from hypothesis import strategies as st

from how_many import examples
from tiering import reference_tiers
from tiering.tier_cases import DAY, Case, answer, answers, cases

unhurried = settings(deadline=None, max_examples=examples(36))
many = st.lists(cases, min_size=1, max_size=15)
NOBODY: Case = {"as_of": DAY, "registrations": [], "convictions": [], "predictors": {}}
MANDATE = {"convictions": [{"sentence_type": "NC"}]}


def of(**fields: object) -> Case:
    return NOBODY | fields


def assert_as_reference(listed: list[Case]) -> None:
    for case, found in zip(listed, answers("v2", *listed), strict=True):
        tier, letter_points, number_points = reference_tiers.v2(case)
        assert (found["tier"], found["letter_points"], found["number_points"]) == (
            tier,
            letter_points,
            number_points,
        ), case
        counted = {name: worth for name, worth in found["points"].items() if name not in found["not_counted"]}
        in_number = sum(counted.get(name, 0) for name in ("NEEDS", "OGRS", "IOM"))
        same = counted["RSR"] == counted["ROSH"] if {"RSR", "ROSH"} <= set(counted) else False
        assert not same or counted["RSR"] == 0
        assert (sum(counted.values()) - in_number, in_number) == (letter_points, number_points)
    for case, found in zip(listed, answers("a-g", *listed), strict=True):
        assert (found["tier"], found["provisional"]) == reference_tiers.ag(case), case


@unhurried
@given(many)
def test_random_cases_are_tiered_as_by_the_reference(listed: list[Case]) -> None:
    assert_as_reference(listed)


@unhurried
@given(cases, st.randoms(use_true_random=False))
def test_the_order_of_what_is_given_makes_no_difference(case: Case, dice) -> None:  # type: ignore[no-untyped-def]
    mixed = dict(case)
    for name in ("registrations", "convictions", "assessment", "enforcement"):
        if name in case:
            mixed[name] = dice.sample(case[name], len(case[name]))
    for scheme in ("v2", "a-g"):
        first, second, again = answers(scheme, case, mixed, case)
        assert first == second == again


@unhurried
@given(
    cases, st.sampled_from(["RMDO", "ALSH", "RVLN", "RCCO", "RCPR", "RCHD", "RPIR", "RVAD", "STRG", "RTAO"])
)
def test_a_complexity_factor_more_never_lowers_a_letter(case: Case, code: str) -> None:
    more = case | {"registrations": [*case["registrations"], {"code": code, "date": DAY}]}
    one, other = answers("v2", case, more)
    assert other["letter"] <= one["letter"]  # A comes before D
    assert other["letter_points"] - one["letter_points"] in (0, 2)
    assert other["number"] == one["number"]


@unhurried
@given(many)
def test_what_is_missing_is_named_and_nothing_else(listed: list[Case]) -> None:
    for case, found in zip(listed, answers("v2", *listed), strict=True):
        missing = set(found["missing"])
        assert {name for name in ("gender", "rsr", "ogrs") if name not in case} == missing & {
            "gender",
            "rsr",
            "ogrs",
        }
        assert ("rosh" in missing) == (reference_tiers.rosh(case) is None)
        assert ("assessment" in missing) == (reference_tiers.usable(case) is None)
        assert not missing & {"registrations", "convictions"}
    for case, found in zip(listed, answers("a-g", *listed), strict=True):
        scores = case["predictors"]
        if found["tier"] == "MISSING":
            named = {name for name in ("arp", "csrp") if scores.get(name) is None}
            assert named == {name for name in ("arp", "csrp") if f"predictors.{name}" in found["missing"]}


def test_every_rsr_score_to_the_hundredth() -> None:
    assert_as_reference([of(rsr=Decimal(n) / 100) for n in range(1_100)])
    assert_as_reference([of(rsr=Decimal(n) / 100) for n in (*range(9_980, 10_003), 20_000)])


def test_every_ogrs_score_and_every_sum_of_needs() -> None:
    needs = [
        {"accommodation": {"severity": one}, "attitudes": {"severity": two}, "thinking": {"severity": three}}
        for one, two, three in product(["none", "standard", "severe"], repeat=3)
    ]
    assessed = [{"date": DAY, "status": "COMPLETE", "layer": "LAYER3", "needs": each} for each in needs]
    assert_as_reference(
        [of(**MANDATE, ogrs=n, assessment=[each]) for n in range(0, 101, 3) for each in assessed]
    )
    assert_as_reference([of(**MANDATE, ogrs=n, assessment=[assessed[-1]]) for n in range(101)])


def test_every_score_of_every_need_section() -> None:
    listed = [
        of(
            **MANDATE,
            assessment=[
                {
                    "date": DAY,
                    "status": "COMPLETE",
                    "layer": "LAYER3",
                    "san": san,
                    "needs": {name: {"score": score}},
                }
            ],
        )
        for name, san, score in product(reference_tiers.NEEDS, [False, True], range(9))
    ]
    assert_as_reference(listed)


def test_every_risk_level_and_number_of_factors() -> None:
    codes = sorted(reference_tiers.FACTORS)
    listed = [
        of(
            rsr=rsr,
            registrations=[
                *({"code": risk} for risk in risks),
                *({"code": "MAPP", "level": level} for level in levels),
                *({"code": code} for code in codes[:number]),
            ],
        )
        for risks in ([], ["RVHR"], ["RHRH"], ["RMRH"], ["RLRH"])
        for levels in ([], ["M0"], ["M1"], ["M2"], ["M3"])
        for number in range(11)
        for rsr in (Decimal(0), Decimal(3), Decimal(7))
    ]
    assert_as_reference(listed)


def test_every_age_of_an_assessment_of_a_release_and_of_enforcement() -> None:
    woman = {"gender": "Female", **MANDATE}
    ages = [*range(-2, 3), *range(360, 390)]
    assert_as_reference(
        [of(**woman, enforcement=[{"outcome": "REC01", "date": DAY - timedelta(days=n)}]) for n in ages]
        + [
            of(
                **woman,
                assessment=[
                    {"date": DAY - timedelta(days=n), "status": "COMPLETE", "layer": "LAYER3", "needs": {}}
                ],
            )
            for n in ages
        ]
    )
    dynamic = {"arp": Decimal(1), "csrp": Decimal(0), "arp_type": "dynamic", "csrp_type": "dynamic"}
    lifer = [{"code": "INLL"}, {"code": "RLRH"}]
    assert_as_reference(
        [
            of(predictors=dynamic, registrations=lifer, latest_release_date=DAY - timedelta(days=n))
            for n in (-400, *ages, *range(1820, 1832))
        ]
    )


def test_every_cell_of_the_tables_of_letters_and_every_kind_of_predictor() -> None:
    edges = [
        Decimal(n)
        for n in ("0", "14.99", "15", "24.99", "25", "49.99", "50", "74.99", "75", "89.99", "90", "100")
    ]
    rows = [Decimal(n) for n in ("0", "0.49", "0.5", "0.99", "1", "2.99", "3", "6.89", "6.9", "7", "100")]
    kinds = [None, "static", "dynamic"]
    listed = [
        of(
            registrations=[{"code": "RLRH"}, *more],
            predictors={"arp": arp, "csrp": csrp, "arp_type": one, "csrp_type": two},
        )
        for arp, csrp, one, two in product(edges, rows, kinds, kinds)
        for more in ([], [{"code": "ADVP"}])
    ]
    assert_as_reference(listed)


def test_every_dc_srp_score_and_band() -> None:
    base = {"arp": Decimal(0), "csrp": Decimal(0), "arp_type": "dynamic", "csrp_type": "dynamic"}
    bands = ["very high", "high", "medium", "low", "not applicable", None]
    listed = [
        of(
            registrations=[{"code": "RLRH"}],
            predictors={**base, "dc_srp": Decimal(n) / 100, "dc_srp_band": band},
        )
        for n in range(400)
        for band in bands
    ]
    assert_as_reference(listed)


def test_every_risk_and_category_with_every_other_letter() -> None:
    letters: dict[str, Case] = {
        "A": {"predictors": {"dc_srp": Decimal(1), "dc_srp_band": "very high"}},
        "B": {"predictors": {"dc_srp": Decimal(1), "dc_srp_band": "high"}},
        "C": {"predictors": {"dc_srp": Decimal("3.36"), "dc_srp_band": "medium"}},
        "D": {"predictors": {"dc_srp": Decimal("2.11"), "dc_srp_band": "medium"}},
        "E": {"sexual_offence_ever": True},
        "F": {"registrations": [{"code": "SPO"}]},
        "G": {},
    }
    listed = []
    for (risk, category), more, kind in product(
        product([None, "RVHR", "RHRH", "RMRH", "RLRH"], [None, "M1", "M4", "m1", "M0"]),
        letters.values(),
        ["static", "dynamic"],
    ):
        registrations = [{"code": risk}] if risk else []
        registrations += [{"code": "MAPP", "category": category}] if category else []
        scores = {"arp": Decimal(80), "csrp": Decimal(1), "arp_type": kind, "csrp_type": "dynamic"}
        listed.append(
            of(**more)
            | {
                "registrations": [*more.get("registrations", []), *registrations],
                "predictors": {**scores, **more.get("predictors", {})},
            }
        )
    assert_as_reference(listed)


def test_the_letter_follows_the_points_of_every_rsr_band() -> None:
    letters = [found["letter"] for found in answers("v2", *(of(rsr=Decimal(n)) for n in range(12)))]
    assert all(later <= earlier for earlier, later in pairwise(letters))
    assert answer("v2", of(rsr=Decimal("6.995")))["points"]["RSR"] == 10  # no hole between the bands
