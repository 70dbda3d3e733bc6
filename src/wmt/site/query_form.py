"""Forms that stand in an address: what is left out has its default, and what is wrong is said in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

#: So much of what stands in an address is looked at.
_MOST = 100


class ChoiceOrDefault(forms.ChoiceField):
    """A choice; what is none of its options is taken for the default."""

    def __init__(self, choices: Any, **more: Any) -> None:
        super().__init__(choices=list(choices), required=False, **more)


class OneOf(forms.ChoiceField):
    """A choice; what is none of its options is refused in words, and the page has what it has without it."""

    def __init__(self, label: str, choices: Iterable[tuple[str, str]], initial: str = "") -> None:
        said = f"Choose an option for ‘{label}’: the one in the address is not in the list and was ignored"
        super().__init__(
            label=label,
            choices=list(choices),
            required=False,
            initial=initial,
            error_messages={"invalid_choice": said},
        )


class QueryForm(forms.Form):
    """A form sent with GET: a page without it is the page with all its defaults.

    `defaults` come before the initial values of the fields. A field that is required is refused where it
    stands empty in the address, and has its default where it does not stand there.
    """

    use_required_attribute = False
    #: What the id of a field begins with, before its name.
    prefix_of_ids = ""
    data: dict[str, Any]

    def __init__(self, query: Mapping[str, str], **defaults: Any) -> None:
        super().__init__({}, initial=defaults)
        self.add_fields()
        self.data = {name: self._typed(name, query) for name in self.fields}

    def add_fields(self) -> None:
        """Add or change fields of one form before what was typed is read."""

    def _typed(self, name: str, query: Mapping[str, str]) -> str:
        field = self.fields[name]
        default = field.prepare_value(self.get_initial_for_field(field, name)) or ""
        typed = " ".join(query.get(name, "").replace("\0", "").split())[:_MOST]
        if isinstance(field, ChoiceOrDefault):
            return typed if name in query and field.valid_value(typed) else default
        return typed or ("" if field.required and name in query else default)

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What is wrong, each with the id of its field, for the error summary."""
        prefix = self.prefix_of_ids
        return [(f"{prefix}{name}", str(text)) for name, texts in self.errors.items() for text in texts]

    def found(self, name: str) -> Any:
        """What a field means; nothing where it is wrong."""
        return self.cleaned_data.get(name) if name not in self.errors else None


class FilterForm(QueryForm):
    """Choices that narrow a list, by name."""

    prefix_of_ids = "filter-"

    def __init__(self, query: Mapping[str, str], **choices: OneOf) -> None:
        self._choices = choices
        super().__init__(query)

    def add_fields(self) -> None:
        """The choices of one page."""
        self.fields |= self._choices

    def chosen(self, name: str) -> str:
        """The option that holds: the default where what was asked for is none; empty without a field."""
        if name in self.errors:
            return str(self.fields[name].initial)
        return str(self.cleaned_data.get(name, ""))
