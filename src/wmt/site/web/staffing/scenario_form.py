"""The form of a demand scenario, which stands in an address: one field for each lever, in groups."""

from collections.abc import Mapping
from typing import Any

from django import forms

from wmt.plan import demand_levers, demand_text
from wmt.plan.demand_levers import LEVERS
from wmt.plan.plan_file import DemandStep
from wmt.site import query_form
from wmt.staffing import scenario

#: The groups of the form: title, and the fields in each.
GROUPS = (
    ("Starts of orders and sentences", ("community_orders", "suspended_sentences", "licences", "custody",
                                        "police")),
    ("Court reports", ("report_share", "standard_reports", "fast_reports")),
    ("Cases in the community", ("suspended_share", "recalls", "early_release", "early_month", "early_months",
                                "tier_mix", "from_tier", "to_tier", "tier_cases", "of_tier")),
    ("Time and people", ("time_factor", "days_away", "net_percent", "officer_share", "ceiling")),
    ("Before release", ("handover_months", "handover_meetings")),
    ("Volumes and contracts", ("volume_band", "contract", "unit_cost", "intensity", "budget")),
)  # fmt: skip
_BESIDE = {
    "early_month": ("In how many months they are released", "0 is now."),
    "early_months": ("How many months before their day", ""),
    "from_tier": ("The tier they have now", "For example C2."),
    "to_tier": ("The tier they would have", "For example C1."),
    "of_tier": ("The tier whose cases change", "For example C2."),
    "unit_cost": ("Cost for each person", "In pounds."),
    "budget": ("Budget (optional)", "In pounds."),
}


class ScenarioForm(query_form.QueryForm):
    """Levers as they are typed, and how the need is worked out. `steps` are those without faults."""

    months = query_form.ChoiceOrDefault(
        [(str(months), f"{months} months from now") for months in scenario.MONTHS],
        initial=str(scenario.USUAL_MONTH),
    )
    chain = query_form.ChoiceOrDefault(
        [("product", "One after the other (product)"), ("sum", "Together (sum)")], initial="product"
    )
    by = query_form.ChoiceOrDefault(
        [("points", "Points of the measure"), ("hours", "Published hours of tiers")], initial="points"
    )
    steps: list[DemandStep]

    def __init__(self, query: Mapping[str, str], steps: list[DemandStep] | None = None) -> None:
        super().__init__(query, **(demand_text.typed_of(steps) if steps else {}))

    def add_fields(self) -> None:
        """A field for each lever and for what stands beside it."""
        for name in demand_text.FIELDS:
            self.fields[name] = _field(name)

    def clean(self) -> dict[str, Any]:
        """What was typed, as steps; what is wrong, by field."""
        self.steps, faults = demand_text.steps_of(
            {name: self.cleaned_data.get(name) or "" for name in demand_text.FIELDS}
        )
        for name, said in faults.items():
            self.add_error(name, said)
        return self.cleaned_data

    @property
    def typed(self) -> dict[str, str]:
        """The fields that hold something, to be sent on."""
        return {
            name: self.data[name]
            for name in (*demand_text.FIELDS, "months", "chain", "by")
            if self.data[name]
        }


def hint_of(name: str) -> str:
    """What is said under a field."""
    return LEVERS[name].hint if name in LEVERS else _BESIDE.get(name, ("", ""))[1]


def _field(name: str) -> forms.Field:
    if name == "volume_band":
        return query_form.OneOf(
            LEVERS[name].title,
            [("", "No band"), *((key, words.capitalize()) for key, words in demand_levers.BANDS.items())],
        )
    if name == "intensity":
        return query_form.OneOf(
            "Intensity", [("", "Choose"), *((each, each.capitalize()) for each in demand_levers.INTENSITIES)]
        )
    label = LEVERS[name].title if name in LEVERS else _BESIDE[name][0]
    return forms.CharField(required=False, label=label)
