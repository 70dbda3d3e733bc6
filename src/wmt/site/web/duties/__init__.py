"""Pages of duties: one duty and what can be done, registers of units, and the notices of a person."""
