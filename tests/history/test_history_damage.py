"""Damage of a history is told in words, and mended to the same bytes.

WMT_SOAK=1 damages 120 histories instead of 12.
"""

import json
import os
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path

import pytest
from history_folders import ONE, archived, files_of, write_night

from wmt.history import HistoryError, compact, longest_spells, open_history
from wmt.history.archive import keep
from wmt.history.check import check_history
from wmt.history.index import read_index
from wmt.history.links import confirm, read_links, said_links
from wmt.history.sealed import read_sealed, sealed
from wmt.nights import NightError


def test_damage_is_told_with_its_remedy(tmp_path: Path) -> None:
    name = write_night(tmp_path, datetime(2026, 2, 1, 18), ONE)
    compact(tmp_path)
    month, index = tmp_path / "history/2026-02.parquet", tmp_path / "history/index.json"
    good, day = month.read_bytes(), date(2026, 2, 1)
    month.write_bytes(good[:-9] + b"#" * 9)
    assert [fault.what for fault in check_history(tmp_path)] == ["history/2026-02.parquet"]
    history = open_history(tmp_path)
    with pytest.raises(HistoryError, match=r"2026-02.parquet cannot be read.*wmt nights compact"):
        history.series("post", "A1:S1", day, day)
    with pytest.raises(HistoryError, match=r"2026-02.parquet cannot be read.*wmt nights compact"):
        history.below("nation", "nation", "region", day, day)
    month.unlink()
    with pytest.raises(HistoryError, match=r"2026-02.parquet cannot be read"):
        history.series("post", "A1:S1", day, day)
    assert compact(tmp_path).written == ("2026-02",)
    assert month.read_bytes() == good
    index.write_text("{")
    with pytest.raises(HistoryError, match=r"index.json is damaged; make it again with `wmt nights compact`"):
        open_history(tmp_path)
    assert check_history(tmp_path)
    compact(tmp_path)
    assert open_history(tmp_path).days == [day]
    index.write_text('{"format":"wmt-history/3 e1d3afc7479f","links":"","months":{}}')
    with pytest.raises(HistoryError, match="another version"):
        open_history(tmp_path)
    (tmp_path / name / "results/totals.parquet").write_bytes(b"no table")
    with pytest.raises(NightError, match=r"totals.parquet cannot be read"):
        compact(tmp_path)


def test_no_byte_of_a_sealed_file_changes_without_being_noticed(tmp_path: Path) -> None:
    """Also where JSON reads the same: blanks, another spelling of a letter, a field given twice."""
    path, content = tmp_path / "file.json", {"format": "one/1", "name": "Zoë", "of": [1, None, ""]}
    path.write_bytes(sealed(content))
    whole = path.read_bytes()
    assert read_sealed(path, b"none") == {**content, "checksum": whole[13:77].decode()}
    changed = [
        whole[:place] + bytes([byte ^ bit]) + whole[place + 1 :]
        for place, byte in enumerate(whole)
        for bit in (1, 2, 32)
    ]
    changed += [whole[:place] for place in range(len(whole))]
    changed += [whole + b"\n", whole.replace(b":", b": "), whole.replace(b"f", b"\\u0066")]
    changed += [whole.replace(b'"name":', b'"name":"","name":'), whole.upper()]
    for bad in changed:
        path.write_bytes(bad)
        with pytest.raises(ValueError, match="not as it was written"):
            read_sealed(path, b"none")


@pytest.mark.parametrize(
    ("name", "read", "good", "bad"),
    [
        # a field that may be left out, a day that may be another, a link that says something else
        ("index.json", read_index, b'"revision"', b'"Vevision"'),
        ("index.json", read_index, b'"2026-02-01":{', b'"2076-02-01":{'),
        ("links.json", read_links, b'"named":["2026-02-01"]', b'"named":["2026-02-02"]'),
        ("confirmed.json", said_links, b"A1:S9", b"A1:S8"),
    ],
)
def test_what_would_still_be_read_is_damage_too(
    tmp_path: Path, name: str, read: Callable[[Path], object], good: bytes, bad: bytes
) -> None:
    write_night(tmp_path, datetime(2026, 2, 1, 18), ONE)
    confirm(tmp_path, [("A1:S1", "A1:S9", date(2026, 2, 2))])
    compact(tmp_path)
    path, whole = tmp_path / "history" / name, (tmp_path / "history" / name).read_bytes()
    assert good in whole
    path.write_bytes(whole.replace(good, bad))
    with pytest.raises(HistoryError, match=f"{name} is damaged"):
        read(tmp_path)
    assert check_history(tmp_path)
    if name != "confirmed.json":  # what people said can only be brought back
        compact(tmp_path)
        assert path.read_bytes() == whole
        assert check_history(tmp_path) == []


def test_links_of_an_earlier_program_are_taken_over(tmp_path: Path) -> None:
    """They had no checksum; what names said before they were forgotten is in them alone."""
    write_night(tmp_path, datetime(2026, 2, 1, 18), ONE)
    said = [("A1:S1", "A1:S9", date(2026, 2, 2))]
    confirm(tmp_path, said)
    compact(tmp_path)
    now = files_of(tmp_path)
    for name, part in (("links.json", None), ("confirmed.json", "confirmed")):
        content = json.loads(now[name])
        del content["checksum"]
        kept = content[part] if part else content
        (tmp_path / "history" / name).write_text(json.dumps(kept, separators=(",", ":")))
    assert said_links(tmp_path) == said
    assert read_links(tmp_path).frame.is_empty()
    compact(tmp_path)
    assert files_of(tmp_path)["links.json"] == now["links.json"]


def test_a_damaged_index_of_nothing_is_mended(tmp_path: Path) -> None:
    index = tmp_path / "history/index.json"
    index.parent.mkdir()
    index.write_text("{")
    assert check_history(tmp_path)
    compact(tmp_path)
    assert check_history(tmp_path) == []


@pytest.mark.parametrize("seed", range(120 if os.environ.get("WMT_SOAK") == "1" else 12))
def test_a_damaged_history_is_never_a_crash_and_is_mended(tmp_path: Path, seed: int) -> None:
    """Bytes that are changed, cut off or lost, in each of the files: read in words, and made again."""
    for day in (1, 2, 28):
        write_night(tmp_path, datetime(2026, 2, day, 18), ONE)
    keep(tmp_path, archived(date(2026, 2, 3), 7))
    compact(tmp_path)
    before, chance = files_of(tmp_path), random.Random(seed)
    name = ("2026-02.parquet", "2026-02.wide.parquet", "index.json", "links.json")[seed % 4]
    path = tmp_path / "history" / name
    content = bytearray(before[name])
    if seed % 5 == 0:
        content = content[: chance.randrange(len(content))]
    else:
        for _ in range(chance.choice((1, 8, 60))):
            content[chance.randrange(len(content))] ^= chance.randrange(1, 256)
    path.write_bytes(content)
    with suppress(HistoryError):  # in words; anything else is a fault
        history = open_history(tmp_path)
        history.series("post", "A1:S1", date(2026, 2, 1), date(2026, 2, 28))
        history.below("nation", "nation", "post", date(2026, 2, 1), date(2026, 2, 28))
        longest_spells(history, 0, "post")
        assert history.links.frame.is_empty()
    assert check_history(tmp_path)
    assert compact(tmp_path, every_byte=True).lost == ()
    assert files_of(tmp_path) == before
    assert check_history(tmp_path) == []


def test_a_month_with_the_stamp_of_the_former_one_is_read_anew(tmp_path: Path) -> None:
    """Stamp and number of a file may come again; the index knows that the month is another."""
    month, former, day = tmp_path / "history/2026-02.parquet", tmp_path / "former", date(2026, 2, 1)

    def shown(points: int, revision: int) -> list[tuple[date, int]]:
        write_night(tmp_path, datetime(2026, 2, 1, 18), {("A1", "S1"): (points, 100_000, "PO")}, revision)
        compact(tmp_path)
        if former.is_file():
            was = former.stat()
            former.write_bytes(month.read_bytes())
            os.utime(former, ns=(was.st_atime_ns, was.st_mtime_ns))
            former.replace(month)
        history = open_history(tmp_path)
        return history.series("post", "A1:S1", day, day, columns=("day", "points_x100")).rows()

    assert shown(100_000, 0) == [(day, 100_000)]
    former.hardlink_to(month)
    assert shown(100_100, 1) == [(day, 100_100)]
