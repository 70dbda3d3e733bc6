"""Unusual changes: what changed between nights far more often than it did before and elsewhere.

Plain functions on two nights and on what was counted on the nights before. Each change is looked for in both
directions. What is found is a question to whoever leads the unit, and no judgement of anybody.
"""
