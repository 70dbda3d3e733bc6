"""Tiering: how a case gets its tier, by the dated rules of each scheme, with every point and the reasons.

Plain functions on tables: `calculate.tiers` for many cases at once, `explain.explained` for each in words.
Nothing here reads today's date: every case says as of which day it is meant.
"""
