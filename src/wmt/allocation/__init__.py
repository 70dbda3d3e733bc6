"""Allocation: who could hold a case, and what it would do to them. Figures are the ledger's own lines."""
