"""Planning on the ledger's lines: the best way to share work again, and whether a unit is full.

Plain functions on tables: nothing here knows where facts come from, nor that there is a site.
"""
