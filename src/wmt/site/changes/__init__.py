"""Changes: what people enter is checked, saved and written down, and the figures shown move with it."""
