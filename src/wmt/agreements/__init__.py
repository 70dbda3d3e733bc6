"""Agreements: what a local agreement asks of workload, as a file of dated measures, states and duties.

Plain functions on the sums and lines of a night. A pack stands beside the measure: it reads figures that the
ledger made and never makes one of its own.
"""
