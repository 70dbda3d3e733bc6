"""Every page as of a day: figures, names, membership, rules and people's records as they stood then."""

# ruff: noqa: F811 - fixtures come by import

import re
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from django.test import Client
from tabs_fixtures import in_sight, number, table_of
from time_fixtures import _loaded_two, two, two_nights  # noqa: F401

from wmt.site.links import on_day, unit_url

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
FIRST, SECOND = date(2026, 11, 20), date(2026, 11, 21)


def _moved(nights: dict[str, Any], level: str) -> tuple[str, int, int]:
    """A unit whose headline's whole points differ between two nights: its code, points before and after."""
    before, after = (
        night.table("results/totals")
        .filter(level=level, stream="sentence_management")
        .select("code", "points_x100")
        for night in nights.values()
    )
    both = before.join(after, on="code", suffix="_after")
    row = (
        both.filter((pl.col("points_x100") // 100) != (pl.col("points_x100_after") // 100))
        .sort("code")
        .row(0)
    )
    return row[0], row[1], row[2]


def _points(page: str) -> int:
    found = re.search(r"<dt[^>]*>\s*Points\s*</dt>.*?<dd[^>]*>(.*?)</dd>", page, re.S)
    assert found, "the page has no figure Points"
    return number(re.findall(r"[\d,]+", in_sight(found[1]))[0])


@pytest.mark.both_databases
@pytest.mark.parametrize("level", ["post", "team", "region"])
def test_figures_are_those_of_the_day(two_nights: Any, signed_in: SignIn, level: str) -> None:
    code, before, after = _moved(two_nights, level)
    client = signed_in()
    url = unit_url(level, code)
    now, then = client.get(url), client.get(on_day(url, FIRST))
    assert (_points(now.text), _points(then.text)) == ((after + 50) // 100, (before + 50) // 100)
    assert "You are viewing" not in now.text
    assert "You are viewing 20 November 2026." in in_sight(then.text)
    assert "data-live=" not in then.text  # the past does not move


@pytest.mark.both_databases
@pytest.mark.usefixtures("two_nights")
def test_one_stays_on_the_day_until_one_leaves_it(signed_in: SignIn) -> None:
    client = signed_in("administrator")
    page = client.get(on_day(unit_url("nation", "nation"), FIRST)).text
    inside = set(re.findall(r'href="(/[^"]*)"', page))
    away = {href for href in inside if not href.startswith(("/on/2026-11-20/", "/static/"))}
    assert away == {"/nation/"}  # back to now
    table = table_of(page, "overview")
    assert len(table) > 2
    followed = [href for href in inside if href.startswith("/on/2026-11-20/region/")]
    assert followed
    assert "You are viewing" in client.get(sorted(followed)[0]).text


@pytest.mark.usefixtures("two_nights")
def test_the_place_one_is_at_is_marked_there_too(signed_in: SignIn) -> None:
    client = signed_in()
    for url, place in (("/nation/reports/", "England and Wales"), ("/rules/", "Rules")):
        assert re.findall(
            r'class="wmt-nav__link"[^>]* aria-current="page">([^<]+)', client.get(on_day(url, FIRST)).text
        ) == [place]


@pytest.mark.both_databases
def test_every_tab_can_be_read_of_a_day(two_nights: Any, signed_in: SignIn) -> None:
    from wmt.site.web.unit_pages.views import TABS

    client = signed_in("administrator")
    code, _, _ = _moved(two_nights, "post")
    for level, of in (("post", code), ("team", code.partition(":")[0]), ("nation", "nation")):
        for tab in TABS:
            answer = client.get(on_day(unit_url(level, of, tab), FIRST))
            assert answer.status_code == 200, (level, tab)
            assert "You are viewing" in answer.text, (level, tab)


def test_exports_are_of_the_day(two_nights: Any, signed_in: SignIn) -> None:
    night = next(iter(two_nights.values()))
    headline = night.table("results/totals").filter(stream="sentence_management")
    team = headline.filter(pl.col("posts") > 0, level="team").sort("code").row(0, named=True)
    answer = signed_in().get(on_day(unit_url("team", team["code"]), FIRST) + "overview.csv")
    assert answer.status_code == 200
    body = b"".join(answer.streaming_content).decode() if answer.streaming else answer.content.decode()
    posts = headline.filter(level="post", team_code=team["code"])
    assert "2026-11-20" in answer["Content-Disposition"]
    assert len(posts) == team["posts"]
    for code in posts["code"]:
        assert code in body


def test_the_api_takes_a_day(two_nights: Any, signed_in: SignIn) -> None:
    code, before, after = _moved(two_nights, "team")
    client = signed_in()
    url = f"/api/v1/units/team/{code}"
    now, then = client.get(url), client.get(url, {"on": "2026-11-20"})
    assert (now.status_code, then.status_code) == (200, 200)
    assert (now.json()["figures"]["points"], then.json()["figures"]["points"]) == (after / 100, before / 100)
    assert client.get(f"/on/2026-11-20{url}").json()["figures"]["points"] == before / 100
    for wrong in ("2026-02-30", "yesterday", ""):
        assert client.get(url, {"on": wrong}).json()["code"] == "NO_SUCH_NIGHT"
    assert client.get(url, {"on": "1999-01-01"}).status_code == 404
    assert client.get(url, {"on": "2999-01-01"}).status_code == 404


@pytest.mark.both_databases
def test_records_are_those_that_stood(two_nights: Any, signed_in: SignIn) -> None:
    from wmt.site.accounts.models import User
    from wmt.site.availability.change_requests import Change
    from wmt.site.changes.actions import save
    from wmt.site.workload.models import Unit

    code, _, _ = _moved(two_nights, "post")
    post = tuple(code.split(":"))
    client = signed_in("administrator")
    manager = User.objects.first()
    url = unit_url("post", code, "hours")
    before = in_sight(client.get(on_day(url, SECOND)).text)
    change = Change(
        kind="hours", post=post, first_day=FIRST - timedelta(30), hours_micro=11_250_000, why="late"
    )
    save(actor=manager, who=str(manager), changes=[change], kind="hours")
    now, then = in_sight(client.get(url).text), in_sight(client.get(on_day(url, SECOND)).text)
    assert "11.25" in now
    assert "11.25" not in then
    assert then.partition("Contracted hours")[2] == before.partition("Contracted hours")[2]
    # and the figures of the night itself are as they were, while those of now have moved
    night = list(two_nights.values())[1].table("results/totals").filter(level="post", code=code)
    shown = client.get("/api/v1/units/post/" + code, {"on": "2026-11-21"}).json()
    assert shown["figures"]["contracted_hours"] == night["contracted_hours_micro"][0] / 1_000_000
    live = Unit.objects.get(load__state="loaded", load__night=list(two_nights)[1], code=code, whole=True)
    assert live.contracted_hours_micro == 11_250_000


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_nothing_can_be_changed_in_the_past(two_nights: Any, signed_in: SignIn, method: str) -> None:
    code, _, _ = _moved(two_nights, "post")
    client = signed_in("administrator")
    url = on_day(f"/post/{code}/hours/new/", FIRST)
    answer = getattr(client, method)(url, {"hours": "20"}, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 409
    assert "You cannot change earlier dates" in answer.text
    assert client.get(url).status_code == 409  # nor is there a form for it
    page = client.get(on_day(unit_url("post", code, "hours"), FIRST)).text
    assert "hours/new/" not in page
    assert "challenges/new/" not in page
    answer = getattr(client, method)(
        f"/api/v1/posts/{code}/reductions?on=2026-11-20", b"{}", content_type="application/json"
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "IN_THE_PAST")


@pytest.mark.parametrize(
    "path", ["/accounts/tokens/", "/loads/", "/audit/", "/people/", "/as-of/?back=/nation/"]
)
@pytest.mark.usefixtures("two_nights")
def test_what_has_no_past_leaves_the_day(signed_in: SignIn, path: str) -> None:
    answer = signed_in("administrator").get("/on/2026-11-20" + path)
    assert (answer.status_code, answer["Location"]) == (308, path)


@pytest.mark.both_databases
def test_a_correction_shows_as_a_later_correction(
    two_nights: Any, written_nation: Any, signed_in: SignIn, tmp_path: Path
) -> None:
    from wmt.site.loads.load_request import LoadRequest
    from wmt.site.loads.loading import ask, perform

    folder, truth = written_nation
    people = folder / truth.nights[0].folder / "people"
    # the extract of the second evening again, with what people had entered for the first
    source = folder / truth.nights[1].folder / "tidy"
    cases = _without_some_cases(source, tmp_path / "corrected")
    corrected = perform(
        ask(wish=LoadRequest(paths=[str(cases)], people=str(people), correction=True), who="a test")
    )
    assert corrected.state == "loaded", corrected.message
    client = signed_in()
    first = client.get(on_day("/nation/", SECOND))
    said = in_sight(first.text)
    assert "You are viewing 21 November 2026." in said
    # loaded on a later day than that of the night: then nobody could know of it
    assert "This data was corrected on" in said
    original, fixed = (
        night.table("results/totals").filter(level="nation")["points_x100"][0]
        for night in (list(two_nights.values())[1], _night(corrected))
    )
    report = {"on": f"{SECOND}"}
    notes = client.get("/api/v1/units/nation/nation/month-report", report).json()["notes"]
    assert any(note.endswith("The figures here are those from before.") for note in notes)
    assert original != fixed
    assert _points(first.text) == (original + 50) // 100
    href = re.search(r'href="(/on/2026-11-21\.1/nation/)"', first.text)
    assert href
    assert _points(client.get(href[1]).text) == (fixed + 50) // 100


def _night(load: Any) -> Any:
    from django.conf import settings

    from wmt.nights import open_night

    return open_night(settings.CONFIG.nights / load.night)


def _without_some_cases(source: Path, to: Path) -> Path:
    import hashlib
    import json
    import shutil

    shutil.copytree(source, to)
    cases = pl.read_parquet(to / "case.parquet")
    kept = cases.filter(pl.int_range(pl.len()) % 50 != 7)
    refs = kept["case_ref"].unique()
    for name in ("case_flag", "t2a_case", "contact"):
        path = to / f"{name}.parquet"
        if path.is_file():
            frame = pl.read_parquet(path)
            if "case_ref" in frame.columns:
                frame.filter(pl.col("case_ref").is_in(refs.implode())).write_parquet(path)
    kept.write_parquet(to / "case.parquet")
    manifest = json.loads((to / "manifest.json").read_text())
    for table in manifest["tables"]:
        path = to / table["file"]
        table["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
        if "rows" in table:
            table["rows"] = pl.read_parquet(path).height
    (to / "manifest.json").write_text(json.dumps(manifest))
    return to


@pytest.mark.usefixtures("two_nights")
def test_a_large_night_is_fetched_by_a_job(signed_in: SignIn, monkeypatch: Any) -> None:
    from wmt.site.loads import past_nights
    from wmt.site.workload.models import Past

    monkeypatch.setattr(past_nights, "SMALL", 1)
    client = signed_in()
    waiting = client.get("/on/2026-11-20/nation/")
    assert waiting.status_code == 202
    assert "Loading the figures for 20 November 2026" in waiting.text
    assert '<meta http-equiv="refresh" content="2">' in waiting.text
    told = client.get("/api/v1/units/nation/nation", {"on": "2026-11-20"})
    assert (told.status_code, told.json()["code"], told["Retry-After"]) == (503, "BEING_FETCHED", "2")
    row = Past.objects.get()
    assert row.state == "waiting"
    past_nights.fetch(row)
    assert client.get("/on/2026-11-20/nation/").status_code == 200


@pytest.mark.both_databases
@pytest.mark.usefixtures("two_nights")
def test_only_some_nights_are_kept(signed_in: SignIn, monkeypatch: Any) -> None:
    from wmt.site.loads import past_nights as past
    from wmt.site.workload.models import Line, Past, Unit

    monkeypatch.setattr(past, "KEPT", 1)
    client = signed_in()
    assert client.get("/on/2026-11-20/nation/").status_code == 200
    first = Past.objects.get().load_number
    assert client.get("/on/2026-11-21/nation/").status_code == 200
    assert Past.objects.filter(state="ready").count() == 1
    for model in (Unit, Line):
        held = set(model.objects.values_list("load_id", flat=True).distinct())
        assert first not in held
        assert {number for number in held if number < 0} == {Past.objects.get().load_number}
    assert client.get("/nation/").status_code == 200


@pytest.mark.both_databases
@pytest.mark.usefixtures("two_nights")
def test_what_is_forgotten_leaves_the_database_too(two_nights: Any, signed_in: SignIn, settings: Any) -> None:
    from wmt.nights.forget import forget_nights
    from wmt.site.loads.past_nights import drop
    from wmt.site.workload.models import Line, Past, Unit

    client = signed_in()
    first = next(iter(two_nights))
    before = client.get("/on/2026-11-20/nation/")
    assert before.status_code == 200
    refs = set(two_nights[first].table("input/case")["case_ref"])
    number = Past.objects.get().load_number
    assert refs & set(Line.objects.filter(load_id=number).values_list("ref", flat=True))
    done = forget_nights(settings.CONFIG.nights, SECOND)
    assert list(done.forgotten) == [first]
    drop(done.forgotten)
    assert not Line.objects.filter(load_id=number).exists()
    assert set(Unit.objects.values_list("load_id", flat=True)) == {_shown()}
    # the pages of the day are there as before, with every figure and without a person
    again = client.get("/on/2026-11-20/nation/")
    assert again.status_code == 200
    assert _points(again.text) == _points(before.text)
    kept = Line.objects.filter(load_id=Past.objects.get().load_number)
    assert not refs & set(kept.values_list("ref", flat=True))


def _shown() -> int:
    from wmt.site.workload.models import Current

    return int(Current.objects.get().load_id)


@pytest.mark.both_databases
def test_a_load_keeps_the_past_and_clears_a_killed_fetch(signed_in: SignIn) -> None:
    from wmt.site.workload import swap
    from wmt.site.workload.models import Past, Unit

    client = signed_in()
    assert client.get("/on/2026-11-20/nation/").status_code == 200
    ready = Past.objects.get().load_number
    killed = Past.objects.create(night="2026-11-19T183000", state="running")
    Unit.objects.create(load_id=killed.load_number, level="team", code="LEFT", name="left", whole=True)
    swap.sweep({load for load in Unit.objects.values_list("load_id", flat=True) if load > 0})
    held = set(Unit.objects.values_list("load_id", flat=True))
    assert ready in held
    assert killed.load_number not in held


@pytest.mark.both_databases
def test_a_damaged_night_is_said_and_nothing_else_suffers(
    two_nights: Any, signed_in: SignIn, settings: Any
) -> None:
    name = next(iter(two_nights))
    lines = settings.CONFIG.nights / name / "results" / "lines.parquet"
    lines.write_bytes(lines.read_bytes()[:-100])
    client = signed_in()
    answer = client.get("/on/2026-11-20/nation/")
    assert answer.status_code == 500
    assert "missing or damaged" in answer.text
    assert str(settings.CONFIG.home) not in answer.text
    assert client.get("/nation/").status_code == 200
