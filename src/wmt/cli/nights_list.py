"""`wmt nights list`: what is saved, and which of it is used."""

from typing import Any

from wmt.cli.console import out
from wmt.cli.files import print_json
from wmt.cli.nights_folder import Nights, home
from wmt.cli.options import Json
from wmt.cli.tables import TextColumn, table
from wmt.history.index import read_index
from wmt.nights import saved_nights
from wmt.nights.withdrawal import withdrawals, withdrawn_nights
from wmt.text import counted


def list_nights(nights: Nights = None, json: Json = False) -> None:
    """List saved data: source files, points rules, and which data is used for each day."""
    folder = home(nights)
    found = saved_nights(folder)
    days = [day for month in read_index(folder).months.values() for day in month.days.values()]
    standing = {day.night for day in days if day.night}
    away = {each.night: each for each in withdrawals(folder)}
    rows: list[dict[str, Any]] = [
        {
            "night": night.name,
            "as_at": night.manifest.as_at,
            "rules_date": night.manifest.rules_date,
            "revision": night.manifest.revision,
            "stands": night.name in standing,
            "forgotten": night.manifest.forgotten is not None,
            "sources": [source.name for source in night.manifest.sources],
            "withdrawn": away[night.name].words if night.name in away else None,
        }
        for night in (*found, *withdrawn_nights(folder))
    ]
    if json:
        print_json(rows)
        return
    columns = (
        TextColumn("data", "whole"), TextColumn("points rules", "whole"), TextColumn("notes", "text"),
        TextColumn("source files", "text"),
    )  # fmt: skip
    table(
        f"Saved data in {folder}",
        columns,
        [(row["night"], row["rules_date"], _about(row), ", ".join(row["sources"])) for row in rows],
    )
    only_archived = len(days) - len(standing)
    out.print(f"{counted(len(rows), 'load')} saved; {counted(only_archived, 'day')} with totals only")


def _about(row: dict[str, Any]) -> str:
    words = ["a correction"] if row["revision"] else []
    if row["withdrawn"]:
        return str(row["withdrawn"])
    words += [] if row["stands"] else ["not used for its day"]
    return ", ".join([*words, *(["personal data removed"] if row["forgotten"] else [])])
