"""`wmt cover` and `wmt protect`: who covers or co-works cases, and posts that are protected from new cases.

The same actions as on the pages, against the site of this home. Django is imported when they run.
"""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

import typer

from wmt.cli import allocate, console, tables
from wmt.cli.files import print_json
from wmt.cli.options import Json, parse_day
from wmt.cli.people import site
from wmt.cli.site_start import asker
from wmt.days import written
from wmt.text import counted

Holder = Annotated[str, typer.Argument(metavar="POST", help="Whose cases: TEAM:STAFF; empty with --end.")]
Cases = Annotated[
    list[str] | None,
    typer.Option("--case", metavar="CRN", help="Only this case; repeatable. Without: all not covered yet."),
]
Among = Annotated[
    list[str] | None, typer.Option("--to", metavar="POST", help="A colleague; of several, each in turn.")
]
Role = Annotated[str, typer.Option("--role", help="cover, co-worker or mentor; the last two by --case.")]
First = Annotated[
    date | None, typer.Option("--first-day", parser=parse_day, metavar="DAY", help="Today without it.")
]
Last = Annotated[
    date | None, typer.Option("--last-day", parser=parse_day, metavar="DAY", help="Open without it.")
]
End = Annotated[
    int | None, typer.Option("--end", metavar="NUMBER", help="End this one; today is its last day.")
]
Protected = Annotated[str, typer.Argument(metavar="POST", help="The post: TEAM:STAFF; empty with --end.")]
Why = Annotated[str, typer.Option("--reason", help="Its id by `wmt rules show protection_reasons`.")]
NoNew = Annotated[bool, typer.Option("--no-new", help="No new cases.")]
MostCases = Annotated[int | None, typer.Option("--most-cases", help="At most so many active cases.")]
MostCapacity = Annotated[
    str, typer.Option("--most-capacity", metavar="PERCENT", help="At most this capacity.")
]
NotTiers = Annotated[
    list[str] | None,
    typer.Option(
        "--not-tiers", metavar="TYPE=TIERS", help="Such as custody=A,B3 or licence=all; repeatable."
    ),
]
EndProtection = Annotated[
    int | None, typer.Option("--end", metavar="NUMBER", help="End this protection now.")
]


def cover(
    post: Holder = "", to: Among = None, case: Cases = None, role: Role = "cover", first_day: First = None,
    last_day: Last = None, end: End = None, json: Json = False,
) -> None:  # fmt: skip
    """Name who covers or co-works cases of a post in the site of WMT_HOME, end it, or list who does."""
    if (end is None) != bool(post):
        raise console.RefusedInput(
            "say whose cases, or the number of what is to end: wmt cover POST --to POST"
        )
    with site():
        from wmt.site.availability.change_requests import RefusedError

        try:
            if end is not None:
                told = _end_cover(end)
            elif to:
                told = _named(post, to, list(dict.fromkeys(case or ())), role, first_day, last_day)
            else:
                told = _beside(post)
        except RefusedError as refused:
            raise console.RefusedInput(f"{refused}. Nothing was changed") from None
    _show(
        told,
        "Cover and co-working",
        ("number", "crn", "holder", "colleague", "role", "from", "until", "ended"),
        json,
    )


def protect(
    post: Protected = "", reason: Why = "", first_day: First = None, last_day: Last = None,
    no_new: NoNew = False, most_cases: MostCases = None, most_capacity: MostCapacity = "",
    not_tiers: NotTiers = None, end: EndProtection = None, json: Json = False,
) -> None:  # fmt: skip
    """Protect a post from new cases in the site of WMT_HOME, end that, or list what was decided of it."""
    if (end is None) != bool(post):
        raise console.RefusedInput(
            "say which post, or the number of what is to end: wmt protect POST --reason …"
        )
    with site():
        from wmt.site.availability.change_requests import RefusedError

        limits = {
            "no_new": no_new, "most_cases": most_cases, "most_x100": _hundredths(most_capacity),
            "not_tiers": _tiers(not_tiers or ()),
        }  # fmt: skip
        try:
            if end is not None:
                told = _end_protection(end)
            elif reason or any(each not in (None, {}) and each is not False for each in limits.values()):
                told = _protected(post, reason=reason, first_day=first_day, last_day=last_day, **limits)
            else:
                told = _protections(post)
        except RefusedError as refused:
            raise console.RefusedInput(f"{refused}. Nothing was changed") from None
    _show(
        told, "Protected from new cases", ("number", "from", "until", "limits", "reason", "by", "ended"), json
    )


def _show(told: dict[str, Any], title: str, names: tuple[str, ...], json: bool) -> None:
    if json:
        print_json(told)
        return
    if told["items"]:
        columns = [tables.TextColumn(name, "whole" if name == "number" else "text") for name in names]
        rows = [tuple(str(each[name] or "-") for name in names) for each in told["items"]]
        tables.table(title, columns, rows)
    console.out.print(told["said"], markup=False)


def _named(
    post: str, to: list[str], refs: list[str], role: str, first_day: date | None, last_day: date | None
) -> dict[str, Any]:
    from wmt.site.changes import allocation_preview, colleagues, spread
    from wmt.site.queries.colleagues import Colleagues

    state = allocate.state_shown()
    if not refs and role == "cover":
        holder = allocation_preview.holder_of(None, post, state)
        open_ones = [each.row for each in Colleagues.of_posts(state, [post]).found if not each.end]
        covered = {row.ref for row in open_ones if row.role == "cover" and row.holder == post}
        listed = (each.ref or "" for each in spread.listed(state, holder, None))
        refs = [ref for ref in listed if ref not in covered]
    given = [colleagues.CaseNamed(ref, to[place % len(to)]) for place, ref in enumerate(refs)]
    wanted = colleagues.ColleaguesRequest(
        holder=post, role=role, given=given, first_day=first_day or state.day, last_day=last_day
    )
    rows, _ = colleagues.name_colleagues(actor=None, wanted=wanted, who=asker())
    return {"items": _rows(state, rows), "said": f"Named for {counted(len(rows), 'case')} of {post}."}


def _end_cover(number: int) -> dict[str, Any]:
    from wmt.site.allocation.models import CaseColleague
    from wmt.site.changes import colleagues

    if not CaseColleague.objects.filter(pk=number).exists():
        raise console.RefusedInput(f"there is no cover or co-working {number}")
    row = colleagues.end_colleague(actor=None, number=number, who=asker())
    return {"items": _rows(allocate.state_shown(), [row]), "said": "It has ended. Today is its last day."}


def _beside(post: str) -> dict[str, Any]:
    from wmt.site.queries.colleagues import Colleagues

    state = allocate.state_shown()
    rows = [each.row for each in Colleagues.of_posts(state, [post]).found]
    said = f"{counted(len(rows), 'cover or co-working', 'covers and co-workings')} of {post} or by it."
    return {"items": _rows(state, rows), "said": said}


def _rows(state: Any, rows: Any) -> list[dict[str, Any]]:
    from wmt.site.changes.colleague_ends import judged

    return [
        {
            "number": each.row.pk, "crn": each.row.ref, "holder": each.row.holder, "colleague": each.row.post,
            "role": each.row.role, "from": written(each.row.first_day),
            "until": written(each.until) if each.until else "", "ended": each.end,
        }
        for each in judged(state, rows)
    ]  # fmt: skip


def _protected(post: str, *, first_day: date | None, **limits: Any) -> dict[str, Any]:
    from wmt.site.changes import protect as action

    state = allocate.state_shown()
    wanted = action.ProtectionRequest(post=post, first_day=first_day or state.day, **limits)
    row, _ = action.protect(actor=None, wanted=wanted, who=asker())
    return {**_protections(post), "said": f"Protection {row.pk}: {post} is {row.limits.title}."}


def _end_protection(number: int) -> dict[str, Any]:
    from wmt.site.allocation import protection
    from wmt.site.changes import protect as action

    try:
        row = protection.find(number)
    except protection.UnknownProtection as unknown:
        raise console.RefusedInput(str(unknown)) from None
    action.end_protection(actor=None, number=row.pk, who=asker())
    return {**_protections(row.post), "said": f"Protection {number} of {row.post} has ended."}


def _protections(post: str) -> dict[str, Any]:
    from django.utils import timezone

    from wmt.site.allocation.models import PostProtection

    rows = PostProtection.objects.filter(post=post).order_by("-first_day", "-pk")
    items = [
        {
            "number": row.pk, "from": written(row.first_day),
            "until": written(row.last_day) if row.last_day else "", "limits": "; ".join(row.limits.words),
            "reason": row.reason, "by": row.who,
            "ended": written(timezone.localdate(row.ended_at)) if row.ended_at else "",
        }
        for row in rows
    ]  # fmt: skip
    return {"items": items, "said": f"{counted(len(items), 'protection')} of {post}."}


def _hundredths(percent: str) -> int | None:
    """A capacity as typed, in hundredths of a per cent. Raises RefusedInput."""
    if not percent:
        return None
    try:
        hundredths = Decimal(percent.removesuffix("%")) * 100
    except InvalidOperation:
        raise console.RefusedInput(f"'{percent}' is not a percentage; write it as 95 or 97.5") from None
    if hundredths != int(hundredths):
        raise console.RefusedInput(f"'{percent}' has more than two decimal places")
    return int(hundredths)


def _tiers(typed: Any) -> dict[str, str]:
    """The tiers by type of case. Raises RefusedInput."""
    pairs = [each.partition("=") for each in typed]
    for text, (_, sign, tiers) in zip(typed, pairs, strict=True):
        if not sign or not tiers.strip():
            raise console.RefusedInput(f"'{text}' names no tiers; write it as custody=A,B3 or licence=all")
    return {where.strip(): tiers for where, _, tiers in pairs}
