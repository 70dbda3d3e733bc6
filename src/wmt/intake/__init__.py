"""Intake: files in, validated facts or named faults out. Nothing is ever half read."""

from wmt.intake.model import Fault, Import, SetAside, SheetCount, Source
from wmt.intake.people_files import read_people_tables
from wmt.intake.people_model import People
from wmt.intake.read import read

__all__ = [
    "Fault",
    "Import",
    "People",
    "SetAside",
    "SheetCount",
    "Source",
    "read",
    "read_people_tables",
]
