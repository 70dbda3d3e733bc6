"""Pages about agreements that units go by."""
