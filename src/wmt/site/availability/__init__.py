"""Contracted hours, reductions and corrections of grade: what no extract holds and people enter."""
