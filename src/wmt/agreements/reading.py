"""Packs from their files: read strictly, every fault with its place and what to do; and those shipped."""

from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from wmt import rules
from wmt.agreements.pack import Agreement
from wmt.errors import RefusalError
from wmt.rules import RuleFault
from wmt.rules.exact_yaml import read_yaml

#: A file of this size is no agreement.
_MOST_CHARACTERS = 100_000

_REMEDIES = {
    "missing": "is missing; add it",
    "extra_forbidden": "is not a key known here; docs/agreements.md has all of them",
    "string_type": "should be text; put it between quotes",
    "string_too_short": "is empty; write something",
    "bool_type": "should be true or false",
    "date_type": "should be a date; write year-month-day",
    "model_type": "should be a mapping of keys",
    "dict_type": "should be a mapping of keys",
    "list_type": "should be a list; begin each entry with '- '",
    "literal_error": "should be {expected}",
    "string_pattern_mismatch": "has a character that cannot be shown on a line; take it out",
    "int_type": "should be a whole number",
    "too_short": "is empty; add at least one",
    "too_long": "has too many; {max_length} are the most",
    "string_too_long": "is too long; {max_length} characters are the most",
}


class PackError(RefusalError, ValueError):
    """A pack that cannot be used: every fault, each with its place and remedy."""

    @classmethod
    def of(cls, faults: list[RuleFault]) -> "PackError":
        return cls("\n".join(str(fault) for fault in faults))


class UnknownPackError(RefusalError, LookupError):
    """There is no pack by this name; the message has those there are."""


def load_pack(path: Path) -> Agreement:
    """A pack from its file; its key is the file's name. Raises PackError with every fault."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PackError(f"{path} cannot be read as an agreement: {error}") from None
    return read_pack(text, path.stem, path.name)


def read_pack(text: str, key: str, file: str = "") -> Agreement:
    """A pack from the text of its file. Raises PackError with every fault."""
    file = file or f"{key}.yaml"
    if len(text) > _MOST_CHARACTERS:
        raise PackError(f"{file}: has {len(text):,} characters; {_MOST_CHARACTERS:,} are the most")
    content, faults = read_yaml(text, file)
    if faults:
        raise PackError.of(faults)
    return pack_of(content, key, file)


def pack_of(content: Any, key: str, file: str = "agreement") -> Agreement:
    """A pack from plain data, as its file has it. Raises PackError with every fault."""
    if not isinstance(content, dict):
        raise PackError(f"{file}: should be a mapping with name, clause, source, binds and measures")
    if "key" in content:
        raise PackError(f"{file}: key: is not written in the file; the name of the file is the key")
    try:
        pack = Agreement.model_validate({**content, "key": key})
    except ValidationError as error:
        raise PackError.of([_fault(file, detail) for detail in error.errors()]) from None
    if wrong := _unknown_rules(pack, file):
        raise PackError.of(wrong)
    return pack


def _unknown_rules(pack: Agreement, file: str) -> list[RuleFault]:
    """Levels that name a rule which is none, or no number."""
    found = []
    for key, measure in pack.measures.items():
        for state in measure.states:
            if not isinstance(state.level, str) or not state.level.startswith("rule("):
                continue
            path = state.level.removeprefix("rule(").removesuffix(")")
            try:
                value = rules.load().parameter(path).values[-1].value
            except rules.NoRuleError as error:
                found.append(RuleFault(file, f"measures > {key} > {state.state}", str(error)))
                continue
            if isinstance(value, bool | str):
                said = f"the rule {path} is no number; name another, or write a number"
                found.append(RuleFault(file, f"measures > {key} > {state.state}", said))
    return found


def _fault(file: str, detail: Any) -> RuleFault:
    """What pydantic finds wrong, with lists counted from 1, and what to do."""
    place = [str(part + 1) if isinstance(part, int) else str(part) for part in detail["loc"]]
    place = [part for part in place if part != "[key]"]
    if detail["type"] == "value_error":
        return RuleFault(file, " > ".join(place), str(detail["ctx"]["error"]))
    remedy = _REMEDIES.get(detail["type"])
    if remedy is None:
        said = f"cannot be read: {detail['msg'][:1].lower()}{detail['msg'][1:]}; mend it"
    else:
        said = remedy.format(**detail.get("ctx", {})) if "{" in remedy else remedy
    return RuleFault(file, " > ".join(place), said)


@cache
def shipped() -> dict[str, Agreement]:
    """The packs that come with the program, by key."""
    with as_file(files("wmt.agreements") / "shipped") as folder:
        return {path.stem: load_pack(path) for path in sorted(folder.glob("*.yaml"))}


def shipped_text(key: str) -> str:
    """The file of a shipped pack, to begin another one with. Raises UnknownPackError."""
    find(key)
    return (files("wmt.agreements") / "shipped" / f"{key}.yaml").read_text(encoding="utf-8")


def find(key: str) -> Agreement:
    """A shipped pack. Raises UnknownPackError."""
    if key not in shipped():
        raise UnknownPackError(
            f"there is no agreement '{key}'; those that come with WMT: {', '.join(shipped())}"
        )
    return shipped()[key]
