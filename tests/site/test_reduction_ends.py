"""Managers and practitioners hear that a reduction ends soon: once, by the outbox, and never why."""

# ruff: noqa: F811 - fixtures come by import
from datetime import date, timedelta

import pytest
from django.core import mail as post_office
from django.utils import timezone
from duties_fixtures import Scene, scene  # noqa: F401
from hours_fixtures import somebody  # noqa: F401

from wmt.site.availability.change_requests import Change
from wmt.site.changes import actions
from wmt.site.duties import scheduled
from wmt.site.duties.models import Notice
from wmt.site.outbox import delivery
from wmt.site.retention import removal

pytestmark = pytest.mark.one_database
DAYS = 30  # of the rule `duties.reduction_end_days`


def reduced(scene: Scene, first: date, last: date, key: str = "") -> None:
    """A reduction for a reason that nobody is to read in an email."""
    post = scene.duty.team_code, scene.duty.staff_code
    more = {"key": key} if key else {}
    actions.save(actor=None, who="a test", changes=[
        Change(post=post, kind="reduction", first_day=first, last_day=last, reason="1", hours_micro=1_000_000,
               notes="SECRET illness", **more)
    ])  # fmt: skip


def ends() -> list[tuple[str, str]]:
    found = Notice.objects.filter(reduction__isnull=False).order_by("pk")
    return [(each.user.email, each.words) for each in found.select_related("user")]


def test_both_are_told_once_by_the_outbox_and_not_why(scene: Scene) -> None:
    day = scene.state.day
    last = day + timedelta(DAYS)
    reduced(scene, day - timedelta(60), last)
    scheduled.turn(day - timedelta(1))
    assert ends() == []
    scheduled.turn(day)
    (to_ann, to_pia) = ends()
    assert to_ann[0] == "ann@example.org"
    assert to_ann[1].endswith(f"a reduction of hours ends on {last:%-d %B %Y}. Extend it if it is to go on.")
    assert to_pia == ("pia@example.org", f"A reduction of your hours ends on {last:%-d %B %Y}.")
    post_office.outbox.clear()
    delivery.send_due()
    mine = [each for each in post_office.outbox if "reduction of hours ends" in each.body]
    assert [each.to for each in mine] == [["ann@example.org"]]
    assert f"/post/{scene.duty.team_code}:{scene.duty.staff_code}/hours/" in mine[0].body
    for each in post_office.outbox:
        assert not [word for word in ("SECRET", "illness", "sick") if word in f"{each.subject}{each.body}"]
    scheduled.turn(day + timedelta(1))
    assert len(ends()) == 2
    page = scene.manager.get("/notices/").content.decode()
    assert "a reduction of hours ends on" in page
    assert "SECRET" not in page


def test_one_that_is_extended_is_told_again_and_a_short_one_never(scene: Scene) -> None:
    day = scene.state.day
    reduced(scene, day - timedelta(60), day + timedelta(5))
    reduced(scene, day - timedelta(2), day + timedelta(9))  # a leave of eleven days
    scheduled.turn(day)
    assert len(ends()) == 2
    key = Notice.objects.filter(reduction__isnull=False)[0].reduction.key  # type: ignore[union-attr]
    reduced(scene, day - timedelta(60), day + timedelta(90), key)
    scheduled.turn(day + timedelta(1))
    assert len(ends()) == 2
    scheduled.turn(day + timedelta(60))
    assert sum(f"{day + timedelta(90):%-d %B %Y}" in words for _, words in ends()) == 2


def test_they_are_removed_in_time(scene: Scene) -> None:
    day = scene.state.day
    reduced(scene, day - timedelta(60), day + timedelta(5))
    scheduled.turn(day)
    (kind,) = (kind for kind in removal.KINDS if kind.what == "notifications of reductions")
    assert kind.find(timezone.now()).count() == len(ends()) == 2
    assert not kind.find(timezone.now() - timedelta(1))
