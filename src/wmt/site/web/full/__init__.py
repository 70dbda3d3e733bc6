"""Pages on whether a unit is full: its room by kind of case, its certificate, a sentence for the actions."""
