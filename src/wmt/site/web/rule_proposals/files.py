"""Files of proposals: an overlay file makes a draft, and so does a table that was taken out and changed."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from wmt import rules
from wmt.days import written
from wmt.rules import overlays, rule_tables
from wmt.rules.values import ALWAYS, Overlay
from wmt.site import tables
from wmt.site.accounts.access import NATION, may, need
from wmt.site.accounts.roles import Action
from wmt.site.availability.change_requests import RefusedError
from wmt.site.changes import rule_proposals as action
from wmt.site.queries.rules_on_day import night_day
from wmt.site.rule_proposals.table_files import read_sheet
from wmt.site.tables import arranged
from wmt.site.web.forms import limited_upload
from wmt.site.web.rule_proposals import forms
from wmt.site.web.rules.views import DayForm

#: Rules are small.
MEGABYTES = 2


@csrf_exempt  # the form's token is checked in what reads the body
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """An overlay file becomes a draft. Raises Denied."""
    level, code = NATION
    need(request, Action.PROPOSE_RULES, level=level, code=code)
    return limited_upload.limited(
        request, MEGABYTES, _overlay_came, lambda fault: _upload_page(request, [fault], 507)
    )


@csrf_protect
def _overlay_came(request: HttpRequest, limited: limited_upload.Limited) -> HttpResponse:
    if request.method != "POST":
        return _upload_page(request)
    if limited.is_over:
        return _upload_page(request, [f"The file is larger than {MEGABYTES} megabytes"], 413)
    file, form = request.FILES.get("file"), forms.RuleFileForm(request.POST)
    if file is None:
        return _upload_page(request, ["Choose a file"], 422)
    if not form.is_valid():
        return _upload_page(request, [str(each[0]) for each in form.errors.values()], 422, form)
    try:
        text = file.read().decode("utf-8")
        overlay = overlays.read_overlay(text, file.name or "overlay")
        wanted = action.ProposalRequest(overlay=_dated(overlay, form), key=form.cleaned_data["key"])
        row, _ = action.propose(actor=request.user, wanted=wanted)
    except UnicodeDecodeError:
        return _upload_page(request, ["The file is not UTF-8 text. Save it as UTF-8"], 422, form)
    except rules.RulesError as error:
        return _upload_page(request, str(error).splitlines(), 422, form)
    except RefusedError as refused:
        return _upload_page(request, [each.message for each in refused.faults], 422, form)
    return HttpResponseRedirect(reverse("rule-proposal", args=[row.pk]))


def _dated(overlay: Overlay, form: forms.RuleFileForm) -> Overlay:
    """An overlay whose values all have a day: those without one begin on the day of the form."""
    first = form.cleaned_data["first_day"]
    entries = tuple((path, first if day == ALWAYS else day, value) for path, day, value in overlay.entries)
    reason = overlay.reason or overlay.description
    return Overlay(
        overlay.name, overlay.reference, entries, reason=reason, effect=overlay.effect,
        consultation=overlay.consultation,
    )  # fmt: skip


def _upload_page(
    request: HttpRequest, faults: Sequence[str] = (), status: int = 200, form: Any = None
) -> HttpResponse:
    context = {
        "faults": [("file", fault) for fault in faults], "form": form or forms.RuleFileForm.new(),
        "crumbs": [("Rules", reverse("rules")), ("Proposed changes", reverse("rule-proposals"))],
    }  # fmt: skip
    return render(request, "rule_proposals/upload.jinja", context, status=status)


@require_safe
def table(request: HttpRequest, root: str) -> HttpResponse:
    """The rules of a table, to be taken out as a file, changed and sent back."""
    _need_table(root)
    return _table_page(request, root)


@csrf_exempt  # as above
@require_http_methods(["POST"])
def table_upload(request: HttpRequest, root: str) -> HttpResponse:
    """The file that is sent back becomes a draft. Raises Denied."""
    level, code = NATION
    need(request, Action.PROPOSE_RULES, level=level, code=code)
    _need_table(root)
    return limited_upload.limited(
        request,
        MEGABYTES,
        lambda asked, limited: _table_came(asked, limited, root),
        lambda fault: _table_page(request, root, [fault], 507),
    )


def _need_table(root: str) -> None:
    if root not in rule_tables.table_roots(rules.load()):
        raise Http404(f"There is no table of rules called '{root[:60]}'")


@csrf_protect
def _table_came(request: HttpRequest, limited: limited_upload.Limited, root: str) -> HttpResponse:
    if limited.is_over:
        return _table_page(request, root, [f"The file is larger than {MEGABYTES} megabytes"], 413)
    file, form = request.FILES.get("file"), forms.RuleFileForm(request.POST)
    if file is None:
        return _table_page(request, root, ["Choose a file"], 422, form)
    if not form.is_valid():
        return _table_page(request, root, [str(each[0]) for each in form.errors.values()], 422, form)
    cells, fault = read_sheet(file.read(), file.name or "table")
    if fault:
        return _table_page(request, root, [fault], 422, form)
    day = form.cleaned_data["first_day"]
    sent = rule_tables.sent_table(rules.load(), root, day, cells)
    if sent.faults:
        return _table_page(request, root, sent.faults, 422, form)
    overlay = Overlay(f"{root} from {written(day)}", "", sent.entries)
    try:
        wanted = action.ProposalRequest(overlay=overlay, key=form.cleaned_data["key"])
        row, _ = action.propose(actor=request.user, wanted=wanted)
    except RefusedError as refused:
        return _table_page(request, root, [each.message for each in refused.faults], 422, form)
    return HttpResponseRedirect(reverse("rule-proposal-edit", args=[row.pk]))


def _table_page(
    request: HttpRequest, root: str, faults: Sequence[str] = (), status: int = 200, form: Any = None
) -> HttpResponse:
    level, code = NATION
    asked = DayForm(request.GET, on=night_day(request))
    day = asked.found("on") or night_day(request)
    context = {
        "root": root, "table": arranged(table_of(root, day), request, rows_a_page=None), "asked": asked,
        "faults": [("file", fault) for fault in faults], "form": form or forms.RuleFileForm.new(),
        "proposes": may(request.user, Action.PROPOSE_RULES, level=level, code=code),
        "crumbs": [("Rules", reverse("rules")), ("Proposed changes", reverse("rule-proposals"))],
    }  # fmt: skip
    return render(request, "rule_proposals/table.jinja", context, status=status)


def table_of(root: str, day: Any) -> tables.Table:
    """The rules of a root on a day as they are taken out, changed and sent back."""
    tree = rules.load()
    found, ruleset = rule_tables.rule_table(tree, root), tree.at(day)
    columns = [tables.Column("row", rule_tables.ROW, "code")]
    columns += [tables.Column(f"c{at}", name, "code") for at, name in enumerate(found.columns)]
    made = []
    for row in found.rows:
        cells = {"row": tables.text(row)}
        for at, column in enumerate(found.columns):
            path = found.paths.get((row, column), "")
            value = ruleset.get(path)
            shown = forms.as_typed(value.value) if value else ""
            cells[f"c{at}"] = tables.text(shown, reverse("rule", args=[path]) if path else "")
        made.append(tables.Row(cells))
    return tables.Table("values", f"{root}, {written(day)}", columns, made)
