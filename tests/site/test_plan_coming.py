"""Plans over figures with a case that was given before the data had it."""

# ruff: noqa: F811 - fixtures come by import
from test_allocate import posts
from test_allocations_load import holders, home  # noqa: F401
from test_coming_cases_load import row, to  # noqa: F401
from test_coming_cases_seen import given_on
from test_plans import SignIn, effect_of, figures, real, user_of
from test_waiting_load import coming  # noqa: F401
from waiting_fixtures import give, nobody  # noqa: F401

from wmt.site.allocation.models import WaitingCase
from wmt.site.changes.reconcile import differences
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state


def test_a_plan_foresees_what_becomes_of_a_case_that_the_data_does_not_have(
    row: WaitingCase, to: Unit, signed_in: SignIn
) -> None:
    there = posts(stream="sentence_management", grade="PO")
    then = next(each for each in there if each.team_code != to.team_code)
    user = user_of(signed_in("administrator"))
    unit = Unit.objects.get(load_id=current_state().load_id, level="nation", whole=True)
    effect = effect_of(user, unit, {"do": "move", "cases": [row.ref], "to": then.code})
    assert [step.missing for step in effect.steps] == [[]]
    found = figures(effect)
    assert {code for level, code in found if level == "post"} == {to.code, then.code}
    assert {key: each[:2] for key, each in found.items()} == real(*found)
    given_on(row.ref, then)
    assert holders(row.ref) == [then.code]
    assert {key: each[2:] for key, each in found.items()} == real(*found)
    assert differences(current_state()) == []
