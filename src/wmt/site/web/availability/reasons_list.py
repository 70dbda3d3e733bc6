"""The reasons for reductions as pages show them: what each takes off, since when, and what is coming."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.urls import reverse

from wmt.ledger import decimal
from wmt.site import tables
from wmt.site.availability import queries
from wmt.site.availability.labels import day_words, percent_words
from wmt.site.availability.limits import ReasonOnDay
from wmt.site.availability.models import Reason as ReasonVersion
from wmt.text import counted

Versions = Mapping[str, Sequence[ReasonVersion]]
_COLUMNS = (
    tables.Column("name", "Reason"),
    tables.Column("id", "Code", "code", "the code that reduction tables can use instead of the name"),
    tables.Column("category", "Category"),
    tables.Column(
        "share", "Takes off (%)", "percent", "a fixed percentage of contracted hours; blank: as entered"
    ),
    tables.Column(
        "most", "At most (%)", "percent", "the highest percentage of contracted hours; blank: no limit"
    ),
    tables.Column("months", "Months", "count", "how long a reduction can last; blank: no limit"),
    tables.Column("since", "As it is since", "date"),
    tables.Column("next", "Future changes"),
)


def lists(day: date) -> list[tables.Table]:
    """The reasons one may use on a day, those that are coming, and the retired ones."""
    # what administrators entered and stands, by reason, the first day first
    found: dict[str, list[ReasonVersion]] = {}
    rows = ReasonVersion.objects.filter(ended_change__isnull=True, withdrawn=False)
    for row in rows.order_by("first_day", "change"):
        found.setdefault(row.reason, []).append(row)
    now, ever, versions = queries.reasons_on(day), queries.every_reason(), found
    coming = {name: reason for name, reason in ever.items() if name not in now}
    enabled = {name: reason for name, reason in now.items() if reason.enabled}
    retired = {name: reason for name, reason in now.items() if not reason.enabled}
    return [
        _table("enabled", "Reasons in use", enabled, versions, day, "No reason may be used."),
        *([_table("coming", "Reasons that are coming", coming, versions, day, "")] if coming else []),
        _table("retired", "Retired reasons", retired, versions, day, "No reason is retired."),
    ]


def _table(
    name: str, caption: str, reasons: Mapping[str, ReasonOnDay], versions: Versions, day: date, empty: str
) -> tables.Table:
    ordered = sorted(reasons.values(), key=lambda each: (each.category, each.short_name.casefold()))
    rows = []
    for reason in ordered:
        its = versions.get(reason.reason, ())
        since = [row.first_day for row in its if row.first_day <= day]
        later = [row for row in its if row.first_day > day]
        full = reason.name if reason.name != reason.short_name else ""
        values = {
            "name": tables.text(reason.short_name, reverse("reason", args=[reason.reason]), full),
            "id": tables.text(reason.reason),
            "category": tables.text(reason.category),
            "share": _share(reason.allowance_x100),
            "most": _share(reason.max_x100),
            "months": tables.Value(None) if reason.months is None else tables.count(reason.months),
            "since": tables.day(since[-1]) if since else tables.Value(None, "the rules"),
            "next": tables.text(
                "; ".join(
                    f"{'as entered' if row.enabled else 'retired'} from {day_words(row.first_day)}"
                    for row in later
                )
            ),
        }
        rows.append(tables.Row(values))
    return tables.Table(name, caption, _COLUMNS, rows, empty=empty)


def _share(x100: int | None) -> tables.Value:
    return tables.Value(None) if x100 is None else tables.Value(decimal(x100), percent_words(x100))


def facts(reason: ReasonOnDay) -> list[tuple[str, str]]:
    share = f"{percent_words(reason.allowance_x100)} of the contracted hours" if reason.allowance_x100 else ""
    most = f"{percent_words(reason.max_x100)} of the contracted hours" if reason.max_x100 else ""
    months = "" if reason.months is None else counted(reason.months, "month")
    return [
        ("Name", reason.name),
        ("Short name", reason.short_name),
        ("Category", reason.category),
        ("Takes off", share or "the hours or the share that are entered"),
        ("At most", most or "all contracted hours"),
        ("Lasts at most", months or "as long as is entered"),
        ("New reductions", "may have it" if reason.enabled else "may not have it: it is retired"),
        ("Code", reason.reason),
    ]


def history(rows: Sequence[ReasonVersion], *, with_whys: bool, may_change: bool) -> tables.Table:
    """Every version of a reason, the newest first; who and why only for who may read that."""
    columns = [
        tables.Column("day", "From", "date"),
        tables.Column("says", "What it says"),
        tables.Column("stands", "Stands"),
        tables.Column("recorded", "Entered", "date"),
        *([tables.Column("who", "By"), tables.Column("why", "Why")] if with_whys else []),
        *([tables.Column("change", "Correct")] if may_change else []),
    ]
    empty = "This reason has not been changed: it is as set in the rules."
    listed = []
    for row in rows:
        stands = row.ended_change is None and not row.withdrawn
        href = reverse("reason-correct", args=[row.reason, row.key]) if stands else ""
        said = [row.short_name, row.category]
        said += [f"takes off {percent_words(row.allowance_x100)}"] if row.allowance_x100 else []
        said += [f"at most {percent_words(row.max_x100)}"] if row.max_x100 else []
        said += [f"{counted(row.months, 'month')} at most"] if row.months else []
        said += [] if row.enabled else ["retired"]
        values = {
            "day": tables.day(row.first_day),
            "says": tables.text(", ".join(said)),
            "stands": tables.text("yes" if stands else "no: replaced by a later entry"),
            "recorded": tables.day(row.recorded_at.date()),
            "who": tables.text(row.who),
            "why": tables.text(row.why),
            "change": tables.text(
                f"Correct what holds from {day_words(row.first_day)}" if stands else "", href
            ),
        }
        listed.append(tables.Row(values))
    return tables.Table("versions", "What was entered", columns, listed, empty=empty)
