"""Audit: who did what, when, as a sentence."""
