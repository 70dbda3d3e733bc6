"""From the content of YAML files to parameters, collecting every fault on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from wmt.rules import entries
from wmt.rules.errors import RuleFault
from wmt.rules.units import UNITS, why_no_day
from wmt.rules.values import STATUSES, DatedValue, Parameter
from wmt.text import counted

_ORIGIN = frozenset(entries.Origin.model_fields)


@dataclass
class Build:
    """A tree in the making: parameters by path, the file each came from, and the faults."""

    parameters: dict[str, Parameter] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    faults: list[RuleFault] = field(default_factory=list)

    def add_file(self, file: str, content: Any) -> None:
        """Take in one file: a list of entries."""
        if not isinstance(content, list) or not content:
            message = "should be a list of entries, each '- group:' or '- parameter:'"
            self.faults.append(RuleFault(file, "", message))
            return
        for number, item in enumerate(content, 1):
            name = item.get("group") or item.get("parameter") if isinstance(item, dict) else None
            key = f"entry {number} ({name})" if name else f"entry {number}"
            entry, faults = entries.checked(entries.RuleEntry, item, file, key)
            self.faults += faults
            if entry is None:
                continue
            if remedy := _shape_fault(entry):
                self.faults.append(RuleFault(file, key, remedy))
                continue
            _EntryBuild(self, file, entry).run()

    def check_nesting(self) -> None:
        """No path may be both a parameter and the beginning of others."""
        for path in self.parameters:
            parts = path.split(".")
            for length in range(1, len(parts)):
                above = ".".join(parts[:length])
                if above in self.parameters:
                    message = f"lies under '{above}', which is itself a parameter; rename one of them"
                    self.faults.append(RuleFault(self.files[path], path, message))


def _shape_fault(entry: entries.RuleEntry) -> str | None:
    if (entry.group is None) == (entry.parameter is None):
        return "should have either 'group' or 'parameter'"
    if entry.parameter is not None:
        if entry.values is None or entry.rows or entry.fields:
            return "a parameter should have 'values' and no 'rows' or 'fields'"
    elif not entry.rows or entry.values is not None:
        return "a group should have 'rows' and no 'values'"
    if list(entry.since) != sorted(set(entry.since)):
        return "the days of 'from' should ascend, each written once"
    wrong = next(filter(None, map(why_no_day, entry.since)), None)
    if wrong:
        return wrong
    path = entry.group or entry.parameter or ""
    if not all(_is_segment(part) for part in path.split(".")):
        return f"'{path}' is no path; write words with single dots between"
    reserved = sorted(_ORIGIN.intersection(entry.fields))
    return f"'{reserved[0]}' cannot be the name of a field; choose another" if reserved else None


def _is_segment(text: str) -> bool:
    return bool(text) and "." not in text and text == text.strip()


@dataclass
class _EntryBuild:
    build: Build
    file: str
    entry: entries.RuleEntry
    used: set[date] = field(default_factory=set)

    def run(self) -> None:
        entry = self.entry
        if entry.parameter is not None:
            self.parameter(entry.parameter, entry.parameter.rpartition(".")[2], "", [], entry.values)
        for key, content in entry.rows.items():
            self.row(f"{entry.group}.{key}", key, content)
        for day in sorted(set(entry.sources) - self.used):
            name = entry.group or entry.parameter
            self.fault(f"{name} > sources", f"{day} is no day of a value; take it out")

    def fault(self, key: str, message: str) -> None:
        self.build.faults.append(RuleFault(self.file, key, message))

    def row(self, path: str, key: Any, content: Any) -> None:
        name = str(key)
        if isinstance(key, bool) or not isinstance(key, str | int) or not _is_segment(name):
            self.fault(path, f"'{name}' cannot be part of a path; write a word without dots, or quote it")
        elif self.entry.fields:
            self.record(path, name, content)
        elif isinstance(content, dict) and "values" in content:
            row = self.model(entries.RuleRow, content, path)
            if row:
                self.parameter(path, name, "", [row], row.values)
        else:
            self.parameter(path, name, "", [], content)

    def record(self, path: str, name: str, content: Any) -> None:
        """A row of several fields; it may carry source, status and note for all of them."""
        if not isinstance(content, dict):
            self.fault(path, "should be a mapping of its fields")
            return
        origin = self.model(entries.Origin, {key: content[key] for key in content if key in _ORIGIN}, path)
        for key, cells in content.items():
            if key in _ORIGIN or origin is None:
                continue
            if key not in self.entry.fields:
                self.fault(f"{path}.{key}", f"is no field here; use one of {', '.join(self.entry.fields)}")
                continue
            self.parameter(f"{path}.{key}", name, str(key), [origin, self.entry.fields[key]], cells)

    def model(self, model: type[Any], content: Any, key: str) -> Any:
        found, faults = entries.checked(model, content, self.file, key)
        self.build.faults += faults
        return found

    def parameter(self, path: str, row: str, name: str, near: list[entries.Origin], content: Any) -> None:
        """Make one parameter; `near` are the places that describe it, the nearest first."""
        unit, optional, text = (self.told(near, key) for key in ("unit", "optional", "description"))
        if unit not in UNITS:
            remedy = f"the unit '{unit}' is not known; use one of {', '.join(UNITS)}"
            self.fault(path, remedy if unit else "has no unit; add it here or to the group")
            return
        if not text:
            self.fault(path, "has no description; add it here or to the group")
        text = (text or "").replace("{row}", row).replace("{field}", name)
        values = []
        for day, cell in self.cells(path, content):
            value = self.value(path, day, cell, near, unit, bool(optional), text)
            values += [value] if value else []
        if path in self.build.parameters:
            self.fault(path, f"is also in {self.build.files[path]}; keep one of the two")
            return
        self.build.files[path] = self.file
        ordered = tuple(sorted(values, key=lambda value: value.valid_from))
        self.build.parameters[path] = Parameter(path, unit, bool(optional), ordered)

    def told(self, near: list[entries.Origin], key: str) -> Any:
        """What the nearest place says, down to the entry itself."""
        specs = [place for place in (*near, self.entry) if isinstance(place, entries.Spec)]
        return next((found for spec in specs if (found := getattr(spec, key)) is not None), None)

    def cells(self, path: str, content: Any) -> Iterator[tuple[date, Any]]:
        """The dated cells of a parameter: {day: cell}, one cell for each day of 'from', or one cell."""
        since = self.entry.since
        if isinstance(content, dict) and "value" not in content:
            yield from self.dated(path, content)
        elif isinstance(content, list):
            if len(content) != len(since):
                found = f"has {counted(len(content), 'value')} for {counted(len(since), 'day')} of 'from'"
                self.fault(path, f"{found}; give one for each")
                return
            yield from zip(since, content, strict=True)
        elif len(since) == 1:
            yield since[0], content
        else:
            self.fault(path, "has a value without a day; write {date: value} or set one day under 'from'")

    def dated(self, path: str, content: dict[Any, Any]) -> Iterator[tuple[date, Any]]:
        if not content:
            self.fault(path, "has no values; give one with its day")
        for day, cell in content.items():
            wrong = why_no_day(day)
            if wrong:
                self.fault(path, wrong)
            else:
                yield day, cell

    def value(
        self,
        path: str,
        day: date,
        content: Any,
        near: list[entries.Origin],
        unit: str,
        optional: bool,
        text: str,
    ) -> DatedValue | None:
        """One dated value with the nearest source, status and note; None, with faults, when it cannot be."""
        key = f"{path} at {day}"
        cell = (
            self.model(entries.ValueEntry, content, key)
            if isinstance(content, dict)
            else entries.ValueEntry(value=content)
        )
        if cell is None:
            return None
        self.used.add(day)
        places = [cell, *near, *([self.entry.sources[day]] if day in self.entry.sources else []), self.entry]
        source, status, note = (_nearest(places, name) for name in ("source", "status", "note"))
        known = [word for word in STATUSES if word != "overlay"]
        wrong = [] if source else ["has no source; say where the value comes from"]
        if status not in known:
            wrong.append(f"the status '{status}' is not one of {', '.join(known)}")
        unfit = None if optional and cell.value is None else UNITS[unit].why_not(cell.value)
        wrong += [unfit] if unfit else []
        for message in wrong:
            self.fault(key, message)
        if wrong:
            return None
        return DatedValue(path, cell.value, day, unit, text, str(source), str(status), note)


def _nearest(places: list[entries.Origin], name: str) -> str | None:
    """The first word said about source, status or note. A note belongs to the place that says it."""
    return next((found for place in places if (found := getattr(place, name)) is not None), None)
