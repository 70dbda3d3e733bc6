"""What two nights differ in, in the words of pages and of the command line."""

from datetime import datetime

from wmt.days import moment_words
from wmt.nights.plausibility import NAMED, Difference

_LEVELS = {"region": "region", "pdu": "PDU", "team": "team"}
_COUNTED = {
    "posts": "Posts", "cases": "Active cases", "points": "Points", "untiered": "Cases without a tier",
    "as_at": "As at",
}  # fmt: skip
_MINUS = "−"


def row(difference: Difference) -> tuple[str, str, str, str, str]:
    """A difference as what was compared, before, now, the change and the limit."""
    if difference.kind in ("as_at", "shown_ahead"):
        before, now = (moment(str(value)) for value in (difference.before, difference.now))
        if difference.kind == "shown_ahead":
            return ("The data shown is dated in the future", before, now, "", "Not after today")
        change = "earlier" if str(difference.now) < str(difference.before) else "later"
        change = "the same" if difference.now == difference.before else change
        return ("As at", before, now, change, "Not earlier, unless asked for" if difference.beyond else "")
    if difference.kind in ("units_gone", "units_new"):
        whole, number = int(difference.before or 0), int(difference.now or 0)
        plural = _LEVELS[difference.about] + "s"
        is_gone = difference.kind == "units_gone"
        names = ", ".join(difference.names) + (" and others" if number > NAMED else "")
        told = f"{number:,} {'gone' if is_gone else 'new'}" + (f": {names}" if names else "")
        limit = f"{difference.limit}" if difference.about == "region" else percent(difference.limit or 0)
        return (f"{plural[:1].upper()}{plural[1:]} {'gone' if is_gone else 'new'}", f"{whole:,}", told,
                percent(number * 10_000 // max(whole, 1)), limit)  # fmt: skip
    if difference.kind == "untiered":
        was, now_is = int(difference.before or 0), int(difference.now or 0)
        change = f"{_signed(now_is - was)} percentage points" if now_is != was else "none"
        return (_COUNTED["untiered"], percent(was), percent(now_is), change,
                f"{percent(difference.limit or 0).rstrip('%')} percentage points")  # fmt: skip
    return _amounts(difference)


def moment(text: str) -> str:
    return moment_words(datetime.fromisoformat(text))


def _amounts(difference: Difference) -> tuple[str, str, str, str, str]:
    before, now = int(difference.before or 0), int(difference.now or 0)
    what = {
        "unit_posts": f"Posts of {''.join(difference.names)}",
        "unit_cases": f"Active cases of {''.join(difference.names)}",
        "sheet_gone": f"Rows of {difference.about}",
        "sheet_rows": f"Rows of {difference.about}",
    }.get(difference.kind) or _COUNTED[difference.kind]
    shown = [f"{value // 100:,}" if difference.kind == "points" else f"{value:,}" for value in (before, now)]
    limit = "Some rows" if difference.limit is None else percent(difference.limit)
    change = "none" if before == now else "from none"
    if before not in (0, now):
        size = abs(now - before) * 10_000 // before
        change = f"{_signed(size if now > before else -size)}%"
    return (what, shown[0], shown[1], change, limit)


def _signed(x100: int) -> str:
    return f"{'+' if x100 > 0 else _MINUS if x100 < 0 else ''}{_decimal(abs(x100))}"


def percent(x100: int) -> str:
    """A percentage from its hundredths."""
    return f"{_decimal(x100)}%"


def _decimal(x100: int) -> str:
    whole, rest = divmod(x100, 100)
    return f"{whole:,}" + (f".{rest:02d}".rstrip("0") if rest else "")


def sentence(night: str, difference: Difference) -> str:
    """A difference in one line, for the command line and mails."""
    what, before, now, change, limit = row(difference)
    told = f" ({change})" if change else ""
    bounded = f"; the limit is {limit}" if limit and difference.kind not in ("as_at", "shown_ahead") else ""
    return f"{what}: {before} in {night}, now {now}{told}{bounded}"
