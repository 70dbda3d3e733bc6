"""What showing, withdrawing or restoring a night would change, in sentences. Nothing is changed here."""

from datetime import date

from django.conf import settings

from wmt.history import History, dated_marks, open_history, runs_on
from wmt.history.withdrawal_effects import effect_of, history_without
from wmt.nights.names import read_name
from wmt.nights.withdrawal import withdrawal_of
from wmt.site.duties.models import Duty
from wmt.site.loads import withdrawal
from wmt.site.workload import swap


def effects_of(deed: withdrawal.Deed, night: str) -> list[str]:
    """The sentences. Raises NightError where a night or the history cannot be read."""
    if deed == withdrawal.Deed.SHOW:
        return [
            f"{_shown_words()} They will then show data from {withdrawal.moment_words(night)}.",
            "The history does not change.",
        ]
    if deed == withdrawal.Deed.RESTORE:
        found = withdrawal_of(settings.CONFIG.nights, night)
        latest = withdrawal.next_shown("")
        name = read_name(night)
        assert name is not None
        said = [
            "Figures for its date, and the excessive workload actions based on them, will be as they were."
        ]
        if found is not None and found.shown and (latest is None or latest < name):
            said.insert(0, f"Pages will show data from {withdrawal.moment_words(night)} again.")
        else:
            said.insert(0, f"{_shown_words()} This will not change.")
        return said
    # how many duties stand on the night, and how many it ended. A withdrawal closes none.
    standing = {duty.code for duty in Duty.objects.filter(closed_on__isnull=True)}
    now = _excessive(open_history(settings.CONFIG.nights))
    with history_without(settings.CONFIG.nights, night) as other:
        then = _excessive(other)
    waits, opens = len(standing - then), len((then - now) - standing)
    words = f"{waits:,} {'is' if waits == 1 else 'are'} for a manager to confirm"
    again = f"{opens:,} {'opens' if opens == 1 else 'open'} again"
    return [
        _next_words(night),
        effect_of(settings.CONFIG.nights, night).words,
        f"Of the excessive workload actions, {words} and {again}. None closes because of this.",
    ]


def _shown_words() -> str:
    current = swap.shown()
    return (
        f"Pages now show data from {withdrawal.moment_words(current.night)}."
        if current
        else "No figures are shown now."
    )


def _next_words(night: str) -> str:
    current = swap.shown()
    if current is None or current.night != night:
        return f"{_shown_words()} This will not change."
    latest = withdrawal.next_shown(night)
    if latest is None:
        return "There is no other data: pages will show no figures until another extract is loaded."
    return f"Pages now show this data. They will then show data from {withdrawal.moment_words(latest.name)}."


def _excessive(history: History) -> set[str]:
    """The posts whose run is full on the last day of a history."""
    day: date | None = history.last
    if day is None:
        return set()
    marks_of = dated_marks()
    main = marks_of(day)[0].name
    runs = runs_on(history, marks_of)
    full = runs.filter((runs["mark"] == main) & runs["excess_since"].is_not_null())
    return set(full["code"])
