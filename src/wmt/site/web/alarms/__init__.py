"""Alarms of teams and PDUs: the page to choose a level, and what every page of a unit says of an alarm."""
