"""`wmt rules beside`: a unit or a post under several rule books at once, and the lines behind each figure.

Other commands about rules start without the ledger, so what tells it is imported when it is asked for.
"""

from typing import Annotated

import typer

from wmt.cli import console, options, unit_codes

Post = Annotated[str | None, typer.Option("--post", metavar="TEAM:STAFF", help="A post instead of a unit.")]
Books = Annotated[
    list[str],
    typer.Option(
        "--beside",
        metavar="DAY|FILE|LEVEL|KEY",
        help="The rules of a day, with an overlay, at amber or red, or an agreement; up to four.",
    ),
]
_MOST = 4


def beside(
    paths: options.Paths,
    books: Books,
    unit: unit_codes.Unit = None,
    level: unit_codes.Level = None,
    post: Post = None,
    people: options.People = None,
    set_aside: options.SetAside = False,
    json: options.Json = False,
) -> None:
    """Show a unit or a post under several rule books at once, with the lines that figures are the sums of."""
    from wmt.cli import inputs, rule_books_told

    if len(books) > _MOST:
        raise console.RefusedInput(f"--beside: at most {_MOST} stand side by side")
    if post is not None and unit is not None:
        raise console.RefusedInput("give --post or --unit, not both")
    unit_codes.check_level(level)
    opened = inputs.open_input(paths, people=people, set_aside=set_aside, as_json=json)
    rule_books_told.tell(opened, books, unit, level, post, json=json)
