"""Mutated workbooks: nothing crashes, and what is accepted says what an independent reader finds in it.

60 seeds in every run; 1,000 with WMT_SOAK=1.
"""

import io
import os
import random
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from intake_books import Book, Draft, ordinary_book
from intake_slow_reader import active_cases, can_open

from wmt.facts import Facts, kinds
from wmt.intake import Import, read
from wmt.intake.remedies import REMEDIES

SOAK = os.environ.get("WMT_SOAK") == "1"
SEEDS = range(1000 if SOAK else 60)
pytestmark = [pytest.mark.soak] if SOAK else []

VALUES = [
    None, "", " ", "\xa0", "12", "1 2", "x", "N/A", "#N/A",
    "#REF!", "=1+1", '=""', 0, 1, 3, 250, -1, 0.5,
    2.0, 1e15, 1e300, True, False, datetime(2024, 6, 14), datetime(9999, 12, 31), datetime(1900, 1, 1),
    "N01AAA", "n01aaa", "N01A001", "Community", "License", "Moon", "W", "N", "17", "99", "A" * 40000,
    "line\r\nbreak", "𝔘nicode", "'", "<v>&amp;</v>", "_x000D_",
]  # fmt: skip
HEADERS = [
    "",
    " ",
    "Team_Code",
    "OM_Key",
    "CommTierA1",
    "CommTierA1S",
    "CommTierE",
    "CommTier",
    "Comm-TierA1",
    "Mood",
    "V-CRN_Count",
    7,
    True,
    "#N/A",
]

SOUND = "sound.xlsx"
Draw = random.Random
Change = Callable[[Book, Draw], None]


def some_sheet(book: Book, draw: Draw) -> Draft:
    """Any sheet, the ones that count three times as often."""
    names = list(book.sheets)
    return book[
        draw.choice([*names, *(name for name in names if name.startswith("WMT_Extract")), *names[:2]])
    ]


def set_cell(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    if draft.rows:
        draw.choice(draft.rows)[draw.choice(draft.headers)] = draw.choice(VALUES)


def set_cells_of_a_column(book: Book, draw: Draw) -> None:
    draft, value = some_sheet(book, draw), draw.choice(VALUES)
    header = draw.choice(draft.headers)
    for row in draft.rows:
        row[header] = value


def change_header(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    draft.rename(draw.choice(draft.headers), draw.choice(HEADERS))


def spoil_header(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    old = draw.choice(draft.headers)
    draft.rename(
        old,
        draw.choice(
            [f"{old}\r\n", f" {old}", str(old).upper(), str(old).replace("_", " "), f"{old}2", f"-{old}"]
        ),
    )


def drop_column(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    draft.drop(draw.choice(draft.headers))


def move_column(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    header = draft.headers.pop(draw.randrange(len(draft.headers)))
    draft.headers.insert(draw.randrange(len(draft.headers) + 1), header)


def swap_headers(book: Book, draw: Draw) -> None:
    """The cells stay where they are and two names change places."""
    draft = some_sheet(book, draw)
    one, other = draw.choice(draft.headers), draw.choice(draft.headers)
    for row in draft.rows:
        row[one], row[other] = row.get(other), row.get(one)


def repeat_row(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    if draft.rows:
        draft.rows.insert(draw.randrange(len(draft.rows) + 1), dict(draw.choice(draft.rows)))


def drop_row(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    if draft.rows:
        draft.rows.pop(draw.randrange(len(draft.rows)))


def empty_row(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    draft.rows.insert(draw.randrange(len(draft.rows) + 1), {})


def lose_keys(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    if draft.rows:
        draw.choice(draft.rows).update({draw.choice(["Team_Code", "OM_Key"]): draw.choice([None, " "])})


def drop_sheet(book: Book, draw: Draw) -> None:
    book.sheets.pop(draw.choice(list(book.sheets)))


def rename_sheet(book: Book, draw: Draw) -> None:
    draft = some_sheet(book, draw)
    draft.name = draw.choice(
        [f"{draft.name} ", draft.name.upper(), f"{draft.name}_old", "Notes", draft.name.replace("_", "-_")]
    )


def exchange_sheets(book: Book, draw: Draw) -> None:
    one, other = some_sheet(book, draw), some_sheet(book, draw)
    one.name, other.name = other.name, one.name


CHANGES: list[Change] = [
    *[set_cell] * 8, *[lose_keys, repeat_row, spoil_header] * 2, set_cells_of_a_column, change_header,
    drop_column, move_column, swap_headers, drop_row, empty_row, drop_sheet, rename_sheet, exchange_sheets,
]  # fmt: skip


def damaged(data: bytes, draw: Draw) -> bytes:
    """The bytes of the file after an accident: cut, overwritten, a part lost or spoiled."""
    kind = draw.randrange(5)
    if kind == 0:
        return data[: draw.randrange(len(data))]
    if kind == 1:
        start = draw.randrange(len(data))
        return (
            data[:start]
            + bytes(draw.randrange(256) for _ in range(draw.randrange(1, 40)))
            + data[start + 20 :]
        )
    if kind == 2:
        return data + draw.randbytes(draw.randrange(1, 200))
    return spoiled_part(data, draw, lose=kind == 3)


def spoiled_part(data: bytes, draw: Draw, *, lose: bool) -> bytes:
    """The zip with one part left out, or with its text cut and patched."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        victim = draw.choice(old.namelist())
        for name in old.namelist():
            content = old.read(name)
            if name == victim and lose:
                continue
            if name == victim:
                at = draw.randrange(len(content))
                content = (
                    content[:at]
                    + draw.choice([b"", b"<", b"&", b"0", b"\x00", b'"'])
                    + content[at + draw.randrange(3) :]
                )
            new.writestr(name, content)
    return out.getvalue()


def mutated(seed: int, folder: Path) -> Path:
    """A mutated workbook, every fourth with its bytes damaged."""
    draw = random.Random(seed)
    book = ordinary_book(draw.choice(["L2024", "L2024", "L2023", "L2021"]))
    hurt = draw.random() < 0.25
    for _ in range(0 if hurt else draw.randrange(1, 4)):
        if book.sheets:
            draw.choice(CHANGES)(book, draw)
    sound = book.write(folder / SOUND)
    path = folder / "extract.xlsx"
    path.write_bytes(damaged(sound.read_bytes(), draw) if hurt else sound.read_bytes())
    return path


def active_of(facts: Facts) -> dict[tuple[str, str], int]:
    """Active standard cases of every post that has any."""
    numbers = [
        kind.kind_no
        for kind in kinds(facts.tier_scheme)
        if (kind.stream, kind.status) == ("standard", "active")
    ]
    counted = (
        facts.caseload.filter(pl.col("kind_no").is_in(numbers)).group_by("post_no").agg(pl.col("cases").sum())
    )
    named = counted.join(facts.post.select("post_no", "team_code", "staff_code"), on="post_no")
    return {(row["team_code"], row["staff_code"]): row["cases"] for row in named.iter_rows(named=True)}


def check(result: Import, path: Path) -> str:
    """Refused with a reason, or accepted with the cases that the slow reader finds. Says which."""
    for fault in result.faults:
        assert fault.message.endswith(REMEDIES[fault.code])
    if not result.accepted:
        assert any(fault.severity == "refuse" for fault in result.faults)
        assert result.facts is None
        return "refused"
    assert result.facts is not None
    assert not [fault for fault in result.faults if fault.severity == "refuse" and not fault.posts]
    # One part was hurt. If that is where openpyxl gives up, no cell was, and the sound file tells the cases.
    found = active_cases(path if can_open(path) else path.with_name(SOUND))
    for aside in result.set_aside:
        found.pop((aside.team_code, aside.staff_code), None)
    assert active_of(result.facts) == {post: cases for post, cases in found.items() if cases}
    posts = set(result.facts.post.select("team_code", "staff_code").iter_rows())
    assert set(found) <= posts
    return "accepted"


@pytest.mark.parametrize("seed", SEEDS)
def test_a_mutated_workbook_is_refused_or_read_as_it_stands(seed: int, tmp_path: Path) -> None:
    path = mutated(seed, tmp_path)
    assert check(read([path]), path) in ("refused", "accepted")


def test_the_mutations_are_both_refused_and_accepted(tmp_path: Path) -> None:
    """A suite that only ever refuses proves nothing."""
    outcomes = [read([mutated(seed, tmp_path)]).accepted for seed in range(20)]
    assert 4 < sum(outcomes) < 16
