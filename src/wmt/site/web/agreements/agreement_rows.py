"""An agreement of one measure, made of rows on a page: it becomes the text of a file, which is checked."""

from json import dumps
from typing import Any

from django import forms

from wmt.agreements import reading
from wmt.agreements.pack import COMPARATORS, NOT_STATED
from wmt.site.changes.agreements import own_key
from wmt.site.web.forms.refusable import RefusableForm

#: So many states fit on the page; a file may have more.
STATES = range(1, 5)
#: How a state can hold, by the word of the file.
HOWS = (
    ("", "where no later state does"),
    ("from", "from this level on"),
    ("over", "over this level"),
    ("under", "under this level"),
    ("up_to", "up to this level"),
)
_NEEDED = {
    "name": "a name",
    "clause": "what it asks",
    "source": "where it is written",
    "measure": "what is measured",
    "value": "the value",
    "unit": "what it is counted in",
}


def _line(most: int = 300) -> forms.CharField:
    return forms.CharField(required=False, max_length=most)


class AgreementRowsForm(RefusableForm):
    """The rows as they are typed."""

    name = _line()
    clause = _line(2_000)
    source = _line()
    binds = _line(10)
    measure = _line()
    value = _line()
    unit = _line()
    covers = _line(10)
    grades = _line(40)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in STATES:
            for field in ("state", "how", "at", "duty"):
                self.fields[f"{field}_{number}"] = _line(500)

    def clean(self) -> dict[str, Any]:
        """The text of the file as `text`, where nothing is wrong with it."""
        cleaned: dict[str, Any] = super().clean() or {}
        for field, words in _NEEDED.items():
            if not cleaned.get(field):
                self.add_error(field, f"Enter {words}")
        if cleaned.get("binds") not in ("true", "false"):
            self.add_error("binds", "Choose whether it binds or advises")
        if self.errors:
            return cleaned
        cleaned["text"] = _text(cleaned)
        try:
            reading.read_pack(cleaned["text"], own_key(cleaned["text"]), "Agreement")
        except reading.PackError as error:
            for line in str(error).splitlines():
                self.add_error(None, line)
        return cleaned


def _text(given: dict[str, Any]) -> str:
    grades = ", ".join(grade.strip().upper() for grade in given["grades"].split(",") if grade.strip())
    covers = f"level: {_word(given['covers'] or 'post')}{f', grades: [{grades}]' if grades else ''}"
    lines = [
        *(f"{key}: {_word(given[key])}" for key in ("name", "clause", "source")),
        f"binds: {given['binds']}",
        "measures:",
        "  measure:",
        f"    name: {_word(given['measure'])}",
        f"    value: {_word(given['value'])}",
        f"    unit: {_word(given['unit'])}",
        f"    covers: {{{covers}}}",
        "    states:",
        *(_state(given, number) for number in STATES if given[f"state_{number}"]),
    ]
    return "\n".join(lines) + "\n"


def _state(given: dict[str, Any], number: int) -> str:
    parts = [f"state: {_word(given[f'state_{number}'])}"]
    if given[f"how_{number}"] in COMPARATORS:
        parts.append(f"{given[f'how_{number}']}: {_level(given[f'at_{number}'])}")
    if given[f"duty_{number}"]:
        parts.append(f"duties: [{{text: {_word(given[f'duty_{number}'])}}}]")
    return f"      - {{{', '.join(parts)}}}"


def _level(text: str) -> str:
    """A number as it is; what is none stands in quotes, so that it is refused by its place."""
    plain = text.replace(",", "").strip()
    is_number = plain.lstrip("-").replace(".", "", 1).isdigit() and plain.isascii()
    return plain if is_number else _word(plain or NOT_STATED)


def _word(text: str) -> str:
    """A text in quotes, as YAML has it."""
    return dumps(text, ensure_ascii=False)
