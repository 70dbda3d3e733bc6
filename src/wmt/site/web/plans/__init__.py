"""Pages of plans: those of a unit, one with what it would come to, and their files."""
