"""One case: what it is now, everybody who held it, and what was decided here."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from wmt.site import tables
from wmt.site.accounts import limited_access, visibility
from wmt.site.accounts.roles import Action
from wmt.site.allocation import access
from wmt.site.allocation.models import CaseAllocation, CaseKindChange
from wmt.site.allocation.queries import limited_before
from wmt.site.audit.reads import note_read
from wmt.site.challenges.register import FACT_OF
from wmt.site.changes import colleagues
from wmt.site.changes.extra_work import may_note
from wmt.site.figures import line_queries, units
from wmt.site.queries import case_cohorts, case_history, histories
from wmt.site.queries.colleagues import Colleagues
from wmt.site.shown import needed_state
from wmt.site.web.allocation import case_marks, case_tier, colleague_tables, labels
from wmt.site.web.challenges.challenge_links import ChallengeLinks
from wmt.site.web.extra_work import pages as extra_work
from wmt.site.web.units.labels import upper_first, what
from wmt.site.workload import staff_names
from wmt.site.workload.state import State
from wmt.text import counted


@require_safe
def case_page(request: HttpRequest) -> HttpResponse:
    """A case by its CRN (`crn`), for whoever may read the cases of all who hold it. Raises UnknownCase."""
    state = needed_state(request).of_now()
    try:
        case = case_history.find(request.user, state, request.GET.get("crn", ""))
    except case_history.HiddenCase as hidden:
        shown = {"ref": hidden.ref, "hidden": limited_access.HIDDEN, "sentence": limited_access.SENTENCE}
        return render(request, "allocation/case_hidden.jinja", shown, status=403)
    for post in case.posts:
        note_read(request.user, post)
    found = case.history(histories.history_for(request.user, state))
    held, ref, decided = found.holders, case.ref, case.allocations()
    codes = {each.post for each in held} | {code for row in decided for code in (row.from_post, row.to_post)}
    names = units.names_of(units.of_level(state, "post").filter(code__in=codes))
    pricing = line_queries.pricing_of(state)
    gives = visibility.allowed(request.user, Action.ALLOCATE_CASES)
    marks = case_cohorts.marks_of_case(state, ref, case.lines)
    may_give, asked = len(case.posts) == 1 and gives.covers(case.posts[0]), urlencode({"crn": ref})
    context = {
        "ref": ref,
        "is_limited": bool(limited_before([ref])),
        "limits_href": f"{reverse('case-limits')}?{urlencode({'crn': ref})}"
        if all(gives.covers(post) for post in case.posts)
        else "",
        "cases": [
            (
                upper_first(what(pricing[line.pricing])),
                tables.exact(line.points_x100).text,
                post := next(post for post in case.posts if post.number == line.post_no),
                ChallengeLinks(request.user, state, post).of(FACT_OF["case"], ref),
            )
            for line in case.lines
        ],
        "tier": case_tier.shown(state, ref),
        "cohort_tags": case_marks.tags(marks),
        "cohorts": case_marks.table(marks),
        "to_put_right": case_tier.records_table(state, case.posts, ref),
        "changes": counted(found.changes, "change"),
        "looked_back_to": tables.day(found.looked_back_to).text,
        "known": tables.day(min((each.since for each in held if each.since), default=None)).text,
        "holders": _holders(held, names),
        "decided": _decided(decided, names, state),
        "changed": _changed(case, state),
        "change_href": f"{reverse('case-change')}?{asked}",
        "give_href": f"{reverse('allocate')}?{asked}" if may_give else "",
        "colleague_href": f"{reverse('colleague')}?{asked}" if may_give else "",
        "extra_work": extra_work.of_case(request.user, state, ref),
        "extra_href": f"{reverse('extra-work-new')}?{asked}"
        if len(case.posts) == 1 and may_note(request.user, case.posts[0])
        else "",
        "colleagues": colleague_tables.table(
            request.user,
            Colleagues.of_case(state, ref),
            ends=lambda row: colleagues.may_end(request.user, row, state),
        ),
    }
    return render(request, "allocation/case.jinja", context)


def _holders(held: Sequence[case_history.CaseHolder], names: dict[str, str]) -> tables.Table:
    columns = [
        tables.Column("who", "Held by"),
        tables.Column("since", "Since", "date"),
        tables.Column("until", "Until", "date"),
        tables.Column("days", "Days", "count"),
        tables.Column("how", "How it came there"),
    ]
    rows = []
    for each in held:
        known = each.since is not None and each.until is not None
        days = tables.count((each.until - each.since).days) if known else tables.Value(None)  # type: ignore[operator]
        how = tables.text("allocated here" if each.decided_here else "nDelius data")
        if made := each.allocation:
            how = tables.text(labels.why(made), reverse("allocation", args=[made.pk]))
        who = labels.post_link(each.post, names)
        note = "nobody: it waited" if each.waits else "now" if each.until is None else ""
        values = {
            "who": tables.text(who.text, who.href, note), "since": tables.day(each.since),
            "until": tables.day(each.until), "days": days, "how": how,
        }  # fmt: skip
        rows.append(tables.Row(values))
    return tables.Table("holders", "Who held it", columns, rows, empty="No data here says who held it.")


def _decided(rows: list[CaseAllocation], names: dict[str, str], state: State) -> tables.Table:
    columns = [
        tables.Column("on", "Counts from", "date", "The day of the data from which it counts."),
        tables.Column("from", "From"),
        tables.Column("to", "To"),
        tables.Column("by", "By"),
        tables.Column("why", "Why"),
        tables.Column("state", "State"),
    ]
    found = [
        tables.Row(
            {
                "on": tables.Value(
                    row.first_day, tables.day(row.first_day).text, reverse("allocation", args=[row.pk])
                ),
                "from": labels.post_link(row.from_post, names),
                "to": labels.post_link(row.to_post, names),
                "by": tables.text(staff_names.person(row.who)),
                "why": tables.text(labels.why(row)),
                "state": tables.text(labels.state_words(row, state.day)),
            }
        )
        for row in rows
    ]
    return tables.Table("decided", "Decided here", columns, found, empty="Nothing was decided here.")


def _changed(case: case_history.FoundCase, state: State) -> tables.Table:
    """Its tiers and types that were changed here, for who may read the case; by whom, for who may read the
    cases of the post that held it."""
    rows = list(CaseKindChange.objects.filter(ref=case.ref).order_by("-change", "-pk"))
    seen = access.readable(case.user, state)
    columns = [
        tables.Column("on", "Counts from", "date", "The day of the data from which it counts."),
        tables.Column("what", "Was and is"),
        tables.Column("by", "By"),
        tables.Column("state", "State"),
    ]
    found = []
    for row in rows:
        may_read = seen(row) is not None
        day, who = tables.day(row.first_day), tables.text(staff_names.person(row.who))
        if may_read:
            day = tables.Value(row.first_day, day.text, reverse("case-changed", args=[row.pk]))
        values = {
            "on": day, "what": tables.text(upper_first(row.words)),
            "by": who if may_read else tables.Value(None, "withheld"),
            "state": tables.text(labels.state_words(row, state.day)),
        }  # fmt: skip
        found.append(tables.Row(values))
    empty = "Nobody changed its tier or type here."
    return tables.Table("changed", "Tier and type changed here", columns, found, empty=empty)
