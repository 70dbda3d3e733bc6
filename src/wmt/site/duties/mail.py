"""Emails of notifications: plain text, a sentence and a link each. Nothing of cases, no words of a duty."""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from wmt.site.duties.models import Notice
from wmt.site.links import unit_url
from wmt.site.outbox.messages import Letter

_LISTED = 50
_WHY = "You get this because of your role in the Workload Measurement Tool, or because it is about you."
_WHY_A_PLAN = "You get this because somebody chose you in the Workload Measurement Tool."


def letter(notices: Sequence[Notice]) -> Letter:
    """One email to the person whose notifications these are."""
    # links are of the duty or the request: whoever follows one signs in first
    parts = [f"{notice.words}\n{address(path_of(notice))}" for notice in notices[:_LISTED]]
    if len(notices) > _LISTED:
        parts.append(f"And {len(notices) - _LISTED} more: {address(reverse('notices'))}")
    user, [one, *more] = notices[0].user, notices
    subject = f"Excessive workload action {one.duty_id}: {one.kind}"
    if one.request_id is not None:
        subject = f"Workload request {one.request_id}: {one.kind}"
    if one.plan_id is not None:
        subject = "A plan is shared with you"
    if one.reduction_id is not None:
        subject = "A reduction of hours ends soon"
    if one.extra_work_id is not None:
        subject = f"Extra work on a case: {one.kind}"
    return Letter(
        numbers=tuple(notice.pk for notice in notices), kind="notice", name=user.name, user=user,
        subject=f"{len(notices)} notifications about workload" if more else subject,
        body="\n\n".join([*parts, _WHY if one.plan_id is None else _WHY_A_PLAN]) + "\n",
    )  # fmt: skip


def address(path: str) -> str:
    """A whole address of the site, for mails."""
    return f"{settings.CONFIG.site_address}{path}"


def path_of(notice: Notice) -> str:
    """Where whoever is told can see what it is about."""
    if notice.request_id is not None:
        return reverse("request", args=[notice.request_id])
    if notice.allocation is not None and notice.allocation.batch:
        return reverse("allocation-batch", args=[notice.allocation.batch])
    if notice.allocation_id is not None:
        return reverse("allocation", args=[notice.allocation_id])
    if notice.plan_id is not None:
        return reverse("plan", args=[notice.plan_id])
    if notice.reduction is not None:
        return unit_url("post", f"{notice.reduction.team_code}:{notice.reduction.staff_code}", "hours")
    if notice.extra_work_id is not None:
        return reverse("extra-work", args=[notice.extra_work_id])
    return reverse("duty", args=[notice.duty_id])
