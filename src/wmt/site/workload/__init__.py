"""Workload: the current figures in the database, and how a night gets there."""
