"""A clean nation has nothing to put right; whatever is planted is found, priced by the ledger, and closed."""

import copy
from random import Random

import polars as pl
import pytest
from quality_nations import RULES, Nation, clean, open_case, spoiled

from how_many import SOAK
from wmt.data_quality.kinds import OWNERS, QualityKind, kind_rules
from wmt.data_quality.over_nights import put_right

_CONTACTS = ("contact_code", "contact_post", "late_recording")
_POSTS = ("no_grade", "hours_assumed")


@pytest.mark.parametrize("seed", range(200 if SOAK else 8))
def test_a_nation_whose_records_are_in_order_has_nothing_to_put_right(seed: int) -> None:
    random = Random(seed)
    nation = clean(random, posts=random.randrange(2, 9), cases=random.randrange(20, 90))
    assert nation.found().is_empty()


def planted(seed: int) -> tuple[Nation, Nation, list[str]]:
    """A nation with two of every kind, the nation with all of them put right, and the kinds."""
    random = Random(seed)
    bad = clean(random, posts=8, cases=120)
    good = copy.deepcopy(bad)
    cases: set[int] = set()
    kinds = [kind.value for kind in QualityKind for _ in range(2)]
    posts, contacts = list(bad.posts), list(range(len(bad.contacts)))
    # the posts that are spoiled hold work, and no other post of their grade is without known hours
    random.shuffle(posts)
    for kind in kinds:
        if kind in _POSTS:
            row = {"name": posts.pop()}
        elif kind in _CONTACTS:
            row = {"place": contacts.pop()}
        else:
            # a second record of a person is none of those that were there
            row = open_case(good, kind, cases, random)
        bad, _ = spoiled(bad, kind, row, random)
        _, good = spoiled(good, kind, row, random)
    return bad, good, kinds


@pytest.mark.parametrize("seed", range(12 if SOAK else 2))
def test_thirty_planted_things_are_found_priced_and_closed(seed: int) -> None:
    bad, good, kinds = planted(seed)
    found = bad.found()
    once = found.filter(~pl.col("kind").is_in(["contact_code", "duplicate"]))
    assert sorted(once["kind"]) == sorted(kind for kind in kinds if kind not in ("contact_code", "duplicate"))
    # a contact is at both its posts, a person counted twice at both that hold them
    for kind in ("contact_code", "duplicate"):
        assert found.filter(pl.col("kind") == kind).height == 4
    assert found["in_sum"].min() == 1
    before, after = bad.totals(), good.totals()
    for code, (points, time) in before.items():
        here = found.filter(pl.concat_str("team_code", pl.lit(":"), "staff_code") == code)
        least, most, least_time, most_time = here.select(
            pl.col("least_x100", "most_x100", "least_available_x100", "most_available_x100").sum()
        ).row(0)
        assert least <= after[code][0] - points <= most, code
        assert least_time <= after[code][1] - time <= most_time, code
    closed = put_right(found, good.found())
    assert closed.filter(pl.col("kind") != "contact_post").height == found.height - 2


def test_nothing_is_without_somebody_who_can_put_it_right() -> None:
    kinds = kind_rules(RULES)
    assert set(kinds) == {kind.value for kind in QualityKind}
    assert {rule.owner for rule in kinds.values()} <= set(OWNERS)
    assert [kind for kind, rule in kinds.items() if not rule.is_fault] == ["in_breach"]
    assert all(rule.name and rule.mended for rule in kinds.values())
