"""What tables that were sent come to: every fault with its file, row and column, or every effect."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from wmt.intake import InputFault
from wmt.intake.people_schema import ESTABLISHMENT_FILE, HOURS_FILE, REASONS_FILE, STAFF_FILE
from wmt.site.accounts import visibility
from wmt.site.accounts.access import may
from wmt.site.accounts.models import User
from wmt.site.accounts.roles import Action
from wmt.site.availability import establishment, queries, table_changes
from wmt.site.availability.change_requests import Change, ChangeFault
from wmt.site.availability.limits import RecordLimits
from wmt.site.availability.records import Post, PostRecords
from wmt.site.availability.staff_details import details_changed
from wmt.site.changes import actions, people_files
from wmt.site.changes.reason_tables import reasons_changed
from wmt.site.web.availability.effect_tables import digest, place_of
from wmt.site.web.availability.upload_kept import KeptUpload
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

if TYPE_CHECKING:
    from wmt.site.changes.impact import Effect


@dataclass(frozen=True)
class TableFault:
    """One fault, where it stands, and what to do about it."""

    table: str
    row: int | None
    column: str
    message: str
    post: str = ""


@dataclass
class UploadOutcome:
    """What tables come to. `denied` are posts that the person may not edit; `idle` rows say what holds."""

    changes: list[Change] = field(default_factory=list)
    faults: list[TableFault] = field(default_factory=list)
    notices: list[TableFault] = field(default_factory=list)
    denied: list[Post] = field(default_factory=list)
    preview: "actions.Preview | None" = None
    idle: int = 0

    @property
    def effects(self) -> "Sequence[Effect]":
        """Posts and teams before and after; none while there are faults."""
        return self.preview.effects if self.preview and not self.faults else []

    @property
    def shown(self) -> str:
        """What applying it means, in short; empty where it cannot be applied."""
        return digest(self.changes, self.effects) if self.changes and not self.faults else ""


def outcome_of(kept: KeptUpload, state: State, user: User) -> UploadOutcome:
    """What the files come to now. Nothing is saved. Raises OSError where the files are gone."""
    people, faults = people_files.read_people(kept.files(), state.day)
    found, stands = UploadOutcome(), _readable_plans(state, user)
    for fault in faults.items:
        if _is_left_blank(fault, stands, state):
            found.idle += 1
            continue
        message = fault.message.replace("docs/input.md", "the upload page")
        said = TableFault(fault.sheet or "", fault.row, fault.column or "", message)
        # only of what our own templates have besides: names, and what they are
        is_ours = fault.code == "PEOPLE_NAME_COLUMN" or (
            fault.code == "PEOPLE_UNKNOWN_TABLE" and fault.sheet == "About"
        )
        if fault.severity == "refuse":
            found.faults.append(said)
        elif not is_ours:
            found.notices.append(said)
    if reasons_changed(people.reasons):
        text = "Reasons are not taken from here. Change them on the page ‘Reasons for reductions’."
        found.notices.append(TableFault(REASONS_FILE, None, "", text))
    if details_changed(people.staff):
        text = "Names and email addresses are not taken from here. `wmt people import` takes them."
        found.notices.append(TableFault(STAFF_FILE, None, "", text))
    if establishment.rows_changed(people.establishment):
        text = "The establishment of units is not taken from here. `wmt people import` takes it."
        found.notices.append(TableFault(ESTABLISHMENT_FILE, None, "", text))
    # what the changes come to, by the check that stands behind all mouths
    changes = _allowed(found, table_changes.changes_of(people, stands), state, user)
    plans = queries.plans_of({change.post for change in changes})
    limits = queries.limits_of(state, list(plans))
    found.changes = [change for change in changes if not _is_idle(change, plans, limits)]
    found.idle += len(changes) - len(found.changes)
    # who may was asked above, once for each team and not for each post
    found.preview = actions.preview(changes=found.changes, state=state, actor=None)
    checked = found.preview.checked
    for wrong in (*checked.conflicts, *checked.faults):
        found.faults.append(_placed(wrong, found.changes))
    found.notices += [_placed(notice, found.changes) for notice in checked.warnings]
    return found


def _readable_plans(state: State, user: User) -> dict[Post, PostRecords]:
    """What stands, as far as the person may read it. A row of anybody else's is a change, and so is refused:
    were it compared, a row that is not refused would tell that it says what stands."""
    reads = visibility.reasons_of_posts(user, state)
    return {post: plan for post, plan in queries.plans_of().items() if reads(post)}


def _allowed(found: UploadOutcome, changes: Iterable[Change], state: State, user: User) -> list[Change]:
    """The changes of posts that are there and that the person may edit; the others become faults."""
    wanted = list(changes)
    named = {change.post[0] for change in wanted}
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, team_code__in=named)
    there = set(posts.values_list("team_code", "staff_code"))
    teams: dict[str, bool] = {}
    kept, denied = [], set()
    for change in wanted:
        team, code = change.post[0], ":".join(change.post)
        if team not in teams:
            teams[team] = may(user, Action.EDIT_AVAILABILITY, level="team", code=team, state=state)
        if not teams[team]:
            denied.add(change.post)
            text = f"You may not enter hours and reductions for {code}. Take the row out, or ask who may."
        elif change.post not in there:
            text = f"There is no post {code} in the figures shown. Check team_code and staff_code."
        else:
            kept.append(change)
            continue
        found.faults.append(
            TableFault(table_changes.TABLE_OF[change.kind], change.row, "team_code", text, code)
        )
    found.denied = sorted(denied)
    return kept


def _is_idle(change: Change, plans: Mapping[Post, PostRecords], limits: RecordLimits) -> bool:
    """Whether a row of hours says what counts on its day already, where nobody has entered anything."""
    plan = plans.get(change.post, PostRecords())
    if change.kind != "hours" or change.key or plan.hours or change.first_day is None:
        return False
    asked = change.post, plan, change.first_day
    return limits.contracted(*asked) == change.hours_micro and not limits.is_ungiven(*asked)


def _is_left_blank(fault: InputFault, plans: Mapping[Post, PostRecords], state: State) -> bool:
    """Whether a row has no hours, as our template leaves them where nobody gave any: it says nothing."""
    if (fault.code, fault.sheet, fault.column) != ("PEOPLE_MISSING_VALUE", HOURS_FILE, "hours"):
        return False
    limits = queries.limits_of(state, fault.posts)
    return any(limits.is_ungiven(post, plans.get(post, PostRecords()), state.day) for post in fault.posts)


def _placed(fault: ChangeFault, changes: Sequence[Change]) -> TableFault:
    """A fault of a change at its row; of several rows of a post together, at the first of them."""
    index = place_of(fault, changes)
    message = fault.message if fault.message.endswith((".", ":")) else f"{fault.message}."
    words = " ".join([message, *(f"{record}." for record in fault.shown)])
    if index is None:
        return TableFault("", None, "", words)
    change = changes[index]
    column = table_changes.column_of(change, fault.field) or ""
    return TableFault(table_changes.TABLE_OF[change.kind], change.row, column, words, ":".join(change.post))


def file_of(table: str, names: Sequence[str]) -> str:
    """The file a table stands in, of those that were sent: the one of its name, or the only workbook."""
    by_name = [name for name in names if Path(name).stem.lower().replace(" ", "_").startswith(table or "\0")]
    books = [name for name in names if name.lower().endswith(".xlsx")]
    if table in names:
        return table
    return (by_name + books + list(names) if len(names) == 1 else by_name + books or [""])[0]
