"""How many examples a test tries: all of them in a soak, a seeded part of them every time."""

import os

SOAK = os.environ.get("WMT_SOAK") == "1"


def examples(whole: int) -> int:
    """A third of what the soak tries, at least one."""
    return whole if SOAK else max(1, whole // 3)
