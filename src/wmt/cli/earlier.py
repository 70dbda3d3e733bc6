"""`wmt load-earlier`: extracts of days gone by into the history of the site."""

from pathlib import Path
from typing import Annotated

import typer

from wmt.cli import console
from wmt.cli.load_outcome import told_outcome
from wmt.cli.site_start import asker, set_up
from wmt.text import counted

Folder = Annotated[
    Path,
    typer.Argument(
        metavar="DIR", help="Holds a folder for each extract, named by its moment: tidy/, people/."
    ),
]


def load_earlier(folder: Folder) -> None:
    """Load many extracts of earlier days into the history, oldest first; what is shown stays as it is."""
    extracts = sorted(path for path in folder.absolute().iterdir() if (path / "tidy").is_dir())
    if not extracts:
        raise console.RefusedInput(f"{folder} holds no folder with an extract in tidy/; nothing was loaded")
    set_up()
    from django.conf import settings
    from django.db import DatabaseError

    from wmt.site.loads.earlier import load_earlier as load_all
    from wmt.site.start import database_words
    from wmt.site.workload.models import Load

    # a process of its own for each reading, as uploads have, would take half of the time
    settings.READ_APART = False
    try:
        with console.progress() as tell:
            done = load_all(extracts, asker(), tell)
    except DatabaseError as error:
        raise console.Failure(f"{database_words(error)}. The figures shown were not changed") from None
    for load in done:
        if load.state not in (Load.State.LOADED, Load.State.UNCHANGED):
            told_outcome(load)
    new = sum(load.state == Load.State.LOADED for load in done)
    console.out.print(f"{counted(new, 'earlier day')} loaded into the history")
