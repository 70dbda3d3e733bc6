"""Intake: files in, validated facts or named faults out. Nothing is ever half read."""

from wmt.intake.limits import InputLimits
from wmt.intake.model import Import, InputFault, InputFile, SetAside, SheetCount
from wmt.intake.people_files import read_people_tables
from wmt.intake.people_model import People
from wmt.intake.read import read
from wmt.intake.subprocess_reader import read_apart, read_people_apart

__all__ = [
    "Import", "InputFault", "InputFile", "InputLimits", "People", "SetAside", "SheetCount", "read",
    "read_apart", "read_people_apart", "read_people_tables",
]  # fmt: skip
