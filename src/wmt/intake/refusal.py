"""Refusals: what stops the reading of a file at once."""


class ReadingStopped(Exception):  # noqa: N818 - it is an answer to the sender, not an error of the program
    """Stops the reading of a file at once, with the code and text of the fault."""

    def __init__(
        self,
        code: str,
        what: str,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
    ) -> None:
        super().__init__(what)
        self.code, self.what, self.sheet, self.row, self.column = code, what, sheet, row, column
