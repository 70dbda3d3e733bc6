"""The links of a history on disk: found when nights are compacted, and those that people confirmed.

`links.json` is derived: each month's links are made again when the month, or the one before it, has changed.
It keeps on which days posts had names: what names said once stands when they are forgotten.
`confirmed.json` is what people said; it holds codes and days, and no names.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

from wmt.history import succession
from wmt.history.index import REMEDY, HistoryError, Index, folder_of, month_path
from wmt.history.nobody import own_policies, words_of_nobody
from wmt.history.sealed import read_sealed, sealed
from wmt.nights.fsync import replace_file

FILE, CONFIRMED_FILE = "links.json", "confirmed.json"
_FORMAT = "wmt-links/1"
#: Links that are not of a month.
_SAID = "confirmed"


def read_links(nights: Path) -> succession.Links:
    """The links of a folder of nights; none where none were found yet."""
    parts = _read(nights)
    rows = [row for part in parts.values() for row in part["links"]]
    return succession.Links(_frame(rows))


def update_links(nights: Path, index: Index) -> str:
    """Bring the links up to date with the months of an index; the checksum of the file, '' for no links.

    The caller holds the lock of the nights.
    """
    content = links_bytes(nights, index)
    path = folder_of(nights) / FILE
    if not content:
        # an index that was lost says nothing of months that are still there
        if not any(folder_of(nights).glob("????-??.parquet")):
            path.unlink(missing_ok=True)
        return ""
    if not path.is_file() or path.read_bytes() != content:
        replace_file(path, content)
    return hashlib.sha256(content).hexdigest()


def links_bytes(nights: Path, index: Index) -> bytes:
    """The file of the links as it should be. Empty where there are no months."""
    had: Mapping[str, Any] = {}
    with suppress(HistoryError):  # what is damaged is found again
        had = _read(nights)
    parts: dict[str, Any] = {}
    before, own = "", own_policies(nights)
    for month in sorted(index.months):
        words, _ = words_of_nobody(own, date.fromisoformat(f"{month}-01"))
        sums = [index.months[each].sha256 if each else "" for each in (month, before)]
        made_from = [*sums, hashlib.sha256(" ".join(sorted(words)).encode()).hexdigest()]
        part = had.get(month)
        if part is None or part["made_from"] != made_from:
            fresh = _part(nights, index, (before, month), part or {}, words)
            # a month that cannot be read keeps the links it had: it is told of elsewhere
            part = {**fresh, "made_from": made_from} if fresh else part
        if part is not None:
            parts[month] = part
        before = month
    if not parts:
        return b""
    said = said_links(nights)
    if said:
        found = pl.concat([_frame(part["links"]) for part in parts.values()])
        known = ["level", "code", "since"]
        more = _dated(nights, index, said).unique(known).join(found, on=known, how="anti")
        parts[_SAID] = {"made_from": [], "links": _rows(more.sort("since", "level", "code"))}
    return sealed({"format": _FORMAT, "parts": parts})


def _part(
    nights: Path, index: Index, months: tuple[str, str], had: Mapping[str, Any], words: Collection[str]
) -> dict[str, Any]:
    """The links of a month and the one before it, by what they were; empty where one cannot be read."""
    before, month = months
    try:
        posts = _posts(nights, month)
        last = max(index.months[before].days) if before else date.min
        former = _posts(nights, before, pl.col("day") == last) if before else posts.clear()
    except HistoryError:
        return {}
    frames = (former, posts)
    named = {f"{day}" for frame in frames for day in frame.filter(succession.NAMED)["day"].unique()}
    # of a day that was withdrawn nothing was forgotten: it is not there
    there = {f"{day}" for frame in frames for day in frame["day"].unique()}
    forgotten = (set(had.get("named", ())) - named) & there
    days = {date.fromisoformat(day) for day in forgotten}
    links = succession.found_links(posts, former, _frame(had.get("links", [])), days, words)
    return {"links": _rows(links), "named": sorted(named | forgotten)}


def _posts(nights: Path, month: str, wanted: pl.Expr | None = None) -> pl.DataFrame:
    path = month_path(nights, month)
    rows = pl.col("level") == "post"
    try:
        return (
            pl.scan_parquet(path)
            .filter(rows if wanted is None else rows & wanted)
            .select(succession.COLUMNS)
            .collect()
        )
    except (OSError, pl.exceptions.PolarsError) as error:
        raise HistoryError(f"{path} cannot be read ({type(error).__name__}); {REMEDY}") from error


# ---- what people said --------------------------------------------------------------------------------------


def said_links(nights: Path) -> list[tuple[str, str, date]]:
    """What people confirmed: the code of a post, its former one, and the day on which they said so."""
    path = folder_of(nights) / CONFIRMED_FILE
    try:
        found = read_sealed(path, b"[")
        rows = found if isinstance(found, list) else found[_SAID]
        return sorted((row["code"], row["former_code"], date.fromisoformat(row["on"])) for row in rows)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise HistoryError(f"{path} is damaged; bring it back from a copy, or remove it") from error


def confirm(nights: Path, links: Iterable[tuple[str, str, date]]) -> None:
    """Keep that posts go on under other codes. The next compaction takes it up.

    The caller holds the lock of the nights.
    """
    had = said_links(nights)
    found = sorted({*had, *links})
    if found == had:
        return
    rows = [{"code": code, "former_code": former, "on": on.isoformat()} for code, former, on in found]
    replace_file(folder_of(nights) / CONFIRMED_FILE, sealed({_SAID: rows}))


def _dated(nights: Path, index: Index, said: Iterable[tuple[str, str, date]]) -> pl.DataFrame:
    """What was said with its day: the first of the new post without the former one."""
    codes = {code for new, former, _ in said for code in (new, former)}
    wanted = pl.col("code").is_in(sorted(codes))
    frames = []
    for month in index.months:
        with suppress(HistoryError):
            frames.append(_posts(nights, month, wanted).select("code", "day"))
    days = pl.concat(frames).group_by("code").agg(pl.col("day").sort()) if frames else pl.DataFrame()
    of: Mapping[str, list[date]] = dict(days.iter_rows())
    rows = []
    for new, former, on in said:
        until = max((day for day in of.get(former, []) if day <= on), default=None)
        since = min((day for day in of.get(new, []) if until is not None and day > until), default=None)
        if until is None or since is None or any(until < day <= since for day in of[former]):
            continue
        rows.append(("post", new, former, since.isoformat(), succession.CONFIRMED))
        staff, had = (code.split(":", 1)[1] for code in (new, former))
        if staff != had:
            rows.append(("person", staff, had, since.isoformat(), succession.CONFIRMED))
    return _frame(rows)


# ---- the file ----------------------------------------------------------------------------------------------


def _read(nights: Path) -> Mapping[str, dict[str, Any]]:
    path = folder_of(nights) / FILE
    try:
        found = read_sealed(path, b'{"format":"wmt-links/1",')
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise HistoryError(f"{path} is damaged; {REMEDY}") from error
    parts: Mapping[str, dict[str, Any]] = found["parts"] if found.get("format") == _FORMAT else {}
    return parts


def _frame(rows: Iterable[Any]) -> pl.DataFrame:
    found = pl.DataFrame(list(rows), schema=dict.fromkeys(succession.LINK, pl.String), orient="row")
    return found.with_columns(pl.col("since").str.to_date())


def _rows(links: pl.DataFrame) -> list[list[str]]:
    return [
        [level, code, former, since.isoformat(), basis]
        for level, code, former, since, basis in links.iter_rows()
    ]
