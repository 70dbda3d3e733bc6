"""The rules in the browser: every parameter through time, two days side by side, the published tables."""
