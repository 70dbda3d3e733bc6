"""Pages of loads: what was loaded, what was wrong with it, and loading more."""
