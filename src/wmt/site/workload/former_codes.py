"""Units that go on under another code: which code what is kept of them has now, and which it had before."""

from collections.abc import Collection, Mapping, Sequence


def followed(
    code: str, former: Sequence[str], present: Mapping[str, str], shown: Collection[str], *, back: bool = True
) -> tuple[str, list[str]] | None:
    """The code that a record goes on under, and those it had before, the oldest first; None where it stays.

    `present` is the code that units have now by every code they had before, `shown` the codes in the figures.
    With `back` a record whose code is in no figures any more comes back to one that it had.
    """
    if code in shown:
        return None
    ways = (present.get(code, ""), *(reversed(former) if back else ()))
    now = next((each for each in ways if each in shown), "")
    if not now:
        return None
    return (now, list(former[: former.index(now)])) if now in former else (now, [*former, code])
