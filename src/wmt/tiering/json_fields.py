"""Fields of JSON as plain values: each is checked where it stands, and every fault names place and remedy.

Names may be written in any of the usual ways (`endDate`, `end-date`, `End date`); words in any letter case.
Numbers are numbers: a number between quotes is refused, as nobody knows what else went wrong with it.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any

from wmt.days import read_day, why_not
from wmt.text import NAME, shown
from wmt.tiering.rulebook import TieringError

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T.*")


@dataclass
class FieldReader:
    """Reads fields, gathering what is wrong and, by case, the names of fields that were not read."""

    faults: list[str] = field(default_factory=list)
    unread: dict[int, list[str]] = field(default_factory=dict)

    def refuse(self, place: str, what: str) -> None:
        self.faults.append(f"{place}: {shown(what)}")

    def fields(self, content: Any, known: "Mapping[str, Kind]", place: str, case_no: int) -> dict[str, Any]:
        """The fields of an object by their names here, in the types of their kinds; None where refused."""
        if not isinstance(content, dict):
            self.refuse(place, f"should be an object with fields in {{ }}, not {_kind_of(content)}")
            return {}
        names = {each: name for name, kind in known.items() for each in (name, *kind.aliases)}
        found: dict[str, Any] = {}
        for written, value in content.items():
            name = names.get(plain_name(written))
            if name is None:
                self._unknown(str(written), tuple(names), place, case_no)
            elif name in found:
                self.refuse(place, f"'{written}' says {name} a second time; keep one of the two")
            else:
                found[name] = (
                    None if value is None else known[name].read(self, value, f"{place}, {written}", case_no)
                )
        return found

    def _unknown(self, written: str, names: tuple[str, ...], place: str, case_no: int) -> None:
        """A name close to a known one is a slip, and refused; any other is noted as not read."""
        near = get_close_matches(plain_name(written), names, n=1, cutoff=0.8)
        if near:
            self.refuse(place, f"the field '{written}' is not known; did you mean '{near[0]}'?")
        else:
            self.unread.setdefault(case_no, []).append(shown(written)[:60])


@dataclass(frozen=True)
class Kind:
    """What a field may be: `read` gives the value, or None and a fault; `words` says it for the documents."""

    words: str
    read: Callable[[FieldReader, Any, str, int], Any]
    aliases: tuple[str, ...] = ()

    def known_as(self, *aliases: str) -> "Kind":
        """The same by other names too."""
        return Kind(self.words, self.read, aliases)


def plain_name(written: Any) -> str:
    """A name as it is compared: small letters with underscores."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", str(written))
    return re.sub(r"[^a-z0-9]+", "_", apart.lower()).strip("_")


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return f"the text '{value[:60]}'"
    if isinstance(value, list):
        return "a list"
    return "an object" if isinstance(value, dict) else f"the number {value}"


def text(most: int = 200) -> Kind:
    def read(reader: FieldReader, value: Any, place: str, _: int) -> Any:
        if not isinstance(value, str):
            reader.refuse(place, f"should be text between quotes, not {_kind_of(value)}")
            return None
        if len(value) > most or NAME.why_not(value):
            reader.refuse(place, f"should be text that can be shown, of at most {most} characters")
            return None
        return value.strip() or None

    return Kind("text", read)


def number(least: int, most: int | Decimal, *, whole: bool = False) -> Kind:
    what = "whole number" if whole else "number"

    def read(reader: FieldReader, value: Any, place: str, _: int) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            quoted = isinstance(value, str) and re.fullmatch(r"\s*-?[0-9.]+\s*", value)
            remedy = f"; write {str(value).strip()} without quotes" if quoted else ""
            reader.refuse(place, f"should be a {what}, not {_kind_of(value)}{remedy}")
            return None
        if not least <= value <= most:
            reader.refuse(place, f"{value} is not between {least} and {most}; check it at its source")
            return None
        if whole and value != int(value):
            reader.refuse(place, f"{value} should be a whole number")
            return None
        if not whole and round(Decimal(value), 6) != value:
            reader.refuse(place, f"{value} has more than 6 decimals; round it")
            return None
        return int(value) if whole else Decimal(value)

    return Kind(f"{what}, {least} to {most}", read)


def yes_no() -> Kind:
    words = {"yes": True, "y": True, "true": True, "no": False, "n": False, "false": False}

    def read(reader: FieldReader, value: Any, place: str, _: int) -> Any:
        if isinstance(value, bool):
            return value
        found = words.get(str(value).strip().lower()) if isinstance(value, str) else None
        if found is None:
            reader.refuse(place, f"should be true or false, not {_kind_of(value)}")
        return found

    return Kind("true or false", read)


def day() -> Kind:
    def read(reader: FieldReader, value: Any, place: str, _: int) -> Any:
        written = value[:10] if isinstance(value, str) and _MOMENT.fullmatch(value) else value
        found = read_day(written) if isinstance(written, str) else None
        if found is None:
            reader.refuse(place, f'should be a date such as "2026-11-30", not {_kind_of(value)}')
            return None
        if wrong := why_not("record", found):
            reader.refuse(place, wrong)
            return None
        return found

    return Kind("date, such as `2026-11-30`", read)


def word(*words: str, others: Mapping[Any, str | None] | None = None) -> Kind:
    """One of some words in small letters; `others` are ways to say one of them, or (None) to say nothing."""
    known: dict[Any, str | None] = {**{plain_name(each): each for each in words}, **dict(others or {})}

    def read(reader: FieldReader, value: Any, place: str, _: int) -> Any:
        name = plain_name(value) if isinstance(value, str) else value if isinstance(value, int) else None
        if isinstance(value, bool) or name not in known:
            reader.refuse(place, f"should be one of {', '.join(words)}, not {_kind_of(value)}")
            return None
        return known[name]

    return Kind(" · ".join(f"`{each}`" for each in words), read)


def an_object(known: Mapping[str, Kind], words: str = "object") -> Kind:
    return Kind(words, lambda reader, value, place, case_no: reader.fields(value, known, place, case_no))


def list_of(kind: Kind, most: int = 1_000) -> Kind:
    """A list of a kind; a single one may stand without its brackets."""

    def read(reader: FieldReader, value: Any, place: str, case_no: int) -> Any:
        if not isinstance(value, list):
            only = kind.read(reader, value, place, case_no)
            return [] if only is None else [only]
        listed = value
        if len(listed) > most:
            reader.refuse(place, f"has {len(listed):,} entries; at most {most:,} are read")
            return []
        found = [
            kind.read(reader, each, f"{place} {n}", case_no)
            for n, each in enumerate(listed, 1)
            if each is not None
        ]
        return [each for each in found if each is not None]

    return Kind(f"list of: {kind.words}", read)


def parse(content: str, file: str) -> Any:
    """JSON with exact numbers. Raises TieringError for what is no JSON, or says a name twice."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise TieringError(
                f"{file}: the field '{shown(twice)}' is written twice in one object; keep one of the two"
            )
        return found

    def no_number(name: str) -> Any:
        raise TieringError(f"{file}: {name} is no number; leave the field out where there is none")

    try:
        return json.loads(content, parse_float=Decimal, parse_constant=no_number, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        if isinstance(error, TieringError):
            raise
        where = (
            f"line {error.lineno}, column {error.colno}: " if isinstance(error, json.JSONDecodeError) else ""
        )
        what = (
            error.msg
            if isinstance(error, json.JSONDecodeError)
            else "it is nested too deeply or has too long a number"
        )
        raise TieringError(f"{file} is not readable as JSON: {where}{what}; mend it there") from None
