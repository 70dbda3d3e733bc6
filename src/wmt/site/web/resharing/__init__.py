"""Pages that find the best way to share the cases of a unit again, and put it into a plan."""
