"""What the calculator of tiers asks, and the case that is made of it."""

from collections.abc import Sequence
from typing import Any, ClassVar

from django import forms

from wmt.site.date_field import DayField
from wmt.tiering.case_kinds import naming_book
from wmt.tiering.rulebook import AG, V2

_NOT_KNOWN = ("", "Not known")
_YES_NO = [_NOT_KNOWN, ("yes", "Yes"), ("no", "No")]
_RISKS = [_NOT_KNOWN, *((risk, risk.capitalize()) for risk in ("very high", "high", "medium", "low"))]
_SEVERITIES = [_NOT_KNOWN, ("none", "None"), ("standard", "Standard"), ("severe", "Severe")]
_TYPES = [_NOT_KNOWN, ("static", "Static"), ("dynamic", "Dynamic")]
_BANDS = [
    _NOT_KNOWN,
    *((band, band.capitalize()) for band in ("very high", "high", "medium", "low", "not applicable")),
]


def _choice(label: str, choices: list[tuple[str, str]]) -> forms.ChoiceField:
    message = f"Select an option in the list for ‘{label}’"
    return forms.ChoiceField(
        label=label, choices=choices, required=False, error_messages={"invalid_choice": message}
    )


def _score(label: str, most: int, decimals: int) -> forms.DecimalField:
    form = "a whole number" if decimals == 0 else f"a number with at most {decimals} decimals"
    message = f"{label} must be {form} from 0 to {most}"
    names = ("invalid", "min_value", "max_value", "max_digits", "max_decimal_places", "max_whole_digits")
    return forms.DecimalField(
        label=label, required=False, min_value=0, max_value=most, max_digits=8, decimal_places=decimals,
        error_messages=dict.fromkeys(names, message),
    )  # fmt: skip


class TierForm(forms.Form):
    """What both schemes ask."""

    use_required_attribute = False
    #: Headings of the form, and the fields under each; what is under none stands under the last.
    GROUPS: ClassVar[Sequence[tuple[str, Sequence[str]]]] = ()
    as_of = DayField("the date", kind="rule", label="Date the tier is for")
    rosh = _choice("Risk of serious harm (RoSH)", _RISKS)

    def case(self) -> dict[str, Any]:
        """The case as JSON has it. Fields that were left empty are not in it."""
        raise NotImplementedError

    @property
    def groups(self) -> list[tuple[str, list[str]]]:
        """The headings of the form, each with the names of its fields in their order."""
        placed = {name for _, names in self.GROUPS for name in names}
        found = [(heading, list(names)) for heading, names in self.GROUPS]
        found[-1][1].extend(name for name in self.fields if name not in placed)
        return found

    def _given(self, *names: str) -> dict[str, Any]:
        return {
            name: self.cleaned_data[name]
            for name in names
            if self.cleaned_data.get(name) not in (None, "", [])
        }


class V2Form(TierForm):
    """What the Unified Tiering Model reads."""

    GROUPS = (
        ("The case", ("as_of", "gender", "supervision_suspended")),
        ("Letter: risk of harm", ("rosh", "rsr", "mappa_level", "complexity_factors")),
        (
            "Letter: women only",
            ("earlier_breach_or_recall", "caring_responsibilities", "self_control"),
        ),
        ("Number: need for change", ("mandate_for_change", "ogrs", "iom", "assessed")),
        ("Number: needs in the assessment", ()),
    )
    gender = _choice("Gender", [_NOT_KNOWN, ("female", "Female"), ("other", "Male or other")])
    rsr = _score("RSR score", 100, 2)
    mappa_level = _choice(
        "MAPPA level", [("none", "None"), ("1", "Level 1"), ("2", "Level 2"), ("3", "Level 3")]
    )
    complexity_factors = forms.MultipleChoiceField(
        label="Complexity factors", required=False, choices=[],
        error_messages={"invalid_choice": "Select complexity factors in the list"},
    )  # fmt: skip
    earlier_breach_or_recall = _choice("Earlier breach or recall in the last 365 days (women only)", _YES_NO)
    mandate_for_change = _choice("Mandate for change", _YES_NO)
    iom = _choice("Integrated offender management (IOM)", [("no", "No"), ("yes", "Yes")])
    supervision_suspended = _choice("Active supervision suspended", [("no", "No"), ("yes", "Yes")])
    ogrs = _score("OGRS score", 100, 0)
    assessed = _choice("Layer 3 assessment of the last 55 weeks", [("yes", "Yes"), ("no", "No")])
    caring_responsibilities = _choice("Caring responsibilities, OASys 6.9 (women only)", _YES_NO)
    self_control = _choice(
        "Some or significant problems with impulsivity, 11.2, or temper, 11.4 (women only)", _YES_NO
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        book = naming_book()
        factors = self.fields["complexity_factors"]
        assert isinstance(factors, forms.MultipleChoiceField)
        factors.choices = [(code, name.capitalize()) for code, name in book.factors.items()]
        for section in book.sections:
            self.fields[f"need_{section.key}"] = _choice(section.name, _SEVERITIES)

    @property
    def needs(self) -> list[str]:
        """The names of the fields of need sections."""
        return [name for name in self.fields if name.startswith("need_")]

    def case(self) -> dict[str, Any]:
        """The case, with an assessment of the day where there is one."""
        names = (
            "gender", "rsr", "rosh", "mappa_level", "complexity_factors", "earlier_breach_or_recall",
            "mandate_for_change", "iom", "supervision_suspended", "ogrs",
        )  # fmt: skip
        day = self.cleaned_data["as_of"].isoformat()
        found = {"mappa_level": "none"} | self._given(*names) | {"as_of": day}
        for name in ("earlier_breach_or_recall", "mandate_for_change", "iom", "supervision_suspended"):
            if name in found:
                found[name] = found[name] == "yes"
        if self.cleaned_data["assessed"] == "no":
            return found
        assessment = {
            "date": day,
            "status": "COMPLETE",
            "layer": "LAYER3",
            **self._given("caring_responsibilities"),
        }
        if control := self.cleaned_data["self_control"]:
            assessment |= {"impulsivity": "some" if control == "yes" else "none", "temper": "none"}
        if "caring_responsibilities" in assessment:
            assessment["caring_responsibilities"] = assessment["caring_responsibilities"] == "yes"
        needs = {name.removeprefix("need_"): severity for name, severity in self._given(*self.needs).items()}
        return found | {"assessment": assessment | {"needs": needs}}


class AgForm(TierForm):
    """What A to G reads."""

    GROUPS = (
        ("The case", ("as_of", "has_active_event")),
        ("Reoffending", ("arp", "arp_type", "csrp", "csrp_type")),
        ("Sexual reoffending", ("dc_srp", "dc_srp_band", "sexual_offence_ever")),
        ("Risk of harm and MAPPA", ("rosh", "mappa_category")),
        ("Life and IPP sentences", ("lifer", "latest_release_date")),
        ("Registrations", ("domestic_abuse", "stalking", "child_protection")),
    )
    has_active_event = _choice("Active event", [("yes", "Yes"), ("no", "No")])
    arp = _score("All reoffending predictor (ARP), %", 100, 2)
    arp_type = _choice("ARP is", _TYPES)
    csrp = _score("Combined serious reoffending predictor (CSRP), %", 100, 2)
    csrp_type = _choice("CSRP is", _TYPES)
    dc_srp = _score("Direct contact sexual reoffending predictor (DC-SRP), %", 100, 2)
    dc_srp_band = _choice("DC-SRP band", _BANDS)
    mappa_category = _choice(
        "MAPPA category", [("none", "None"), *((str(n), f"Category {n}") for n in range(1, 5))]
    )
    lifer = _choice("Life or IPP sentence", [("no", "No"), ("yes", "Yes")])
    latest_release_date = DayField(
        "the latest release date", label="Latest release date (life and IPP only)", required=False
    )
    domestic_abuse = _choice(
        "Domestic abuse registration, now or in the past", [("no", "No"), ("yes", "Yes")]
    )
    stalking = _choice("Stalking registration", [("no", "No"), ("yes", "Yes")])
    child_protection = _choice("Child protection registration", [("no", "No"), ("yes", "Yes")])
    sexual_offence_ever = _choice("Sexual offence at any time", _YES_NO)

    def case(self) -> dict[str, Any]:
        """The case with one set of scores."""
        marks = (
            "lifer",
            "domestic_abuse",
            "stalking",
            "child_protection",
            "sexual_offence_ever",
            "has_active_event",
        )
        found: dict[str, Any] = {name: each == "yes" for name, each in self._given(*marks).items()}
        found = {"mappa_category": "none"} | found | self._given("rosh", "mappa_category")
        found["as_of"] = self.cleaned_data["as_of"].isoformat()
        if released := self.cleaned_data["latest_release_date"]:
            found["latest_release_date"] = released.isoformat()
        scores: dict[str, Any] = {}
        for name, part in (("arp", "type"), ("csrp", "type"), ("dc_srp", "band")):
            if self.cleaned_data[name] is not None:
                scores[name] = {
                    "score": self.cleaned_data[name],
                    part: self.cleaned_data[f"{name}_{part}"] or None,
                }
        return found | {"predictors": scores}


FORMS: dict[str, type[TierForm]] = {V2: V2Form, AG: AgForm}
