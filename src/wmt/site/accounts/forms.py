"""What people type about people, and about tokens of their own."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password

from wmt.ledger import LEVELS
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import ROLES
from wmt.site.date_field import DayField
from wmt.site.query_form import ChoiceOrDefault, QueryForm

HELD_AT = [level for level in reversed(LEVELS) if any(level in role.levels for role in ROLES.values())]


class PeopleFilterForm(QueryForm):
    """Who is looked for."""

    q = forms.CharField(label="Part of a name, an email address or a staff code", required=False)
    role = ChoiceOrDefault(
        [("", "Any or none"), *((name, role.title) for name, role in ROLES.items()), ("none", "No role")],
        label="Role",
    )
    state = ChoiceOrDefault([("", "Open or closed"), ("open", "Open"), ("closed", "Closed")], label="Account")


class PersonForm(forms.Form):
    """A person's name and staff code."""

    name = forms.CharField(max_length=120, error_messages={"required": "Enter a name"})
    staff_code = forms.CharField(max_length=40, required=False)


class NewPersonForm(PersonForm):
    """The same, with the address by which they sign in."""

    email = forms.EmailField(
        max_length=254,
        error_messages={
            "required": "Enter an email address",
            "invalid": "Enter an email address in the correct format, like name@example.org",
        },
    )
    field_order = ("email", "name", "staff_code")


class GrantForm(forms.Form):
    """A role at a unit for a time."""

    role = forms.ChoiceField(
        choices=[(name, role.title) for name, role in ROLES.items()],
        error_messages={"required": "Choose a role", "invalid_choice": "Choose a role"},
    )
    level = forms.ChoiceField(
        choices=[(level, level) for level in HELD_AT],
        error_messages={"required": "Choose a level", "invalid_choice": "Choose a level"},
    )
    code = forms.CharField(max_length=100, required=False)
    first_day = DayField("the first day", kind="role")
    last_day = DayField("the last day", kind="role", required=False)


class EndForm(forms.Form):
    """When a role ends: at once where no day is given."""

    last_day = DayField("the last day", kind="role", required=False)


class TokenForm(forms.Form):
    """A token of one's own: what it is for, its days, and what it may do."""

    name = forms.CharField(max_length=80, error_messages={"required": "Enter what the token is for"})
    first_day = DayField("the first day", kind="role")
    last_day = DayField("the last day", kind="role")
    reads_only = forms.BooleanField(required=False)
    grant = forms.TypedChoiceField(
        coerce=int,
        required=False,
        empty_value=None,
        error_messages={"invalid_choice": "Choose one of your roles"},
    )

    def __init__(self, *args: Any, roles: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["grant"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", ""), *roles]


class FirstPasswordForm(forms.Form):
    """A password, typed twice."""

    password = forms.CharField(
        max_length=200, strip=False, error_messages={"required": "Enter a password of at least 12 characters"}
    )
    again = forms.CharField(
        max_length=200, strip=False, error_messages={"required": "Enter the same password again"}
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        """Both alike, and good enough."""
        found = super().clean() or {}
        password, again = found.get("password"), found.get("again")
        if password and again and password != again:
            self.add_error("again", "The passwords do not match")
        elif password:
            try:
                validate_password(password, self.user)
            except forms.ValidationError as fault:
                self.add_error("password", fault)
        return found
