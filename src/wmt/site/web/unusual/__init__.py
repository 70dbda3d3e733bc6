"""Unusual changes on pages: those of a unit, and each with its answer."""
