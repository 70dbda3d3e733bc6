"""Pages about work that is not in the points: extra work on cases, beside the figures of units."""
