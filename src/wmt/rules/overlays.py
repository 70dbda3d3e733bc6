"""Overlay files: a few values laid over the tree, each with or without the day it begins."""

from datetime import date
from pathlib import Path
from typing import Any

from wmt.rules.entries import ConsultationEntry, OverlayFile, checked
from wmt.rules.errors import RuleFault, RulesError
from wmt.rules.exact_yaml import read_yaml
from wmt.rules.tree import Tree, build_files, build_folder, load, read_file
from wmt.rules.units import Scalar, why_no_day
from wmt.rules.values import ALWAYS, Consultation, Overlay
from wmt.text import NAME


def load_overlay(path: str | Path, tree: Tree | None = None) -> Overlay:
    """One overlay file. With a tree, its paths and values are checked at once; else when it is laid.

    Raises RulesError with every fault, each with file, path and remedy.
    """
    overlay, faults = _read(Path(path))
    if overlay is not None and tree is not None:
        faults = tree.overlay_faults(overlay)
    if overlay is None or faults:
        raise RulesError.of(faults)
    return overlay


def read_overlay(text: str, name: str) -> Overlay:
    """An overlay out of the text of a file called `name`. Raises RulesError with every fault."""
    content, faults = read_yaml(text, name)
    overlay = None
    if not faults:
        overlay, faults = _overlay(content, name)
    if overlay is None or faults:
        raise RulesError.of(faults)
    return overlay


def validate(path: str | Path, tree: Tree | None = None) -> list[RuleFault]:
    """Every fault of a tree's folder, of one of its files, or of an overlay file; empty when all is well.

    An overlay is checked against the tree given, else against the packaged one.
    """
    place = Path(path)
    if place.is_dir():
        return sorted(build_folder(place).faults)
    content, faults = read_file(place)
    if faults:
        return faults
    if not isinstance(content, dict) or {"group", "parameter"} & set(content):
        return sorted(build_files([place]).faults)
    overlay, faults = _read(place)
    if overlay is not None:
        faults = (load() if tree is None else tree).overlay_faults(overlay)
    return sorted(faults)


def _read(path: Path) -> tuple[Overlay | None, list[RuleFault]]:
    content, faults = read_file(path)
    return (None, faults) if faults else _overlay(content, path.name)


def _overlay(content: Any, name: str) -> tuple[Overlay | None, list[RuleFault]]:
    """The overlay that the content of a file describes, or its faults."""
    if not isinstance(content, dict):
        return None, [RuleFault(name, "", "should be a mapping with name, reference and values")]
    file, faults = checked(OverlayFile, content, name, "overlay")
    if file is None:
        return None, faults
    if not file.values:
        return None, [RuleFault(name, "values", "is empty; lay at least one value")]
    if wrong := NAME.why_not(file.name):
        return None, [RuleFault(name, "name", f"holds {wrong}")]
    entries = [entry for key, cell in file.values.items() for entry in _entries(name, key, cell, faults)]
    consultation = _consultation(name, file.consultation, faults)
    if faults:
        return None, faults
    about = (file.reason, file.effect, consultation)
    return Overlay(file.name, file.reference, tuple(entries), file.description, name, *about), []


def _consultation(file: str, entry: ConsultationEntry, faults: list[RuleFault]) -> Consultation:
    day = entry.date
    if day is not None and (type(day) is not date):
        faults.append(RuleFault(file, "consultation > date", "should be a day; write year-month-day"))
        day = None
    return Consultation(entry.body, day, entry.letter)


def _entries(file: str, path: str, cell: Any, faults: list[RuleFault]) -> list[tuple[str, date, Scalar]]:
    if not isinstance(cell, dict | list):
        return [(path, ALWAYS, cell)]
    if isinstance(cell, list) or not cell:
        faults.append(RuleFault(file, path, "should be one value, or {date: value}"))
        return []
    wrong = {day: message for day in cell if (message := why_no_day(day))}
    faults += [RuleFault(file, path, message) for message in wrong.values()]
    return [(path, day, value) for day, value in cell.items() if day not in wrong]
