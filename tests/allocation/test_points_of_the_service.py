"""Where today’s allocation service fails and ours must not: eighteen points, each with its test.

A point whose test is renamed or gone is found here.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
POINTS = {
    # what the figures say
    "figures move at once, and equal a whole recompute": (
        "site/test_allocate.py",
        "test_every_kind_of_case_is_as_if_worked_out_anew",
    ),
    "who is not in the data has the hours usual for the grade, marked as assumed": (
        "allocation/test_candidates.py",
        "test_a_post_that_is_not_in_the_data",
    ),
    "transition to adulthood has its own table": (
        "allocation/test_candidates.py",
        "test_cases_of_transition_to_adulthood_have_a_table_of_their_own",
    ),
    "a case held at an old tier loses the old points and gains the new": (
        "allocation/test_candidates.py",
        "test_a_case_held_at_an_old_tier_loses_the_old_points_and_gains_the_new",
    ),
    "all candidates for all waiting cases": (
        "site/test_matrix.py",
        "test_every_pair_is_what_the_ledger_says",
    ),
    "no available time is said and never free": (
        "allocation/test_candidates.py",
        "test_without_available_hours_nobody_is_free",
    ),
    "who may hold what, with the reason, and a manager may decide otherwise": (
        "site/test_allocation_pages.py",
        "test_whom_the_rules_do_not_let_hold_it_is_said_and_wants_a_reason",
    ),
    "who held it before is looked at too, not capacity alone": (
        "allocation/test_spread.py",
        "test_who_held_it_before_is_asked_first_but_never_over_the_threshold",
    ),
    # what is kept
    "the given reason stands with every holder": (
        "site/test_case_page.py",
        "test_every_holder_stands_with_why_and_since_when",
    ),
    "allocation, audit and events together or not at all": (
        "site/test_domain_events.py",
        "test_what_fails_tells_nothing",
    ),
    "true times": ("site/test_domain_events.py", "test_an_allocation_and_its_undoing_are_told_in_version_1"),
    "the previous practitioner is told of the case by its reference and kind": (
        "site/test_allocation_emails.py",
        "test_both_practitioners_whoever_decides_and_others_are_told",
    ),
    "over the threshold wants a reason": (
        "site/test_allocation_pages.py",
        "test_over_the_threshold_asks_why_and_only_then",
    ),
    "and is listed": ("site/test_allocation_pages.py", "test_allocations_are_listed_for_both_sides"),
    # how it is done
    "notes survive whatever fails": (
        "site/test_allocation_pages.py",
        "test_whoever_is_second_is_told_and_nothing_typed_is_lost",
    ),
    "the same twice is done once, and said": (
        "site/test_allocation_pages.py",
        "test_sent_twice_the_case_is_given_once",
    ),
    "given and not yet seen in nDelius is a state that people see": (
        "site/test_allocations_load.py",
        "test_an_extract_that_does_not_show_it_yet_leaves_it_where_it_was_given",
    ),
    "what an email may say of a limited-access case": (
        "site/test_allocation_emails.py",
        "test_of_a_limited_access_case_names_and_the_crn_are_all_that_is_said",
    ),
}


@cache
def _tests_of(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


@pytest.mark.parametrize("point", POINTS)
def test_every_point_has_its_test(point: str) -> None:
    file, name = POINTS[point]
    assert name in _tests_of(file)
