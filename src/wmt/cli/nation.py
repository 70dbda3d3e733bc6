"""`wmt nation`: a demonstration nation to try everything on."""

from pathlib import Path
from typing import Annotated

import typer

from wmt.cli.console import Refusal, out, progress

Folder = Annotated[Path, typer.Argument(metavar="DIR", help="Where to write it; made when missing.")]
Scale = Annotated[float, typer.Option("--scale", min=0.01, max=10, help="1 is 8,000 posts, 250,000 cases.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed writes the same nation.")]
Nights = Annotated[int, typer.Option("--nights", min=1, max=400, help="Consecutive nights.")]
Formats = Annotated[
    list[str] | None, typer.Option("--format", help="workbook, tidy or people; repeatable. All by default.")
]
Faults = Annotated[bool, typer.Option("--faults", help="Plant data faults, recorded in truth.json.")]
Layout = Annotated[str, typer.Option("--layout", help="Layout of the workbook: L2021, L2023 or L2024.")]


def nation(
    folder: Folder,
    scale: Scale = 1.0,
    seed: Seed = 2026,
    nights: Nights = 1,
    formats: Formats = None,
    faults: Faults = False,
    layout: Layout = "L2024",
) -> None:
    """Write a synthetic England and Wales: invented people, real formats."""
    from wmt.demo import FORMATS, write_nation

    try:
        with progress() as tell:
            truth = write_nation(
                folder,
                scale=scale,
                seed=seed,
                nights=nights,
                formats=formats or FORMATS,
                faults=faults,
                layout=layout,
                progress=tell,
            )
    except ValueError as error:
        raise Refusal(str(error)) from None
    out.print(
        f"Written to {folder}: {truth.posts:,} posts, {truth.cases:,} cases, {len(truth.nights)} nights"
    )
