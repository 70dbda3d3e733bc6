"""The site made ready for a command, and who gives the command. Django is imported only when one is run."""

import getpass

from wmt.cli import console


def set_up() -> None:
    """The site made ready in this process. Raises Refusal or Failure in words."""
    from wmt.site.config import ConfigError
    from wmt.site.start import StartError
    from wmt.site.start import set_up as ready

    try:
        ready(console.complain)
    except ConfigError as error:
        raise console.RefusedInput(str(error)) from None
    except StartError as error:
        raise console.Failure(str(error)) from None


def set_up_to_read() -> None:
    """The site as it is, for commands that change nothing. Raises Failure in words."""
    from wmt.site.start import StartError
    from wmt.site.start import set_up_to_read as ready

    try:
        ready()
    except StartError as error:
        raise console.Failure(str(error)) from None


def asker() -> str:
    """Who asks for a load on the command line, for the list of loads."""
    try:
        return f"{getpass.getuser()}, on the command line"
    except (KeyError, OSError):
        return "somebody on the command line"
