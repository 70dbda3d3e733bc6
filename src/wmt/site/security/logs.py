"""Logs in which one event is one entry: nothing that people send ends a line or moves a terminal."""

import logging
import logging.config
from typing import Any

from wmt.printable import escaped

_INDENT = "    "


class EscapedRecord(logging.LogRecord):
    """A record whose message is one line. Made for every logger of the process, whoever handles it."""

    def getMessage(self) -> str:  # noqa: N802 - the name is logging's
        """The message with what people sent written out."""
        return escaped(super().getMessage())


class EscapedFormatter(logging.Formatter):
    """The same of tracebacks, which keep their lines: each is indented, so that none looks like an entry."""

    def formatException(self, ei: Any) -> str:  # noqa: N802 - the name is logging's
        lines = super().formatException(ei).split("\n")
        return "\n".join(_INDENT + escaped(line) for line in lines)

    def formatStack(self, stack_info: str) -> str:  # noqa: N802 - the name is logging's
        return "\n".join(_INDENT + escaped(line) for line in super().formatStack(stack_info).split("\n"))


def configure(settings: dict[str, Any]) -> None:
    """What Django calls to set up logging."""
    logging.setLogRecordFactory(EscapedRecord)
    logging.config.dictConfig(settings)
