"""Reasons for reductions: everybody reads them, administrators change them from a day on."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from people_pages_fixtures import COURT, day_of, enter, plan_of, reduction, team_with
from tabs_fixtures import table_of

from wmt.days import written
from wmt.site.audit.models import AuditEvent
from wmt.site.availability import queries
from wmt.site.availability.change_requests import RefusedError
from wmt.site.availability.models import Reason

VALUES = {
    "name": "Time to train for marathons", "short_name": "Marathons", "category": "Personal Circumstances",
    "allowance": "", "most": "12.5", "months": "3", "enabled": "yes", "why": "agreed in the forum",
}  # fmt: skip


@pytest.fixture
def administrator(nation: Any, signed_in: Callable[..., Client]) -> Client:  # noqa: ARG001
    return signed_in("administrator")


def add(client: Client, **typed: str) -> str:
    """Add a reason; the address of its page."""
    answer = client.post("/reasons/new/", {**VALUES, "first_day": f"{day_of()}", **typed})
    assert answer.status_code == 302, answer.text
    return str(answer["Location"])


def names(page: str, table: str) -> set[str]:
    return {row["Reason"] for row in table_of(page, table)}


def test_everybody_reads_every_reason(nation: Any, signed_in: Callable[..., Client]) -> None:
    client = signed_in("practitioner", "team", nation.unit("team").code)
    page = client.get("/reasons/").text
    rows = {row["Reason"].partition(row["Reason"])[1]: row for row in table_of(page, "enabled")}
    every = queries.reasons_on(day_of())
    assert len(rows) == sum(reason.enabled for reason in every.values())
    maternity = next(row for name, row in rows.items() if name.startswith("Maternity"))
    assert (maternity["Takes off (%)"], maternity["Months"]) == ("100%", "6")
    assert maternity["As it is since"] == "the rules"
    assert "Add a reason" not in page
    one = client.get(f"/reasons/{COURT}/").text
    assert "Court Duty" in one
    assert "/change/" not in one
    assert client.get("/reasons/none-such/").status_code == 404


def test_a_new_reason_can_be_used_from_its_first_day(administrator: Client, nation: Any) -> None:
    soon = day_of() + timedelta(2)
    address = add(administrator, first_day=f"{soon}")
    assert "Marathons" in administrator.get(address).text
    page = administrator.get("/reasons/").text
    assert "Marathons" in str(names(page, "coming"))
    assert "Marathons" not in str(names(page, "enabled"))
    row = Reason.objects.get()
    assert (row.max_x100, row.months, row.allowance_x100, row.first_day) == (1_250, 3, None, soon)
    event = AuditEvent.objects.get(kind="reason")
    assert "agreed in the forum" in event.sentence
    add(administrator, name="Chess", short_name="", most="", months="")
    made = Reason.objects.get(short_name="Chess")
    _, posts = team_with(nation, 3)
    enter(reduction(posts[0], day_of(), None, reason=made.reason, percent_x100=500))
    assert plan_of(posts[0]).reductions[-1].reason == made.reason


def test_retiring_stops_new_use_only(administrator: Client, nation: Any) -> None:
    _, posts = team_with(nation, 3)
    enter(reduction(posts[0], day_of(), None, percent_x100=500))
    posts[0].refresh_from_db()
    before = posts[0].reduction_hours_micro
    form = administrator.get(f"/reasons/{COURT}/retire/").text
    assert "Retiring a reason only stops new use" in form
    answer = administrator.post(
        f"/reasons/{COURT}/retire/", {"first_day": f"{day_of()}", "why": "not any more"}
    )
    assert answer.status_code == 302
    page = administrator.get("/reasons/").text
    assert names(page, "retired") == {"Court Duty"}
    assert "Court Duty" not in names(page, "enabled")
    assert plan_of(posts[0]).reductions[-1].reason == COURT
    posts[0].refresh_from_db()
    assert posts[0].reduction_hours_micro == before
    with pytest.raises(RefusedError, match="retired"):
        enter(reduction(posts[1], day_of(), None, percent_x100=500))
    change = {**VALUES, "name": "Court Duty", "short_name": "Court Duty", "most": "", "months": "",
              "category": "Work Circumstances", "first_day": f"{day_of() + timedelta(1)}"}  # fmt: skip
    assert administrator.post(f"/reasons/{COURT}/change/", change).status_code == 302
    row = next(row for row in table_of(administrator.get("/reasons/").text, "retired"))
    assert row["Future changes"] == f"as entered from {day_of() + timedelta(1):%-d %B %Y}"


def test_a_change_leaves_what_held_before(administrator: Client) -> None:
    later = day_of() + timedelta(20)
    change = {**VALUES, "name": "Court Duty", "short_name": "Court Duty", "most": "40", "months": "",
              "category": "Work Circumstances", "first_day": f"{later}"}  # fmt: skip
    assert administrator.post(f"/reasons/{COURT}/change/", change).status_code == 302
    assert queries.reasons_on(day_of())[COURT].max_x100 is None
    assert queries.reasons_on(later)[COURT].max_x100 == 4_000


def test_an_entry_can_be_put_on_another_day_and_stays_in_the_history(administrator: Client) -> None:
    address = add(administrator)
    row = Reason.objects.get()
    page = administrator.get(address).text
    (link,) = [row["Correct"] for row in table_of(page, "versions")]
    assert link
    correct = f"{address}{row.key.replace('/', '~s')}/correct/"
    assert correct in page
    form = administrator.get(correct).text
    assert 'value="12.5"' in form
    assert f'value="{written(day_of())}"' in form
    later = day_of() + timedelta(9)
    typed = {**VALUES, "first_day": f"{later}", "version": "1"}
    assert administrator.post(correct, typed).status_code == 302
    assert row.reason not in queries.reasons_on(day_of())
    assert row.reason in queries.reasons_on(later)
    rows = table_of(administrator.get(address).text, "versions")
    assert [each["Stands"] for each in rows] == ["yes", "no: replaced by a later entry"]
    assert rows[0]["Why"] == "agreed in the forum"


def test_somebody_elses_correction_is_not_overwritten(administrator: Client) -> None:
    address = add(administrator)
    row = Reason.objects.get()
    correct = f"{address}{row.key.replace('/', '~s')}/correct/"
    first = administrator.post(correct, {**VALUES, "first_day": f"{day_of()}", "version": "1", "most": "20"})
    assert first.status_code == 302
    second = {**VALUES, "first_day": f"{day_of()}", "version": "1", "most": "30"}
    answer = administrator.post(correct, second)
    assert answer.status_code == 422
    assert "Someone else has changed this reason" in answer.text
    assert 'value="30"' in answer.text
    assert Reason.objects.get(ended_change=None).max_x100 == 2_000
    assert 'name="version" value="2"' in answer.text, "sending it again means it"
    assert administrator.post(correct, {**second, "version": "2"}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"name": ""}, "name", "Enter a name"),
        ({"name": "n" * 256}, "name", "255 characters"),
        ({"category": "Magic"}, "category", "Choose one of the three categories"),
        ({"allowance": "101"}, "allowance", "more than 0 and at most 100"),
        ({"allowance": "0"}, "allowance", "more than 0 and at most 100"),
        ({"allowance": "20"}, "allowance", "above the highest share"),
        ({"most": "1.234"}, "most", "can have 2 decimals at most"),
        ({"months": "0"}, "months", "from 1 to 600"),
        ({"months": "soon"}, "months", "must be a whole number"),
        ({"first_day": ""}, "first_day", "Enter the first day"),
        ({"first_day": "1 Brumaire"}, "first_day", "must be a real date"),
        ({"short_name": "maternity leave"}, "short_name", "Another reason has this short name"),
        ({"enabled": "perhaps"}, "enabled", "Choose whether"),
        ({"why": ""}, "why", "Enter why"),
    ],
)
def test_every_fault_is_on_its_field(
    administrator: Client, typed: dict[str, str], field: str, said: str
) -> None:
    answer = administrator.post("/reasons/new/", {**VALUES, "first_day": f"{day_of()}", **typed})
    assert answer.status_code == 422
    assert f'href="#{field}">' in answer.text
    assert f'id="{field}-error"' in answer.text
    assert said in answer.text
    assert not Reason.objects.exists()


def test_only_administrators_change_them(nation: Any, signed_in: Callable[..., Client]) -> None:
    places = {"manager": ("team", nation.unit("team").code), "support": ("nation", "nation")}
    for role, place in places.items():
        client = signed_in(role, *place)
        for address in ("/reasons/new/", f"/reasons/{COURT}/change/", f"/reasons/{COURT}/retire/"):
            assert client.get(address).status_code == 403
            assert client.post(address, {**VALUES, "first_day": f"{day_of()}"}).status_code == 403
    assert not Reason.objects.exists()


def test_whys_are_for_those_who_read_the_audit(
    administrator: Client, nation: Any, signed_in: Callable[..., Client]
) -> None:
    address = add(administrator)
    assert "agreed in the forum" in administrator.get(address).text
    assert "agreed in the forum" in signed_in("support").get(address).text
    manager = signed_in("manager", "team", nation.unit("team").code)
    assert "agreed in the forum" not in manager.get(address).text


def test_reasons_are_a_file_and_sort_apart(administrator: Client) -> None:
    add(administrator, enabled="no")
    page = administrator.get("/reasons/?sort=name&retired-sort=months").text
    assert "retired-sort=name" in page
    answer = administrator.get("/reasons/enabled.csv")
    assert answer.status_code == 200
    assert b"Court Duty" in b"".join(answer)


def test_a_name_holds_what_can_be_shown_and_looks_like_no_other(administrator: Client) -> None:
    typed = {**VALUES, "first_day": f"{day_of()}"}
    turned = administrator.post("/reasons/new/", {**typed, "name": "Mara\u202ethon"})
    assert "right-to-left override" in turned.text
    add(administrator)
    alike = administrator.post("/reasons/new/", {**typed, "short_name": "\u039carathons"})
    assert "Another reason has this short name" in alike.text
