"""`wmt serve`, `wmt administrator` and `wmt show-night`: the site from the command line.

Django is imported only when one of these commands runs.
"""

import errno
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from wmt.cli import console
from wmt.cli.load_outcome import told_outcome
from wmt.cli.site_start import asker, set_up

Port = Annotated[int, typer.Option("--port", envvar="WMT_PORT", min=1, max=65535, help="Where it listens.")]
Host = Annotated[str, typer.Option("--host", help="The address it listens on; others need a proxy with TLS.")]
Workers = Annotated[int, typer.Option("--workers", min=1, max=64, help="Processes that answer, one a core.")]
Email = Annotated[str, typer.Argument(metavar="EMAIL", help="The address they sign in with.")]
Name = Annotated[str, typer.Option("--name", help="What pages call them.")]
Night = Annotated[
    str, typer.Argument(metavar="NIGHT", help="The name of saved data, such as 2026-11-20T183000.")
]


def serve(port: Port = 8000, host: Host = "127.0.0.1", workers: Workers = 2) -> None:
    """Serve the site, with one process beside it that does what pages ask for."""
    _free(host, port)
    set_up()
    from django.conf import settings

    from wmt.site.loopback import is_loopback

    if settings.CONFIG.demo and not is_loopback(host):
        raise console.RefusedInput(
            f"a demonstration needs no passwords, so it listens on this machine only, not on {host}: leave "
            "--host out, or leave WMT_DEMO out"
        )
    from wmt.site.loads.demo_people import keep_demo_people
    from wmt.site.serving.health_check import Watch
    from wmt.site.serving.supervisor import ServerEndedError, Supervisor, server_command
    from wmt.site.start import StartError, collect, tidy_up

    try:
        collect()
    except StartError as error:
        raise console.Failure(str(error)) from None
    tidy_up()
    keep_demo_people()
    from django.db import connections

    connections.close_all()
    try:
        with Supervisor(
            server_command(host, port, workers), Watch(host, port, console.complain), console.complain
        ) as parts:
            parts.wait_for_first_answer()
            parts.begin_work()
            _say_where(f"http://{host}:{port}/")
            sys.stdout.flush()
            parts.watch()
    except ServerEndedError as error:
        raise console.Failure(str(error)) from None


def _say_where(address: str) -> None:
    from django.conf import settings

    console.out.print(f"The site is at {address} (Ctrl-C stops it)", soft_wrap=True)
    if settings.CONFIG.demo:
        console.out.print(
            "Choose a person to be: the practitioner sees their own figures first. Then click a figure: the"
        )
        console.out.print(
            "lines it is made of stand behind it, and behind each line the rule that priced it."
        )


def administrator(email: Email, name: Name) -> None:
    """Make somebody administrator and print a link, good for one use, by which they set their password."""
    set_up()
    from django.conf import settings

    from wmt.site.accounts.actions import first_administrator
    from wmt.site.accounts.errors import CannotDoError

    if settings.CONFIG.demo:
        raise console.RefusedInput(
            "in a demonstration nobody has a password: choose a person on the sign-in page"
        )
    try:
        path = first_administrator(email=email, name=name)
    except CannotDoError as error:
        raise console.RefusedInput(str(error)) from None
    told = "this link, after the address of the site. It works once, within three days:"
    console.out.print(f"Give {name} {told}", markup=False)
    console.out.print(path, soft_wrap=True, markup=False)


def show_night(night: Night) -> None:
    """Show saved data again, for instance after the database was lost."""
    set_up()
    from django.conf import settings

    from wmt.site.loads.load_request import LoadRequest
    from wmt.site.loads.loading import ask, show_again

    name = Path(night).name
    path = settings.CONFIG.nights / name
    if Path(night).parent != Path() and Path(night).resolve() != path.resolve():
        raise console.RefusedInput(
            f"{night} is not among the saved data of this site, which is in {settings.CONFIG.nights}"
        )
    load = ask(wish=LoadRequest(paths=[]), who=asker(), names=[f"night {name}"])
    with console.progress() as tell:
        told_outcome(show_again(path, load, tell))


def _free(host: str, port: int) -> None:
    """Raise Failure where the port is taken."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise console.Failure(
                    f"port {port} is taken by another program, perhaps another `wmt serve`: stop that one, "
                    "or choose another port with --port or WMT_PORT"
                ) from None
            raise console.Failure(f"nothing can listen on {host}:{port}: {error.strerror}") from None
