"""`wmt`: the commands, and the one place where errors become words and exit codes."""

import os
import sys
from typing import NoReturn

import typer

import wmt
from wmt.cli.commands import Root
from wmt.cli.console import HeldNight, complain
from wmt.errors import NotNowError, RefusalError
from wmt.private_files import keep_private

DONE, FAILURE, REFUSED, HELD = 0, 1, 2, 3

app = typer.Typer(
    name="wmt",
    cls=Root,
    help="Measure workload in probation, and show how every figure is made.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def about(version: bool = typer.Option(False, "--version", help="Print the version and stop.")) -> None:
    """Measure workload in probation, and show how every figure is made."""
    if version:
        typer.echo(f"wmt {wmt.__version__}")
        raise typer.Exit


def run() -> NoReturn:
    """Run the command line.

    Exit code 0 done, 1 failure, 2 refused input or a command that makes no sense, 3 a night that is held for
    a person's decision.
    """
    keep_private()  # whatever a command writes has names and figures in it
    code = _outcome()
    try:
        sys.stdout.flush()
    except OSError:
        # what could not be written is said already; Python would try again while it ends, and complain
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    sys.exit(code)


def _outcome() -> int:
    try:
        outcome = app(standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        if not str(error):
            return REFUSED  # help was shown, because no command was given
        complain(f"{error.format_message() if isinstance(error, typer.BadParameter) else error}; see --help")
        return REFUSED
    except (typer.Abort, KeyboardInterrupt):
        complain("stopped; nothing was changed")
        return FAILURE
    except HeldNight as held:
        complain(str(held))
        return HELD
    except RefusalError as refusal:
        if str(refusal):
            complain(str(refusal))
        return REFUSED
    except NotNowError as error:
        complain(str(error))
        return FAILURE
    except BrokenPipeError:
        return DONE
    except OSError as error:
        where = f"{error.filename}: {error.strerror}" if error.filename else error.strerror or error
        complain(f"{where}. Nothing was changed")
        return FAILURE
    except Exception as error:
        if os.environ.get("WMT_DEBUG"):
            raise
        complain(
            f"a fault of this program ({type(error).__name__}: {error}). Nothing was changed. "
            "Run again with WMT_DEBUG=1 for the details that a report of it needs"
        )
        return FAILURE
    return outcome if isinstance(outcome, int) else DONE
