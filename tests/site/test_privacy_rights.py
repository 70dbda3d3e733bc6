"""Who reads what, by role, unit and policy; what is written down; what programs may read in bulk."""

# ruff: noqa: F401, F811 - fixtures come by import

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, person_with, program
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt.site.accounts import visibility
from wmt.site.accounts.models import RoleGrant, User
from wmt.site.accounts.who_can_see import rights, who_sees
from wmt.site.audit.models import AuditEvent, ReadEvent
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
DOCUMENT = Path(__file__).parents[2] / "docs" / "privacy.md"


def test_the_document_has_the_rights_that_are_in_force() -> None:
    head, *rows = rights()
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    assert f"| {' | '.join(head)} |".replace("|  |", "| |") in lines
    for row in rows:
        assert f"| {' | '.join(row)} |" in lines, row


def _policy(settings: Any, values: dict[str, str]) -> None:
    """Lays policies over those that come with the program."""
    body = "".join(f"  {path}:\n    2020-01-01: {value}\n" for path, value in values.items())
    settings.CONFIG.policy.write_text(f"name: test\nreference: test\nvalues:\n{body}", encoding="utf-8")


@pytest.fixture
def own_policy(settings: Any, tmp_path: Path) -> Callable[..., None]:
    """The installation's own policy file, in a place of its own."""
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path)
    return lambda **values: _policy(
        settings, {f"reading.{k.replace('__', '.')}": v for k, v in values.items()}
    )


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("role", "level", "width", "wide"),
    [
        ("practitioner", "team", None, "post"),
        ("practitioner", "team", "own team", "team"),
        ("practitioner", "team", "own PDU", "pdu"),
        ("practitioner", "team", "own region", "region"),
        ("practitioner", "team", "nation", "nation"),
        ("practitioner", "team", "none", ""),
        ("manager", "team", None, "team"),
        ("manager", "pdu", None, "pdu"),
        ("manager", "team", "own region", "region"),
        ("head", "pdu", None, "pdu"),
        ("head", "pdu", "own post", "post"),
        ("analyst", "region", None, "region"),
        ("analyst", "nation", None, "nation"),
        ("support", "nation", None, ""),
        ("administrator", "nation", None, "nation"),
    ],
)
def test_cases_reach_as_far_as_role_and_policy_say(
    nation: Any, own_policy: Any, role: str, level: str, width: str | None, wide: str
) -> None:
    post = nation.unit("post", cases__gt=0)
    code = "nation" if level == "nation" else getattr(post, f"{level}_code")
    user = person_with(role, level, code, staff_code=post.staff_code)
    if width:
        own_policy(**{f"case_rows__{role}": width})
    reach = visibility.cases(user, current_state())
    posts = list(Unit.objects.filter(load=nation.load, level="post", whole=True))
    found = {each.code for each in posts if reach.covers(each)}
    wanted = {each.code for each in posts if _within(each, post, wide)}
    assert found == wanted
    among = reach.among(Unit.objects.filter(load=nation.load, level="post", whole=True))
    assert {each.code for each in among} == wanted
    of_posts = visibility.ReachOfPosts(reach, current_state())
    assert {each.code for each in posts if of_posts((each.team_code, each.staff_code))} == wanted


def _within(each: Unit, post: Unit, wide: str) -> bool:
    if wide in ("", "nation"):
        return wide == "nation"
    name = "staff_code" if wide == "post" else f"{wide}_code"
    return bool(getattr(each, name) == getattr(post, name))


@pytest.mark.both_databases
def test_a_role_that_has_ended_reads_figures_only(nation: Any, signed_in: SignIn) -> None:
    from datetime import date

    post = nation.unit("post", cases__gt=5)
    client = signed_in("administrator", staff_code=post.staff_code)
    RoleGrant.objects.update(last_day=date(2026, 1, 1), first_day=date(2025, 1, 1))
    page = client.get(f"/post/{post.code}/caseload/").text
    assert {row["CRN"] for row in table_of(page, "cases")} <= {"withheld", "counts only", "Total"}
    assert post.name not in page
    assert str(post.cases) in in_sight(page)


def test_who_can_see_this_is_answered_from_the_roles(nation: Any, signed_in: SignIn) -> None:
    post = nation.unit("post", cases__gt=0)
    for number in range(2):
        user = User.objects.create_user(f"m{number}@example.org", name=f"M{number}")
        RoleGrant.objects.create(
            user=user, role="manager", level="team", code=post.team_code, first_day="2020-01-01"
        )
    client = signed_in("practitioner", "team", post.team_code)
    page = in_sight(client.get(f"/post/{post.code}/caseload/").text)
    said = page[page.index("Who can see this?") :]
    assert "Manager (senior probation officer): 2 people" in said
    assert post.name in said
    elsewhere = nation.unit("team", code__gt=post.team_code)
    kinds = {kind.title: kind.readers for kind in who_sees(current_state(), elsewhere)}
    assert not any("Manager" in reader for reader in kinds["Concerns"])


@pytest.mark.both_databases
def test_reading_somebody_is_written_down_once_a_day(nation: Any, signed_in: SignIn) -> None:
    post = nation.unit("post", cases__gt=0)
    client = signed_in("analyst")
    for tab in ("caseload", "working", "hours", "working"):
        client.get(f"/post/{post.code}/{tab}/")
    [event] = AuditEvent.objects.filter(kind="read", code=post.code)
    assert event.sentence == f"A analyst viewed the details of {post.name}."
    assert (event.level, event.actor.name, ReadEvent.objects.count()) == ("post", "A analyst", 1)


@pytest.mark.both_databases
def test_a_page_with_cases_of_many_is_written_down_in_one_go(
    nation: Any, signed_in: SignIn, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    client = signed_in("manager", "nation", "nation")
    kept = nation.unit("post", cases__gt=0)
    client.get(f"/post/{kept.code}/caseload/")
    client.get("/search/", {"q": "X9"})  # what is kept for every page is there
    before = set(ReadEvent.objects.values_list("code", flat=True))
    with django_assert_max_num_queries(20):
        page = client.get("/search/", {"q": "X1"}).text
    assert client.get("/search/", {"q": "X1"}).status_code == 200  # asked again, each is there once
    shown = set(re.findall(r'href="/post/([^/"]+)/"', page))
    assert len(shown - before) > 8
    read = list(AuditEvent.objects.filter(kind="read").values_list("code", flat=True))
    assert sorted(read) == sorted(shown | before)
    assert ReadEvent.objects.count() == len(read)


@pytest.mark.both_databases
def test_where_another_was_quicker_with_one_the_rest_is_written(
    nation: Any, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from contextlib import contextmanager

    from wmt.site.audit import reads

    signed_in("analyst")
    reader, day = User.objects.get(), nation.load.as_at.date()
    codes = ["T:A", "T:B", "T:C"]

    @contextmanager
    def quicker() -> Iterator[None]:
        """Another process writes one of them between the look for it and the writing."""
        ReadEvent.objects.get_or_create(user=reader, level="post", code="T:B", day=day)
        yield

    monkeypatch.setattr(reads, "_briefly", quicker)
    reads._write([reads._Read(reader.pk, "R", "post", code, code, day) for code in codes])
    assert sorted(ReadEvent.objects.values_list("code", flat=True)) == codes
    mine = AuditEvent.objects.filter(kind="read").order_by("code")
    assert [event.code for event in mine] == ["T:A", "T:C"]


@pytest.mark.both_databases
def test_reading_oneself_is_nobodys_business(nation: Any, signed_in: SignIn) -> None:
    post = nation.unit("post", cases__gt=0)
    client = signed_in("practitioner", "team", post.team_code, staff_code=post.staff_code)
    client.get(f"/post/{post.code}/caseload/")
    assert not ReadEvent.objects.exists()
    client.get(f"/team/{post.team_code}/caseload/")
    assert ReadEvent.objects.get().code == post.team_code


@pytest.mark.both_databases
def test_a_page_does_not_wait_until_it_is_written(
    nation: Any, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    from wmt.site.audit import reads

    post = nation.unit("post", cases__gt=0)
    client = signed_in("analyst")

    tried = []

    def busy(*_: Any, **__: Any) -> None:
        tried.append(1)
        raise OperationalError("database is locked")

    pages = [f"/post/{post.code}/caseload/", f"/team/{post.team_code}/caseload/"]
    with monkeypatch.context() as patch:
        patch.setattr(AuditEvent.objects, "bulk_create", busy)
        assert [client.get(page).status_code for page in pages] == [200, 200]
    assert len(tried) == 2  # once an answer, however many are to be written
    assert not ReadEvent.objects.exists()
    other = nation.unit("post", cases__gt=0, code__gt=post.code)
    client.get(f"/post/{other.code}/caseload/")  # the next answer writes them all
    written = set(ReadEvent.objects.values_list("code", flat=True))
    assert written == {post.code, other.code, post.team_code}


@pytest.mark.both_databases
def test_programs_read_so_many_lines_a_minute(
    nation: Any, program: Callable[..., Program], own_policy: Any
) -> None:
    own_policy(bulk__requests_a_minute="3")
    post = nation.unit("post", cases__gt=0)
    here = program("analyst")
    address = f"units/team/{post.team_code}/lines"
    answers = [here.ask("get", address) for _ in range(8)]
    codes = [answer.status_code for answer in answers]
    assert set(codes) == {200, 429}  # a minute may turn in between
    late = next(answer for answer in answers if answer.status_code == 429)
    assert 0 < int(late["Retry-After"]) <= 60
    assert late.json()["code"] == "TOO_MANY"
    assert AuditEvent.objects.filter(kind="read", code=post.team_code).count() == 1
    assert program().ask("get", address).status_code == 403  # without a role nobody takes them out


@pytest.mark.both_databases
def test_without_a_role_no_single_lines_of_others_are_taken_out(
    nation: Any, program: Callable[..., Program]
) -> None:
    post = nation.unit("post", cases__gt=0)
    team = f"units/team/{post.team_code}"
    nobody, reader = program(), program("practitioner", "team", post.team_code)
    for address in (f"{team}/lines", f"{team}/tables/caseload", f"{team}/why?cause=new_case"):
        assert nobody.ask("get", address).status_code == 403, address
        assert reader.ask("get", address).status_code != 403, address
    for address in (
        team,
        f"{team}/tables/overview",
        f"{team}/cells",
        f"units/post/{post.code}/tables/caseload",
    ):
        assert nobody.ask("get", address).status_code == 200, address


def test_readings_that_two_threads_take_at_once_break_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import deque

    from wmt.site.audit import reads

    class Taken(deque[Any]):
        """Another thread takes all of it after it was counted."""

        def __len__(self) -> int:
            found = super().__len__()
            self.clear()
            return found

    monkeypatch.setattr(reads, "_waiting", Taken())
    written: list[Any] = []
    monkeypatch.setattr(reads, "_write", written.extend)
    reader = User(pk=1, name="R")
    reads.note_read(reader, Unit(level="post", code="T:A", name="A"))
    reads.write_reads(reader)
    assert [read.code for read in written] == ["T:A"]


@pytest.mark.both_databases
def test_search_does_not_tell_whether_a_case_exists(nation: Any, signed_in: SignIn) -> None:
    post = nation.unit("post", cases__gt=5)
    far = nation.unit("post", cases__gt=5, region_code__gt=post.region_code)
    client = signed_in("manager", "team", post.team_code)
    cases = list(Pricing.objects.filter(load=nation.load, kind="case").values_list("number", flat=True))
    mine, theirs = (
        Line.objects.filter(load=nation.load, post_no=each.number, pricing__in=cases).exclude(ref="")
        for each in (post, far)
    )
    ref, other = mine.values_list("ref", flat=True)[0], theirs.values_list("ref", flat=True)[0]
    assert post.name in client.get("/search/", {"q": ref}).text
    hidden = client.get("/search/", {"q": other}).text
    nothing = client.get("/search/", {"q": "Z999999"}).text
    assert in_sight(hidden).replace(other, "?") == in_sight(nothing).replace("Z999999", "?")


@pytest.mark.both_databases
def test_live_answers_readers_only(nation: Any, signed_in: SignIn, settings: Any) -> None:
    from dataclasses import replace

    post = nation.unit("post")
    far = nation.unit("post", region_code__gt=post.region_code)
    assert Client().get(f"/live/post/{post.code}/").status_code == 302
    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    client = signed_in("manager", "team", post.team_code)
    assert client.get(f"/live/post/{post.code}/").json()["mark"]
    assert client.get(f"/live/post/{far.code}/").status_code == 404


def test_sending_what_stands_for_another_team_tells_nothing(nation: Any) -> None:
    """A row that is the same as what stands is refused like any other: else one could guess until it fits."""
    from wmt.site.availability.queries import plans_of
    from wmt.site.web.availability.upload_read import _readable_plans

    team = nation.unit("team", cases__gt=5)
    manager = person_with("manager", "team", team.code)
    readable = _readable_plans(current_state(), manager)
    assert {post[0] for post in readable} <= {team.code}
    assert set(readable) < set(plans_of())
