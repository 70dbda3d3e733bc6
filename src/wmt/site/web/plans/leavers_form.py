"""Who leaves, from which day, and where their cases are to find somebody: as it stands in an address."""

from collections.abc import Mapping
from datetime import date, timedelta

from django import forms

from wmt.days import written
from wmt.facts import NOT_KNOWN
from wmt.site import query_form
from wmt.site.date_field import DayField
from wmt.site.duties import workdays
from wmt.site.workload.models import Unit

#: Figures of today say nothing of what is later.
_MOST_DAYS = 366


class LeaversForm(query_form.QueryForm):
    """The day, and where to look: a team is looked at with its whole PDU unless it alone is wanted."""

    day = DayField("the day they leave", label="From which day", required=False)

    def __init__(self, query: Mapping[str, str], unit: Unit, figures: date) -> None:
        self.unit, self.figures = unit, figures
        super().__init__(query, day=workdays.after(figures, 1))

    def add_fields(self) -> None:
        """In a PDU there is one place to look."""
        if self.unit.level == "team" and self.unit.pdu_code not in ("", NOT_KNOWN):
            places = [("pdu", "In the whole PDU"), ("team", "In this team only")]
            self.fields["within"] = query_form.OneOf("Where to look for colleagues", places, "pdu")

    def clean_day(self) -> date:
        """A day that the figures can say something of."""
        found: date = self.cleaned_data["day"] or workdays.after(self.figures, 1)
        last = self.figures + timedelta(_MOST_DAYS)
        if not self.figures <= found <= last:
            words = f"{written(self.figures)}, the day of the figures, and {written(last)}"
            raise forms.ValidationError(f"The day they leave must be between {words}")
        return found

    @property
    def level(self) -> str:
        """The level of the unit that is looked in."""
        is_alone = self.unit.level == "team" and self.unit.pdu_code in ("", NOT_KNOWN)
        return "team" if is_alone or self.found("within") == "team" else "pdu"
