"""Priority levels of PDUs (green, amber, red): what was set, from when until when, by whom and why."""
