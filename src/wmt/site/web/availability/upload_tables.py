"""The preview of tables that were sent: faults, effects and what will be entered, as tables of a page."""

from collections.abc import Sequence
from dataclasses import replace

from wmt.site import tables
from wmt.site.availability import queries, records
from wmt.site.availability.labels import entry_words
from wmt.site.availability.table_changes import TABLE_OF
from wmt.site.web.availability import upload_read
from wmt.site.web.availability.effect_tables import effect_table
from wmt.site.web.availability.upload_kept import KeptUpload
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

_KINDS = {"hours": "Contracted hours", "reduction": "Reduction", "grade": "Correction of grade"}


def tables_of(outcome: upload_read.UploadOutcome, kept: KeptUpload, state: State) -> list[tables.Table]:
    """The tables of the preview: with faults just these, else the effects and the records."""
    found = []
    if outcome.faults:
        found.append(_faults("faults", "What has to be put right", outcome.faults, kept))
    if outcome.notices:
        found.append(_faults("notices", "What to look at twice", outcome.notices, kept))
    if outcome.shown:
        effect = effect_table(outcome.effects, state)
        found += [replace(effect, caption="The effect, before anything is applied"), _records(outcome, state)]
    first, *others = found or [tables.Table("faults", "", (), ())]
    return [first, *(replace(table, prefix=f"{table.name}-") for table in others)] if found else []


def _faults(
    name: str, caption: str, faults: Sequence[upload_read.TableFault], kept: KeptUpload
) -> tables.Table:
    columns = [
        tables.Column("file", "File"),
        tables.Column("table", "Table", "code"),
        tables.Column("row", "Row", "count"),
        tables.Column("column", "Column", "code"),
        tables.Column("post", "Post", "code"),
        tables.Column("message", "What is wrong, and what to do"),
    ]
    rows = []
    for fault in sorted(faults, key=lambda fault: (fault.table, fault.row or 0, fault.column)):
        values = {
            "file": tables.text(upload_read.file_of(fault.table, kept.names)),
            "table": tables.text(fault.table),
            "row": tables.Value(None) if fault.row is None else tables.count(fault.row),
            "column": tables.text(fault.column),
            "post": tables.text(fault.post),
            "message": tables.text(fault.message),
        }
        rows.append(tables.Row(values))
    return tables.Table(name, caption, columns, rows)


def _records(outcome: upload_read.UploadOutcome, state: State) -> tables.Table:
    """Each change in words, with what it takes the place of."""
    assert outcome.preview is not None
    checked = outcome.preview.checked
    reasons = queries.every_reason()
    teams = {change.post[0] for change in outcome.changes}
    held = Unit.objects.filter(load_id=state.load_id, level="post", whole=True, team_code__in=teams)
    names = {(team, staff): name for team, staff, name in held.values_list("team_code", "staff_code", "name")}
    rows = []
    for change, entry in zip(outcome.changes, checked.entries, strict=True):
        plan = checked.before.get(change.post, records.PostRecords())
        entries: Sequence[records.Entry] = [*plan.hours, *plan.reductions, *plan.grades]
        former = next((each for each in entries if each.key == change.key), None) if change.key else None
        says = entry_words(entry, reasons) if entry else "deleted"
        values = {
            "who": tables.text(names.get(change.post, ":".join(change.post))),
            "post": tables.text(":".join(change.post)),
            "kind": tables.text(_KINDS[change.kind]),
            "says": tables.text(says),
            "former": tables.text(entry_words(former, reasons) if former else ""),
            "row": tables.Value(None) if change.row is None else tables.count(change.row),
            "table": tables.text(TABLE_OF[change.kind]),
        }
        rows.append(tables.Row(values))
    columns = [
        tables.Column("who", "Who"), tables.Column("post", "Post", "code"), tables.Column("kind", "What"),
        tables.Column("says", "Will say"), tables.Column("former", "In place of"),
        tables.Column("table", "Table", "code"), tables.Column("row", "Row", "count"),
    ]  # fmt: skip
    return tables.Table("records", "What will be entered", columns, rows)
