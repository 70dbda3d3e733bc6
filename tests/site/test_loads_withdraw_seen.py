"""What people see of a night that is taken back: excessive workload actions, the pages of loads."""

# ruff: noqa: F811 - fixtures come by import

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from duties_fixtures import signed_in_as
from tabs_fixtures import in_sight
from test_duties_load import archived, over
from time_fixtures import _loaded_two, two  # noqa: F401
from withdraw_fixtures import FIRST, SECOND, SignIn, do, nights  # noqa: F401

from wmt.history import compact
from wmt.history.archive import keep
from wmt.nights.accepted_losses import accept_missing
from wmt.site.duties import labels, scheduled
from wmt.site.duties.judged import Undone
from wmt.site.duties.models import Duty, Notice
from wmt.site.duties.projection import fold
from wmt.site.loads import withdrawal
from wmt.site.loads.withdrawal import Deed
from wmt.site.workload.models import Current, Load
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database


def _with_past(unit: Any, capacities: list[int]) -> None:
    """Figures of a post on the days before the two nights."""
    keep(
        django_settings.CONFIG.nights,
        archived(unit, FIRST - timedelta(len(capacities)), capacities),
    )
    compact(django_settings.CONFIG.nights)


@pytest.mark.both_databases
def test_a_duty_that_only_the_night_opened_is_for_a_manager_to_confirm_and_comes_back_as_it_was(
    nights: tuple[str, str],
) -> None:
    unit = over(current_state())
    _with_past(unit, [150] * 26)  # 26 days, and the two nights: 28
    scheduled.after_load(current_state())
    duty = Duty.objects.get()
    was = fold(duty.steps.order_by("number"))
    signed_in_as("Ann Manager", "manager", "team", unit.team_code)
    do(Deed.WITHDRAW, nights[1])
    duty.refresh_from_db()
    assert (duty.is_open, duty.confirm_why) == (True, "withdrawn")
    assert duty.seen_on == FIRST
    fell = duty.steps.get(kind="fell")
    assert fell.data["on"] == SECOND.isoformat()
    assert "The figures of 21 November 2026, on which it was opened" in Notice.objects.latest("pk").words
    do(Deed.RESTORE, nights[1])
    duty.refresh_from_db()
    assert [step.kind for step in duty.steps.order_by("number")] == ["opened", "raised", "fell", "moved"]
    again = fold(duty.steps.order_by("number"))
    same = {name for name in was if name not in ("steps_count", "moved_on")}
    assert {name: again[name] for name in same} == {name: was[name] for name in same}
    assert Duty.objects.count() == 1


def test_a_duty_that_the_night_closed_stands_again_with_its_clock(nights: tuple[str, str]) -> None:
    unit, home = over(current_state()), django_settings.CONFIG.nights
    do(Deed.WITHDRAW, nights[1])
    _with_past(unit, [150] * 30)
    scheduled.after_load(current_state())
    duty = Duty.objects.get()
    clock = duty.acknowledge_by, duty.decide_by, duty.reopened
    # a wrong figure of the next day ends it
    keep(home, archived(unit, SECOND, [50]))
    compact(home)
    scheduled.after_load(current_state())
    duty.refresh_from_db()
    assert (duty.is_open, duty.closed_why) == (False, "under")
    # and is taken back
    (home / "history/archive-2026-11.parquet").unlink()
    accept_missing(home, "archive-2026-11", "a test", "a test")
    compact(home)
    _with_past(unit, [150] * 30)
    found = scheduled.after_load(current_state(), None, Undone(SECOND, restored=False))
    assert [each.pk for each in found.resumed] == [duty.pk]
    duty.refresh_from_db()
    assert (duty.acknowledge_by, duty.decide_by, duty.reopened) == clock
    assert [step.kind for step in duty.steps.order_by("number")] == ["opened", "raised", "closed", "resumed"]
    assert labels.sentence(duty.steps.get(kind="resumed")) == (
        "Open again as before, because the figures of 21 November 2026 were withdrawn"
    )


# ---- pages -------------------------------------------------------------------------------------------------


@pytest.mark.both_databases
def test_the_page_says_what_will_change_and_does_it(nights: tuple[str, str], signed_in: SignIn) -> None:
    first, second = nights
    client, shown = signed_in("administrator"), Current.objects.get().load_id
    page = client.get(f"/loads/{shown}/").text
    assert f'href="/loads/night/{second}/withdraw/"' in page
    assert f'href="/loads/night/{first}/show/"' in page
    said = in_sight(client.get(f"/loads/night/{second}/withdraw/").text)
    assert "Pages now show this data. They will then show data from 20 November 2026, 6.30pm." in said
    assert "1 day of the history changes: 21 November 2026 will have no figures." in said
    assert "0 are for a manager to confirm and 0 open again" in said
    refused = client.post(f"/loads/night/{second}/withdraw/", {"reason": "  "})
    assert refused.status_code == 400
    assert "Say why" in refused.text
    answer = client.post(f"/loads/night/{second}/withdraw/", {"reason": "an <b>old</b> file"})
    load = Load.objects.latest("pk")
    assert answer["Location"] == f"/loads/{load.pk}/"
    withdrawal.perform(load)
    told = client.get(f"/loads/{load.pk}/").text
    assert "an &lt;b&gt;old&lt;/b&gt; file" in told
    listed = in_sight(client.get("/loads/").text)
    assert "Withdrawn" in listed
    old = client.get(f"/loads/{shown}/").text
    assert f'href="/loads/night/{second}/restore/"' in old
    assert "It is not used in any figures" in old
    assert client.get(f"/loads/night/{second}/withdraw/").status_code == 409
    assert client.get(f"/on/{SECOND}/nation/").status_code != 200
    restoring = client.get(f"/loads/night/{second}/restore/")
    assert "Pages will show data from 21 November 2026, 6.30pm again." in in_sight(restoring.text)
    client.post(f"/loads/night/{second}/restore/")
    withdrawal.perform(Load.objects.latest("pk"))
    assert current_state().night == second


def test_who_may_not_load_may_not_withdraw(nights: tuple[str, str], signed_in: SignIn) -> None:
    for role in ("analyst", "support", "manager", ""):
        client = signed_in(role, email=f"{role}x@example.org")
        for deed in ("show", "withdraw", "restore"):
            address = f"/loads/night/{nights[1]}/{deed}/"
            assert client.get(address).status_code == 403
            assert client.post(address, {"reason": "mine"}).status_code == 403
    page = signed_in("analyst").get(f"/loads/{Current.objects.get().load_id}/")
    assert "/withdraw/" not in page.text
    assert signed_in("administrator").get("/loads/night/nonsense/withdraw/").status_code == 404
