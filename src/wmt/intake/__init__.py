"""Intake: files in, validated facts or named faults out. Nothing is ever half read."""

from wmt.intake.model import Fault, Import, SetAside, SheetCount, Source
from wmt.intake.read import read

__all__ = ["Fault", "Import", "SetAside", "SheetCount", "Source", "read"]
