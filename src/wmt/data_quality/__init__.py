"""Data quality: what in the records of a night is to be put right, by whom, and the points that hang on it.

Plain functions on the tables of a night. Every price is made of lines of the ledger: what the record earns
now, and what it would earn as each of the ways it may turn out to be.
"""
