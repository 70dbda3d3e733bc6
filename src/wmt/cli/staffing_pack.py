"""`wmt pack UNIT --staffing`: the staffing pack of a unit in the site of this home."""

from pathlib import Path
from typing import TYPE_CHECKING

from wmt.cli import console, files, pack_tables, unit_codes
from wmt.cli.people import site

if TYPE_CHECKING:
    from wmt.site.queries.staffing_pack import StaffingPack


def make(code: str, level: str | None, out_folder: Path | None, *, json: bool) -> None:
    """Tells the pack, or writes its tables to a folder as an Excel file, a sheet each."""
    with site():
        made = _pack(code, level)
    sheets = {name: pack_tables.rows(table) for name, table in made.tables.items()}
    if out_folder is not None:
        unit = made.unit
        place = unit.level if unit.level == "nation" else f"{unit.level}-{unit.code}"
        words = pack_tables.file_words(f"{place}-{made.state.day}")
        path = out_folder / f"wmt-staffing-pack-{words}.xlsx"
        files.write_out(path, {"notes": [{"note": said} for said in made.words.values() if said], **sheets})
        if not json:
            console.out.print(f"Written to {path}", markup=False, soft_wrap=True)
    if json:
        unit = made.unit
        told = {"level": unit.level, "code": unit.code, "name": unit.name, "day": made.state.day}
        files.print_json({**told, "words": made.words, **sheets})
    elif out_folder is None:
        _tell(made)


def _pack(code: str, level: str | None) -> "StaffingPack":
    from wmt.cli.allocate import state_shown
    from wmt.site.queries import staffing_pack
    from wmt.staffing.rates import StaffingError

    state = state_shown()
    unit = unit_codes.unit_shown(state, code, level, staffing_pack.LEVELS, there="with a staffing pack")
    try:
        return staffing_pack.pack_of(state, unit)
    except StaffingError as fault:
        raise console.Failure(f"No number of people follows from the rules in force: {fault}") from None


def _tell(made: "StaffingPack") -> None:
    console.out.print(f"{made.unit.name}, {made.state.day:%-d %B %Y}", markup=False)
    for table in made.tables.values():
        pack_tables.tell(table)
    for said in made.words.values():
        console.out.print(said, markup=False, soft_wrap=True)
