"""An allocation in words: what case it was, how long it waited, and whether nDelius shows it; and a change of
tier or type."""

from datetime import date

from django.urls import reverse
from django.utils import timezone

from wmt.allocation.transfers import is_nobody, kind_words
from wmt.days import moment_words, written
from wmt.site import tables
from wmt.site.allocation.labels import KIND_REASONS, REASONS
from wmt.site.allocation.models import CaseAllocation, CaseKindChange, kind_key
from wmt.site.links import unit_url
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.text import SEPARATOR, counted

_Now = CaseAllocation.State
#: What a manager has to look at: nDelius does not show the case where it was given.
ATTENTION = (_Now.GIVEN, _Now.ELSEWHERE, _Now.ENDED, _Now.LEFT)


def not_seen(row: CaseAllocation | CaseKindChange, day: date) -> int | None:
    """For how many days nDelius has not shown it; nothing where that is settled."""
    return (day - row.first_day).days if row.state == _Now.GIVEN else None


def state_words(row: CaseAllocation | CaseKindChange, day: date) -> str:
    """Its state, and how long nDelius has not shown it."""
    days = not_seen(row, day)
    return f"{row.get_state_display()} for {counted(days, 'day')}" if days else row.get_state_display()


def why(row: CaseAllocation) -> str:
    """Why it was given, as it was chosen and written."""
    beside = (("over the threshold", row.why_over), ("against the rules", row.why_not_eligible))
    more = [f"{words}: {text}" for words, text in beside if text]
    return "; ".join([REASONS.get(row.reason, row.reason), *more])


def facts(row: CaseAllocation, day: date, posts: dict[str, Unit]) -> list[tuple[str, str, str]]:
    """What is known of it: title, words, address."""
    found = [
        ("State", state_words(row, day), ""),
        ("Case", f"{row.ref}: {row.words}, {counted(tables.exact(row.points_x100).text, 'point')}", ""),
    ]
    for title, code in (
        ("Waited as" if row.was_waiting else "From", row.from_post),
        ("To", row.to_post),
        ("Now with", row.found_post),
    ):
        if post := posts.get(code):
            words = f"{post.name}, {post.grade}, team {post.team_code}"
            found.append((title, words, unit_url("post", code, "caseload")))
        elif code:
            found.append((title, nobody_words(code) or code, ""))
    if row.tier_stated:
        change = CaseKindChange.objects.filter(key=kind_key(row.key)).first()
        words = f"from {change.words}" if change else "in the record of the case"
        found.append(("Changed with it", words, reverse("case-changed", args=[change.pk]) if change else ""))
    if (days := row.days_waited) is not None:
        found.append(("Waited", counted(days, "day"), ""))
    who = staff_names.person(row.who)
    found += [
        ("Decided", f"{moment_words(timezone.localtime(row.recorded_at))}, by {who}", ""),
        ("Counts from", written(row.first_day), ""),
        ("Reason", REASONS.get(row.reason, row.reason), ""),
        ("Why over the threshold", row.why_over, ""),
        ("Why against the rules", row.why_not_eligible, ""),
        ("Why this person", row.notes, ""),
        ("Emails", "limited-access case: names and the CRN only" if row.limited_access else "", ""),
        ("Sensitive", "the notes are kept out of emails and lists" if row.sensitive else "", ""),
        ("Notes", "withheld: they are for those who allocate cases there" if row.is_withheld else "", ""),
    ]
    return [fact for fact in found + _undone(row) if fact[1]]


def change_facts(row: CaseKindChange, day: date, post: Unit | None) -> list[tuple[str, str, str]]:
    """What is known of a change of tier or type: title, words, address."""
    held = f"{post.name}, {post.grade}, team {post.team_code}" if post else row.post
    points = [counted(tables.exact(each).text, "point") for each in (row.from_x100, row.to_x100)]
    recorded = f"{moment_words(timezone.localtime(row.recorded_at))}, by {staff_names.person(row.who)}"
    found = [
        ("State", state_words(row, day), ""),
        ("In nDelius", " and ".join(map(kind_words, row.found_kind.split())), ""),
        ("CRN", row.ref, ""),
        ("Was", f"{kind_words(row.from_kind)}, {points[0]}", ""),
        ("Now", f"{kind_words(row.to_kind)}, {points[1]}", ""),
        ("Held by", held, unit_url("post", row.post, "caseload") if post else ""),
        ("Changed", written(row.changed_on), ""),
        ("Recorded", recorded, ""),
        ("Counts from", written(row.first_day), ""),
        ("Reason", KIND_REASONS.get(row.reason, row.reason), ""),
        ("Notes", row.notes, ""),
        ("Notes", "withheld: they are for those who allocate cases there" if row.is_withheld else "", ""),
    ]
    return [fact for fact in found + _undone(row) if fact[1]]


def _undone(row: CaseAllocation | CaseKindChange) -> list[tuple[str, str, str]]:
    if row.undone_at is None:
        return []
    by = staff_names.person(row.undone_by)
    why = f": {row.undone_why}" if row.undone_why else ""
    return [("Undone", f"{moment_words(timezone.localtime(row.undone_at))}, by {by}{why}", "")]


def nobody_words(code: str) -> str:
    """That nobody had a case, where the data did not have it; '' for a post."""
    return f"recorded in team {code.removesuffix(SEPARATOR)}, not in nDelius data" if is_nobody(code) else ""


def post_link(code: str, names: dict[str, str]) -> tables.Value:
    """A post by its name, with the way to it where the figures have it."""
    if said := nobody_words(code):
        return tables.text(said)
    return tables.text(names.get(code, code), unit_url("post", code) if code in names else "")
