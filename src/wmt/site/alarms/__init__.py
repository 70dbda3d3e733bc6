"""Alarms of teams and PDUs that are likely to be over the threshold: levels chosen, and alarms raised."""
