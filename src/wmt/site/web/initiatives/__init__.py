"""The register of initiatives: its list, one with its cost at every level, entering, withdrawing."""
