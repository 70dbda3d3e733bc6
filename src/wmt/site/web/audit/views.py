"""The page of what was done, by whom."""

import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from wmt.site.accounts import roles
from wmt.site.accounts.access import need_whole
from wmt.site.audit.models import AuditEvent
from wmt.site.audit.record import KINDS
from wmt.site.web.audit import filters
from wmt.site.workload.day_format import moment_words

_LARGEST = 2**63 - 1


@require_safe
def audit(request: HttpRequest) -> HttpResponse:
    """Events, newest first, a page at a time: `?before=` is the last event of the page before."""
    need_whole(request, roles.Action.READ_AUDIT)
    form = filters.AuditForm(request.GET)
    found = filters.events(form.filters)
    before = request.GET.get("before", "")
    if before.isascii() and before.isdigit() and int(before) <= _LARGEST:
        found = found.filter(id__lt=int(before))
    shown = list(found[: filters.PAGE + 1])
    kept = {name: value for name, value in form.data.items() if value}
    return render(
        request,
        "audit/audit.jinja",
        {
            "rows": [row(event) for event in shown[: filters.PAGE]],
            "form": form,
            "faults": form.faults,
            "newest": "?" + urlencode(kept) if before else "",
            "older": "?" + urlencode({**kept, "before": shown[filters.PAGE - 1].pk})
            if len(shown) > filters.PAGE
            else "",
        },
        status=400 if form.faults else 200,
    )


def row(event: AuditEvent) -> dict[str, Any]:
    return {
        "id": event.pk,
        "at": moment_words(timezone.localtime(event.at)),
        "kind": KINDS.get(event.kind, event.kind),
        "who": event.who,
        "sentence": event.sentence,
        "unit": roles.placed(event.level, event.code),
        "path": event.path,
        "changes": changes(event.before, event.after),
    }


def changes(before: Any, after: Any) -> list[dict[str, str]]:
    """What differs between two sets of facts, in words; where nothing was before, what is now."""
    former = before if isinstance(before, dict) else {} if before is None else {"value": before}
    present = after if isinstance(after, dict) else {} if after is None else {"value": after}
    names = [*present, *(name for name in former if name not in present)]
    return [
        {
            "name": name.replace("_", " "),
            "before": "" if before is None else _said(former.get(name)),
            "after": _said(present.get(name)),
        }
        for name in names
        if former.get(name) != present.get(name)
    ]


def _said(value: Any) -> str:
    if value is None or value == "":
        return "nothing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
