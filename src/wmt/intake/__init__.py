"""Intake: files in, validated facts or named faults out. Nothing is ever half read."""

from wmt.intake.apart import read_apart, read_people_apart
from wmt.intake.limits import Limits
from wmt.intake.model import Fault, Import, SetAside, SheetCount, Source
from wmt.intake.people_files import read_people_tables
from wmt.intake.people_model import People
from wmt.intake.read import read

__all__ = [
    "Fault",
    "Import",
    "Limits",
    "People",
    "SetAside",
    "SheetCount",
    "Source",
    "read",
    "read_apart",
    "read_people_apart",
    "read_people_tables",
]
