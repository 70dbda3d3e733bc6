"""If people leave: the page that answers it, who sees what of it, and the plan it is kept as."""

# ruff: noqa: F811 - fixtures come by import
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tabs_fixtures import in_sight, links, number, table_of
from test_allocation_pages import Pdu, pdu  # noqa: F401
from test_plans import kept, unit_of, user_of

from wmt.site.accounts.models import LimitedAccess
from wmt.site.audit.models import ReadEvent
from wmt.site.links import unit_url
from wmt.site.plans.models import SavedPlan
from wmt.site.queries import leavers as leaver_cases
from wmt.site.queries import unit_ledger
from wmt.site.queries.leavers import leaving
from wmt.site.queries.plan_effects import PlanReading
from wmt.site.web.plans import leaver_words, leavers
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
CRN = re.compile(r"\b[A-Z]\d{6}\b")


@pytest.fixture
def head(pdu: Pdu, signed_in: SignIn) -> Client:
    return signed_in("head", "pdu", pdu.code)


def _page(client: Client, level: str, code: str, *leavers: Unit, **more: str) -> str:
    asked: dict[str, Any] = {"ask": "1", "leaver": [post.code for post in leavers], **more}
    answer = client.get(unit_url(level, code, "leavers"), asked)
    assert answer.status_code == 200
    return answer.text


def test_the_page_answers_and_all_its_figures_are_those_of_one_plan(pdu: Pdu, head: Client) -> None:
    left = [pdu.holder, pdu.full[0]]
    text = _page(head, "pdu", pdu.code, *left, day="1 December 2026")
    said = re.search(
        r"If .* on 1 December 2026, (\d+) cases? \(.*?\) needs? another practitioner", in_sight(text)
    )
    assert said
    cases = sum(post.cases_all for post in left)
    assert int(said[1]) == cases > 5
    gets, rest, listed = (table_of(text, name) for name in ("receivers", "no-place", "cases"))
    fit = sum(number(row["Gets cases"]) for row in gets)
    assert fit + sum(number(row["Cases"]) for row in rest) == cases
    assert len(listed) == cases
    assert sum(row["Could go to"] == "Nobody" for row in listed) == cases - fit
    for row in gets:
        assert number(row["Points then"]) == pytest.approx(
            number(row["Points now"]) + number(row["Of points"]), abs=1
        )
        assert float(row["Capacity then"].split("%")[0]) <= 110
    assert ReadEvent.objects.filter(level="post", code=pdu.holder.code).exists()


def test_the_plan_that_is_kept_says_the_same_as_the_page(pdu: Pdu, head: Client) -> None:
    user, unit, state = user_of(head), unit_of(pdu), current_state()
    found = leaving(state, user, unit, [pdu.holder, pdu.full[0]])
    sent = {"leaver": [pdu.holder.code, pdu.full[0].code], "day": "1 December 2026", "key": "k1"}
    answers = [head.post(f"/leavers/plan/pdu/{pdu.code}/", sent) for _ in range(2)]
    assert {answer.status_code for answer in answers} == {302}
    (row,) = SavedPlan.objects.filter(owner=user)  # sent twice it is one
    assert row.name == f"2 people leave: {unit.name}, 1 December 2026"
    reading = PlanReading(row.plan, user, user, unit, state)
    effect = reading.effect()
    assert not any(step.missing for step in effect.steps)
    told = [
        {(each.unit.level, each.unit.code): (each.before, each.after) for each in moments}
        for moments in (found.moments, effect.moments)
    ]
    assert told[0] == told[1]
    page = in_sight(head.get(f"/plans/{row.pk}/").text)
    assert "Where the cases of those who leave fit" in page
    assert "another practitioner" in page


def test_who_may_not_read_cases_gets_counts_and_points_alone(
    pdu: Pdu, head: Client, signed_in: SignIn
) -> None:
    LimitedAccess.objects.create(
        ref=pdu.held.ref, excluded=[user_of(head).email.upper()], restricted=[], is_current=True
    )
    assert pdu.held.ref not in _page(head, "pdu", pdu.code, pdu.holder)
    shown = table_of(_page(head, "pdu", pdu.code, pdu.holder), "no-place")
    assert sum(number(row["Cases"]) for row in shown if row["Why"].startswith("You cannot give")) == 1
    other = signed_in("support", "nation", "nation", email="support@example.org")
    text = _page(other, "pdu", pdu.code, pdu.holder)
    assert not CRN.search(in_sight(text))
    assert 'id="table-cases"' not in text
    # nobody finds by a number where a case is that they may not know of
    assert "You cannot give" not in text
    assert "You cannot allocate cases." in in_sight(text)
    cases = sum(number(row["Gets cases"]) for row in table_of(text, "receivers"))
    assert 0 < cases <= pdu.holder.cases_all
    other.post(f"/leavers/plan/pdu/{pdu.code}/", {"leaver": pdu.holder.code})
    row = SavedPlan.objects.get(owner__email="support@example.org")
    assert not CRN.search(row.text)
    assert "leave" in row.text
    assert not ReadEvent.objects.filter(user__email="support@example.org").exists()


def test_who_reads_no_cases_does_not_learn_from_what_fits_where_a_limited_case_is(
    pdu: Pdu, head: Client, signed_in: SignIn
) -> None:
    other = signed_in("support", "nation", "nation", email="support@example.org")
    before = [table_of(_page(other, "pdu", pdu.code, pdu.holder), "receivers")]
    everybody = [post.staff_code for post in Unit.objects.filter(level="post", pdu_code=pdu.code, whole=True)]
    LimitedAccess.objects.create(ref=pdu.held.ref, excluded=everybody, restricted=[], is_current=True)
    # the head, who reads the case, sees that nobody may hold it; to others it is a case like any other
    assert "access" in in_sight(_page(head, "pdu", pdu.code, pdu.holder))
    text = _page(other, "pdu", pdu.code, pdu.holder)
    assert [table_of(text, "receivers")] == before
    assert "grade, training or access" not in in_sight(text)


def test_a_manager_is_told_to_whom_they_cannot_allocate(pdu: Pdu, head: Client, signed_in: SignIn) -> None:
    own = table_of(_page(head, "pdu", pdu.code, pdu.holder), "receivers")
    assert own
    assert not any("you cannot allocate" in row["Who"] for row in own)
    teams = Unit.objects.filter(load_id=current_state().load_id, level="team", whole=True)
    elsewhere = teams.exclude(pdu_code=pdu.code).order_by("code").first()
    assert elsewhere
    manager = signed_in("manager", "team", elsewhere.code, email="spo@example.org")
    page = _page(manager, "pdu", pdu.code, pdu.holder)
    theirs = table_of(page, "receivers")
    assert len(theirs) == len(own)
    assert all("you cannot allocate to them" in row["Who"] for row in theirs)
    assert f"You cannot allocate to {len(own)} of those who could take cases" in in_sight(page)
    assert not CRN.search(in_sight(page))


def test_to_whom_one_cannot_allocate_is_said_where_they_are_chosen(
    pdu: Pdu, head: Client, signed_in: SignIn
) -> None:
    teams = Unit.objects.filter(load_id=current_state().load_id, level="team", whole=True)
    elsewhere = teams.exclude(pdu_code=pdu.code).order_by("code").first()
    assert elsewhere
    manager, one = signed_in("manager", "team", elsewhere.code, email="spo@example.org"), pdu.free[0]
    step = {"do": "move", "number": 1, "kind": "community:C2", "from": pdu.holder.code, "to": one.code}
    barred = (f"You cannot allocate cases to {one.name}", "; you cannot allocate to them")
    for client, is_barred in ((head, False), (manager, True)):
        row = kept(user_of(client), unit_of(pdu), step)
        assert (barred[0] in in_sight(client.get(f"/plans/{row.pk}/").text)) == is_barred
        assert (barred[1] in client.get(f"/plans/{row.pk}/steps/move-number/").text) == is_barred
    asked = {"ask": "1", "held_weeks": "0", "ends_weeks": "0"}
    text = manager.get(unit_url("pdu", pdu.code, "reshare"), asked).text
    gets = [row for row in table_of(text, "people") if row["Gets"] != "0"]
    assert gets
    assert all("you cannot allocate to them" in row["Who"] for row in gets)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"ask": "1"}, "Tick who leaves"),
        ({"leaver": "T:GONE"}, "One person in this address cannot be found here"),
        ({"ask": "1", "day": "1 May 2020"}, "The day they leave must be between"),
        ({"ask": "1", "day": "soon"}, "must be a real date"),
    ],
)
def test_what_is_wrong_is_said_and_the_form_is_there(
    pdu: Pdu, head: Client, asked: dict[str, str], said: str
) -> None:
    if "day" in asked:
        asked = {**asked, "leaver": pdu.holder.code}
    text = head.get(unit_url("pdu", pdu.code, "leavers"), asked).text
    assert said in in_sight(text)
    assert len(table_of(text, "leavers")) > 5
    assert head.post(f"/leavers/plan/pdu/{pdu.code}/", asked)["Location"].startswith(
        f"/pdu/{pdu.code}/leavers/"
    )
    assert not SavedPlan.objects.exists()


def test_everybody_of_a_team_can_leave_and_the_team_is_then_without_anybody(pdu: Pdu, head: Client) -> None:
    team = pdu.holder.team_code
    posts = [
        post
        for post in Unit.objects.filter(
            load_id=current_state().load_id,
            level="post",
            whole=True,
            team_code=team,
            stream="sentence_management",
        )
        if post.grade != "DMY"
    ]
    text = _page(head, "team", team, *posts, within="team")
    assert not table_of(text, "receivers") if 'id="table-receivers-caption"' in text else True
    assert "None of" in in_sight(text)


def test_who_leaves_by_the_same_plan_takes_no_cases(
    pdu: Pdu, head: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the plan says who gets their cases, or they are one more than the page can be asked for."""
    leaves = {"do": "leave", "post": pdu.holder.code}
    alone = kept(user_of(head), unit_of(pdu), leaves)
    takes = {row["Who"] for row in table_of(head.get(f"/plans/{alone.pk}/").text, "receivers")}
    people = Unit.objects.filter(load_id=current_state().load_id, level="post", pdu_code=pdu.code, whole=True)
    able = [post for post in people.order_by("code") if any(post.name in who for who in takes)]
    settled = {"do": "leave", "post": able[0].code, "to": [able[1].code]}
    text = head.get(f"/plans/{kept(user_of(head), unit_of(pdu), leaves, settled).pk}/").text
    assert not any(able[0].name in row["Who"] for row in table_of(text, "receivers"))
    assert f"If {pdu.holder.name} leaves, " in in_sight(text)
    assert "who gets them are not part of this" in in_sight(text)
    assert "Open it by itself" not in text

    stay = able[-1]
    many = [post for post in leavers.people(current_state(), unit_of(pdu)) if post.code != stay.code]
    monkeypatch.setattr(leaver_cases, "MOST", len(many) - 1)
    monkeypatch.setattr(leaver_words, "MOST_NAMED", len(many) - 1)
    steps = [{"do": "leave", "post": post.code} for post in many]
    text = head.get(f"/plans/{kept(user_of(head), unit_of(pdu), *steps).pk}/").text
    assert f"If {len(many)} people leave, " in in_sight(text)
    assert [row["Who"].startswith(stay.name) for row in table_of(text, "receivers")] == [True]


def test_re_sharing_gives_out_the_cases_of_those_who_leave(pdu: Pdu, head: Client) -> None:
    way = next(href for href in links(_page(head, "pdu", pdu.code, pdu.holder)) if "leavers=" in href)
    assert "goal1=waiting" in way
    text = head.get(way.replace("held_weeks=4", "held_weeks=0").replace("ends_weeks=4", "ends_weeks=0")).text
    assert f"Without {pdu.holder.name}" in in_sight(text)
    assert not any(row["Who"].startswith(pdu.holder.name) for row in table_of(text, "people"))
    moves = table_of(text, "moves")
    assert sum(row["From"] == "Waiting, or held by who leaves" for row in moves) > 0
    assert not any(row["To"].startswith(pdu.holder.name) for row in moves)


def test_a_part_has_those_elsewhere_who_did_contacts_on_its_cases(nation: Any) -> None:
    """What a trainee does in a stage of PQiP earns nothing, also where the trainee is in another team: left
    out, a plan moved the figures of people it does not touch."""
    import polars as pl

    from wmt.nights.unit_slice import part_of

    state, contact = (
        current_state(),
        nation.night.table("facts/contact").drop_nulls(["by_post_no", "om_post_no"]),
    )
    numbers = dict(
        Unit.objects.filter(load=nation.load, level="post", whole=True).values_list("number", "code")
    )
    by, om = next(
        pair
        for pair in contact.select("by_post_no", "om_post_no").iter_rows()
        if pair[0] != pair[1] and pair[0] in numbers and pair[1] in numbers
    )
    part = part_of(nation.night, "post", {numbers[om]})
    whole, beside = unit_ledger.with_doers(state, nation.night, part)
    assert numbers[by] in beside
    assert numbers[om] not in beside
    assert by in whole.facts.post["post_no"]
    mine = pl.col("post_no") == om
    assert whole.facts.caseload.filter(mine).equals(part.facts.caseload.filter(mine))
