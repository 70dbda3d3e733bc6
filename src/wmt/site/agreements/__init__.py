"""Agreements that units go by: which, from when until when, in force or in shadow."""
