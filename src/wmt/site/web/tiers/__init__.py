"""A calculator of tiers for everybody: nothing about a person is asked for, and nothing entered is kept."""
