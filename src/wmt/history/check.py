"""The history against the folders it was made from: every month must come out as it lies there."""

from pathlib import Path

from wmt.history import months
from wmt.history.compaction_losses import lost_parts
from wmt.history.index import HistoryError, Index, folder_of, month_path, read_index
from wmt.history.links import FILE, links_bytes
from wmt.history.wide_months import wide_bytes, wide_path
from wmt.nights import NightError
from wmt.nights.folder import sha256
from wmt.nights.verify import NightFault

REMEDY = "Make it again with `wmt nights compact`"


def check_history(nights: Path) -> list[NightFault]:
    """What of the history does not follow from the nights and archives."""
    try:
        wanted, index = months.wanted_months(nights), read_index(nights)
    except HistoryError as error:
        return [NightFault("history/index.json", str(error), REMEDY)]
    except NightError:
        return []  # a night that is damaged is told of by itself
    faults = []
    for month in sorted({*wanted, *index.months}):
        name, had, parts = f"history/{month}.parquet", index.months.get(month), wanted.get(month)
        lost = lost_parts(nights, month, had, parts.nights if parts else {}, parts.archive if parts else None)
        if lost:
            faults += [NightFault(each.name, each.what, each.remedy) for each in lost]
            continue
        if had is None or parts is None:
            faults.append(NightFault(name, "the index and the saved data do not agree about it", REMEDY))
            continue
        if dict(had.nights) != dict(parts.nights) or had.archive != parts.archive:
            faults.append(NightFault(name, "it was made from other saved data than is there now", REMEDY))
            continue
        try:
            frame, days = months.month_figures(nights, month, parts)
        except NightError:
            continue
        expected = {
            month_path(nights, month): months.month_bytes(frame),
            wide_path(nights, month): wide_bytes(frame),
        }
        same = all(path.is_file() and path.read_bytes() == content for path, content in expected.items())
        if not same or dict(had.days) != days:
            faults.append(NightFault(name, "it does not follow from the saved data", REMEDY))
    return faults or _of_links(nights, index)


def _of_links(nights: Path, index: Index) -> list[NightFault]:
    """Whether the links follow from the months, and are those of the index."""
    name, path = f"history/{FILE}", folder_of(nights) / FILE
    try:
        expected = links_bytes(nights, index)
    except HistoryError as error:
        return [NightFault(name, str(error), REMEDY)]
    had = (path.read_bytes(), sha256(path)) if path.is_file() else (b"", "")
    return (
        []
        if had == (expected, index.links)
        else [NightFault(name, "it does not follow from the months", REMEDY)]
    )
