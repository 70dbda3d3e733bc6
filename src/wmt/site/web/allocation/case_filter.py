"""The fields that narrow the cases of a post, where several are given at once."""

from collections.abc import Mapping

from wmt import facts
from wmt.site.figures.cohort_lines import cohorts_of
from wmt.site.queries import case_selection
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.workload.state import State

_ALL = ("", "All")
_WEEKS = (4, 12)


def form_of(sent: Mapping[str, str], state: State) -> FilterForm:
    """The choices, with what was sent of them."""
    letters = dict.fromkeys(tier[0] for tier in facts.TIERS[state.tier_scheme] if tier != "0")
    untiered = (case_selection.UNTIERED, "No tier yet")
    ends = [
        *((f"within {7 * weeks}", f"Within {weeks} weeks") for weeks in _WEEKS),
        *((f"stays {7 * weeks}", f"Not within {weeks} weeks") for weeks in _WEEKS),
    ]
    return FilterForm(
        sent,
        fit_type=OneOf("Type of case", [_ALL, *((each, each.capitalize()) for each in facts.LOCATIONS)]),
        fit_tier=OneOf("Tier", [_ALL, *((each, each) for each in letters), untiered]),
        fit_ends=OneOf("Planned to end", [_ALL, *ends]),
        fit_flag=OneOf("Marked", [_ALL, *case_selection.FLAGS.items()]),
        fit_cohort=OneOf("Cohort", [_ALL, *((code, each.name) for code, each in cohorts_of(state).items())]),
    )


def chosen(sent: Mapping[str, str], state: State) -> case_selection.CaseSelection:
    """What was chosen."""
    form = form_of(sent, state)
    way, _, days = form.chosen("fit_ends").partition(" ")
    return case_selection.CaseSelection(
        location=form.chosen("fit_type"), letter=form.chosen("fit_tier"), flag=form.chosen("fit_flag"),
        cohort=form.chosen("fit_cohort"),
        ends_within=int(days) if way == "within" else None, stays=int(days) if way == "stays" else None,
    )  # fmt: skip
