"""What the actions of this room refuse."""


class CannotDoError(ValueError):
    """A change that would leave people or roles in a bad state. `field` is where the form should say so."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field
