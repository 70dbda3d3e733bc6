"""`wmt recompute`: a night must give the same bytes again."""

from pathlib import Path
from typing import Annotated

import typer

from wmt.cli import console
from wmt.cli.files import print_json
from wmt.cli.options import Json
from wmt.nights import open_night
from wmt.nights.recompute import recompute as recompute_night
from wmt.text import counted

NightPath = Annotated[Path, typer.Argument(metavar="NIGHT", help="A folder of saved data.")]


def recompute(night: NightPath, json: Json = False) -> int:
    """Recalculate saved data from its own folder and compare every byte."""
    found = recompute_night(open_night(night))
    if json:
        print_json({"same": found.same, "damaged": found.damaged, "differing": found.differing})
    for name in found.damaged:
        console.complain(f"{night / name} was changed, lost or added after it was saved")
    for name in found.differing:
        console.complain(
            f"{night / name} gives another result when it is recalculated from its facts and rules"
        )
    if found.files == 0:
        console.complain("facts or rules are not whole, so nothing was recalculated")
    if found.same and not json:
        console.out.print(f"{night}: {counted(found.files, 'result file')}, the same bytes again")
    return 0 if found.same else 1
