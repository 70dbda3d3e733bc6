"""A home is a demonstration from its making or never: invented and real data cannot meet in one.

The file `demonstration` in the home says that it is one, and holds the checksum of every extract that it took
in; an extract is taken in only where `wmt nation` wrote it.
"""

import json
import logging
from pathlib import Path

from django.conf import settings

from wmt import nights
from wmt.demo.detect import is_invented
from wmt.nights.folder import saved_nights
from wmt.nights.fsync import replace_file
from wmt.site.workload.models import Load

log = logging.getLogger(__name__)

_NOTE = "This home is a demonstration: it holds invented people only, and takes in nothing else."


class MixedError(nights.NightError):
    """What was invented would meet what is real; the message says why and what to do."""


def mark_of(home: Path) -> Path:
    return home / "demonstration"


def check_home() -> None:
    """Makes a home that is empty a demonstration, where that is asked for. Raises MixedError."""
    config = settings.CONFIG
    is_marked = mark_of(config.home).is_file()
    if is_marked and not config.demo:
        raise MixedError(
            f"{config.home} was made as a demonstration, with invented people who need no password: set "
            "WMT_DEMO=1 to show it, or choose another folder for WMT_HOME"
        )
    if not config.demo:
        return
    if not is_marked:
        _make()
    for night in saved_nights(config.nights):
        check_night(night)


def check_night(night: nights.Night) -> None:
    """Nothing where this is no demonstration, or took the night in itself. Raises MixedError."""
    if settings.CONFIG.demo and night.manifest.inputs not in _taken():
        raise MixedError(
            f"the night {night.name} was not loaded by this demonstration: take its folder out of "
            f"{settings.CONFIG.nights}, or leave WMT_DEMO out and choose another WMT_HOME"
        )


def _make() -> None:
    home = settings.CONFIG.home
    if saved_nights(settings.CONFIG.nights) or Load.objects.exists():
        raise MixedError(
            f"{home} was not made as a demonstration, so it cannot become one: leave WMT_DEMO out, or choose "
            "another folder for WMT_HOME (and another WMT_DATABASE_URL, where there is one)"
        )
    _write([])


def admit(order: nights.Order) -> None:
    """Lets an extract in where it is invented and this is a demonstration, or neither. Raises NightError.

    Invented figures in a home that is no demonstration are let in, for trying it out, and the log says so.
    """
    invented = is_invented(order.paths)
    if not settings.CONFIG.demo:
        if invented:
            log.warning("invented data of the demonstration were loaded into a home that is none")
        return
    if not invented:
        raise nights.NightError(
            "This site is a demonstration: it takes in only what `wmt nation` wrote, so that invented and "
            "real people never meet. Load this extract into another site: another WMT_HOME, no WMT_DEMO"
        )
    taken, checksum = _taken(), order.checksum()
    if checksum not in taken:
        _write([*taken, checksum])


def _taken() -> list[str]:
    try:
        found = json.loads(mark_of(settings.CONFIG.home).read_text(encoding="utf-8"))["taken"]
    except FileNotFoundError:
        return []
    except (ValueError, KeyError, TypeError):
        raise MixedError(f"{mark_of(settings.CONFIG.home)} is damaged: make the demonstration anew") from None
    return [str(each) for each in found]


def _write(taken: list[str]) -> None:
    content = json.dumps({"note": _NOTE, "taken": taken}, indent=1) + "\n"
    replace_file(mark_of(settings.CONFIG.home), content.encode())
