"""The policies of this installation: what comes with the program, and `WMT_HOME/policy.yaml` laid over it."""

import logging
from datetime import date
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from wmt import policy, rules
from wmt.site.clock import calendar_day

log = logging.getLogger(__name__)
#: The last file that could be read, by its path: a slip while it is edited must not stop the site.
_last_good: dict[Path, tuple[rules.Overlay, ...]] = {}


def policies(day: date | None = None) -> rules.RuleSet:
    """The policies in force on a day; without one, today. A file that has changed is read again at once.

    Raises RulesError where the installation's file cannot be used and no earlier state of it is known.
    """
    path = settings.CONFIG.policy
    try:
        stamp = path.stat().st_mtime_ns
    except FileNotFoundError:
        stamp = 0
    return _in_force(path, stamp, day or calendar_day())


@lru_cache(maxsize=32)
def _in_force(path: Path, stamp: int, day: date) -> rules.RuleSet:
    if not stamp:
        return policy.at(day)
    try:
        _last_good[path] = (policy.load_file(path),)
    except rules.RulesError as error:
        if path not in _last_good:
            raise
        log.error("the policies stay as they were, because the file has faults: %s", error)
    return policy.at(day, _last_good[path])
