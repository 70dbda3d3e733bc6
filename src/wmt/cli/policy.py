"""`wmt policy`: what this installation has decided, such as limits, retention and who reads what."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from wmt import policy
from wmt.cli import rules
from wmt.cli.console import RefusedInput, out
from wmt.cli.files import print_json
from wmt.cli.options import Json, parse_day
from wmt.days import written

app = typer.Typer(help="Show and check the policies of this installation.", no_args_is_help=True)

Day = Annotated[
    date | None, typer.Option("--on", parser=parse_day, metavar="DAY", help="A day; without it, today.")
]


@app.command()
def show(policy_path: rules.AnyPrefix = "", on: Day = None, json: Json = False) -> None:
    """Show the policies in force on a day, with WMT_HOME/policy.yaml laid over those of the program."""
    day = on or date.today()
    from wmt.site.config import HOME_POLICY, home_of

    path = home_of() / HOME_POLICY
    in_force = policy.at(day, [policy.load_file(path)] if path.exists() else [])
    found = [rules.row_of(value) for value in in_force if rules.is_named(value.path, policy_path)]
    if not found:
        policy.load().parameter(policy_path)  # raises with the likeliest names
        raise RefusedInput(f"no policy that begins with '{policy_path}' is in force on {written(day)}")
    if json:
        print_json(found)
        return
    rules.show_values(f"Policies in force on {written(day)}", found)


@app.command()
def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="A file of policies.")]) -> None:
    """Check a file before it is laid in WMT_HOME as policy.yaml; name every fault with its remedy."""
    found = policy.load_file(file)
    out.print(f"no faults; it sets {', '.join(found.paths)}", markup=False)
