"""`wmt nation`: a demonstration nation to try everything on."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wmt.cli import console
from wmt.text import counted

if TYPE_CHECKING:
    import polars as pl

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it; made when missing.")]
Scale = Annotated[float, typer.Option("--scale", min=0.01, max=10, help="1 is 8,000 posts, 250,000 cases.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed writes the same nation.")]
Nights = Annotated[int, typer.Option("--nights", min=1, max=400, help="Consecutive nights.")]
Earlier = Annotated[
    int, typer.Option("--earlier", min=0, max=400, help="Nights before the first, to DIR/earlier: tidy only.")
]
Formats = Annotated[
    list[str] | None, typer.Option("--format", help="workbook, tidy or people; repeatable. All by default.")
]
Faults = Annotated[bool, typer.Option("--faults", help="Plant data faults, recorded in truth.json.")]
Layout = Annotated[str, typer.Option("--layout", help="Layout of the workbook: L2021, L2023 or L2024.")]

PastDays = Annotated[
    int,
    typer.Option(
        "--past-days", min=0, max=2000, help="Also write daily figures of so many days before, to DIR/past."
    ),
]

Past = Annotated[
    str,
    typer.Option(
        "--past",
        help="How those days are made: 'stays' from the first night back, or 'events' night by night.",
    ),
]


def nation(
    folder: Folder,
    scale: Scale = 1.0,
    seed: Seed = 2026,
    nights: Nights = 1,
    earlier: Earlier = 0,
    formats: Formats = None,
    faults: Faults = False,
    layout: Layout = "L2024",
    past_days: PastDays = 0,
    past: Past = "stays",
) -> None:
    """Write a synthetic England and Wales: invented people, real formats."""
    from wmt.demo import FORMATS, write_nation

    if past not in ("stays", "events"):
        raise console.RefusedInput(f"--past {past}: choose stays or events")
    figures = _RolledFigures(folder / "past") if past == "events" and past_days else None
    try:
        with console.progress() as tell:
            truth = write_nation(
                folder,
                scale=scale,
                seed=seed,
                nights=nights,
                earlier=earlier,
                formats=formats or FORMATS,
                faults=faults,
                layout=layout,
                progress=tell,
                before=past_days if figures else 0,
                take=figures.take if figures else None,
            )
    except ValueError as error:
        raise console.RefusedInput(str(error)) from None
    if figures:
        figures.write()
        _tell_past(folder, past_days)
    elif past_days:
        # the folder of the earliest night
        found = [path for path in (folder / "earlier").glob("*") if (path / "tidy").is_dir()]
        _write_past(folder, min(found, default=folder / truth.nights[0].folder), past_days, seed)
    console.out.print(
        f"Written to {folder}: {counted(truth.posts, 'post')}, "
        f"{counted(truth.cases, 'case')}, "
        f"{counted(len(truth.nights), 'night')}"
    )


def _write_past(folder: Path, first: Path, days: int, seed: int) -> None:
    """Figures of the days before the first night, for `wmt nights import-archive`."""
    from wmt import rules
    from wmt.demo.past import write_past
    from wmt.intake import read
    from wmt.ledger import Ledger

    extract = first / "tidy" if (first / "tidy").is_dir() else first / "extract.xlsx"
    people = first / "people"
    with console.progress() as tell:
        taken = read([extract], people=people if people.is_dir() else None, names=True, set_aside=True)
        if taken.facts is None:
            raise console.RefusedInput(
                "the past is made from the first night, and this one has faults: leave --faults out"
            )
        ledger = Ledger(taken.facts, rules.load().at(taken.facts.day))
        write_past(folder / "past", ledger.totals(), ledger.lines(), taken.facts.day, days, seed, tell)
    _tell_past(folder, days)


def _tell_past(folder: Path, days: int) -> None:
    console.out.print(f"{counted(days, 'day')} before it in {folder / 'past'}")


class _RolledFigures:
    """Daily figures of nights that pass, measured as a load measures them: a file for each month."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._month: list[pl.DataFrame] = []

    def take(self, night: Path) -> None:
        """Add the figures of the night in a folder; a month that is over is written."""
        from wmt import rules
        from wmt.history.figures import FIGURE, shaped
        from wmt.intake import read
        from wmt.ledger import Ledger

        facts = read([night / "tidy"], people=night / "people", names=True).facts
        assert facts is not None  # what the nation writes without faults has none
        totals = Ledger(facts, rules.load().at(facts.day)).totals()
        figures = shaped(totals, facts.day, datetime.combine(facts.day, datetime.min.time()), "")
        if self._month and self._month[0]["day"][0].month != facts.day.month:
            self.write()
        self._month.append(figures.select(FIGURE.names()).cast(FIGURE))

    def write(self) -> None:
        """Write the month that has not been written yet."""
        if self._month:
            self.folder.mkdir(parents=True, exist_ok=True)
            path = self.folder / f"{self._month[0]['day'][0]:%Y-%m}.parquet"
            import polars as pl

            pl.concat(self._month).write_parquet(path, compression="zstd", compression_level=1)
            self._month = []
