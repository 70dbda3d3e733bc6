"""Forms whose action may refuse what was typed."""

from collections.abc import Sequence

from django import forms

from wmt.site.availability.change_requests import ChangeFault


class RefusableForm(forms.Form):
    """A form that says what its action refused."""

    def refuse(self, faults: Sequence[ChangeFault]) -> None:
        """Why it was refused: each fault on its field, or on the whole form."""
        for fault in faults:
            self.add_error(fault.field if fault.field in self.fields else None, fault.message)
