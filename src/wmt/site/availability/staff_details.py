"""How people are called and written to: from a table of people, else from the extract and their accounts."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from wmt.intake.people_model import StaffDetailsRow
from wmt.site.accounts.models import User
from wmt.site.audit.record import record
from wmt.site.availability.models import StaffDetails
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit

_FIELDS = ("forename", "middle_name", "surname", "email")


class StaffName(NamedTuple):
    """The parts of a name, and an email address; empty where nobody knows, or who asks may not read it."""

    forename: str = ""
    middle_name: str = ""
    surname: str = ""
    email: str = ""

    @property
    def whole(self) -> str:
        """The name as it is read out."""
        return " ".join(part for part in self[:3] if part)


def details_changed(rows: Sequence[StaffDetailsRow]) -> list[tuple[StaffDetailsRow, bool]]:
    """Which rows say something else than what is kept, and whether something was kept."""
    kept = {row.staff_code: row for row in StaffDetails.objects.all()} if rows else {}
    found = [(row, kept.get(row.staff_code)) for row in rows]
    return [
        (row, was is not None)
        for row, was in found
        if was is None or any(getattr(was, name) != getattr(row, name) for name in _FIELDS)
    ]


def save_details(rows: Sequence[StaffDetailsRow], *, who: str) -> None:
    """Keep these in place of what is kept of the same staff codes. The caller holds the transaction."""
    changed = [row for row, _ in details_changed(rows)]
    if not changed:
        return
    made = [
        StaffDetails(staff_code=row.staff_code, **{name: getattr(row, name) for name in _FIELDS})
        for row in changed
    ]
    StaffDetails.objects.bulk_create(
        made, batch_size=500, update_conflicts=True, unique_fields=["staff_code"],
        update_fields=(*_FIELDS, "seen_at"),
    )  # fmt: skip
    record("people import", f"{who} uploaded names and email addresses of staff: {len(changed)}.", who=who)


def in_figures(load_id: int) -> QuerySet[StaffDetails]:
    """The details of the people who have a post in the figures of a load."""
    posts = Unit.objects.filter(load_id=load_id, level="post", staff_code=OuterRef("staff_code"))
    return StaffDetails.objects.filter(Exists(posts))


def called(posts: Iterable[Unit]) -> dict[str, StaffName]:
    """How the people of posts are called and written to, by staff code; nothing where names are withheld.

    Where no table has the parts of a name, the last word of the extract's counts as the surname. Where none
    has an address, it is that of the only account of the staff code.
    """
    names = {post.staff_code: post.name for post in posts}
    if staff_names.withheld():
        return dict.fromkeys(names, StaffName())
    kept = {row.staff_code: row for row in StaffDetails.objects.filter(staff_code__in=list(names))}
    accounts: dict[str, list[str]] = {}
    users = User.objects.filter(is_active=True, staff_code__in=[code for code in names if code])
    for code, email in users.values_list("staff_code", "email"):
        accounts.setdefault(code, []).append(email)
    found = {}
    for code, name in names.items():
        first, _, last = (name or "").rpartition(" ")
        row = kept.get(code)
        parts = (row.forename, row.middle_name, row.surname) if row else ("", "", "")
        only = accounts.get(code, [])
        email = row.email if row and row.email else only[0] if len(only) == 1 else ""
        found[code] = StaffName(*(parts if any(parts) else (first, "", last)), email)
    return found
