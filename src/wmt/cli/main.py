"""`wmt`: the commands, and the one place where errors become words and exit codes."""

import os
import sys
from typing import NoReturn

import typer

import wmt
from wmt.cli import (
    ask,
    check,
    compare,
    earlier,
    explain,
    load,
    loads,
    measure,
    missing,
    nation,
    nights,
    people,
    policy,
    recompute,
    retention,
    rules,
    site,
    tour,
    verify,
    withdraw,
)
from wmt.cli.console import Failure, HeldNight, RefusedInput, complain
from wmt.ledger import LedgerError
from wmt.nights import NightBusyError, NightError
from wmt.private_files import keep_private
from wmt.rules import RulesError

DONE, FAILURE, REFUSED, HELD = 0, 1, 2, 3

app = typer.Typer(
    name="wmt",
    help="Measure workload in probation, and show how every figure is made.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("nation")(nation.nation)
app.command("tour")(tour.tour)
app.command("check")(check.check)
app.command("measure")(measure.measure)
app.command("explain")(explain.explain)
app.command("compare")(compare.compare)
app.command("load")(load.load)
app.command("load-earlier")(earlier.load_earlier)
app.command("recompute")(recompute.recompute)
app.command("serve")(site.serve)
app.command("administrator")(site.administrator)
app.command("show-night")(site.show_night)
app.command("retention")(retention.retention)
app.command("verify-live")(verify.verify_live)
app.add_typer(people.app, name="people")
nights.app.command("accept-missing")(missing.accept)
nights.app.command("withdraw")(withdraw.withdraw)
nights.app.command("restore")(withdraw.restore)
app.add_typer(nights.app, name="nights")
app.add_typer(loads.app, name="loads")
app.add_typer(ask.app, name="ask")
app.add_typer(rules.app, name="rules")
app.add_typer(policy.app, name="policy")


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
    except RefusedInput as refusal:
        if str(refusal):
            complain(str(refusal))
        return REFUSED
    except HeldNight as held:
        complain(str(held))
        return HELD
    except (RulesError, LedgerError, NightError) as error:
        complain(str(error))
        return REFUSED
    except (NightBusyError, Failure) as error:
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
