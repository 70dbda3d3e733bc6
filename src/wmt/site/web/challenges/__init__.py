"""Challenges on pages: saying that something is wrong, the answer, and the register of a unit."""
