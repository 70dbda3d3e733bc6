"""Search: part of a name, a code or a CRN finds it; nothing else does; the words are kept nowhere."""

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from tabs_fixtures import links, table_of

from wmt.site.workload.night_rows import fold


@pytest.fixture
def ask(nation: Any, signed_in: Callable[..., Client]) -> Callable[..., str]:  # noqa: ARG001
    """Gives the page of a search."""
    client = signed_in()

    def of(words: str, **more: str) -> str:
        answer = client.get("/search/", {"q": words, **more})
        assert answer.status_code == 200
        return answer.text

    return of


def _post(nation: Any) -> Any:
    return nation.unit("post", cases__gt=0)


def test_words_of_a_name_in_any_order_and_case(nation: Any, ask: Callable[..., str]) -> None:
    post = _post(nation)
    words = " ".join(reversed(post.name.upper().split()))
    assert post.code in [row["Code"] for row in table_of(ask(words), "people")]
    assert post.code in [row["Code"] for row in table_of(ask(post.name[1:-1].lower()), "people")]


def test_accents_do_not_matter(nation: Any, ask: Callable[..., str]) -> None:
    post = _post(nation)
    post.name, post.folded = "Łucía Ångström", fold(f"Łucía Ångström {post.code}")
    post.save()
    for words in ("lucia", "ANGSTROM", "Ångström łu", "gstro"):
        assert [row["Code"] for row in table_of(ask(words), "people")] == [post.code]


@pytest.mark.parametrize("name", ["Aoife O'Neill", "Aoife O\u2019Neill", "Aoife O\u02bcNeill"])
@pytest.mark.parametrize(
    "words", ["O'Neill", "o\u2019neill", "O\u2018NEILL", "O\u02bcNeill", "oneill", "o neill aoife"]
)
def test_either_apostrophe_finds_a_name(nation: Any, ask: Callable[..., str], name: str, words: str) -> None:
    _found(nation, ask, name, words)


@pytest.mark.parametrize("name", ["Zed Smith-Jones", "Zed Smith\u2010Jones", "Zed Smith \u2013 Jones"])
@pytest.mark.parametrize(
    "words",
    [
        "smith-jones",
        "Smith - Jones",
        "smith\u2010jones",
        "smith\u2011jones",
        "smith \u2013jones",
        "smith jones zed",
    ],
)
def test_any_hyphen_finds_a_name(nation: Any, ask: Callable[..., str], name: str, words: str) -> None:
    _found(nation, ask, name, words)


def _found(nation: Any, ask: Callable[..., str], name: str, words: str) -> None:
    post = _post(nation)
    post.name, post.folded = name, f"{fold(name)} {fold(post.code)}"
    post.save()
    assert [row["Code"] for row in table_of(ask(words), "people")] == [post.code]


def test_figures_that_were_there_before_are_folded_anew(nation: Any, ask: Callable[..., str]) -> None:
    post = _post(nation)
    post.name, post.folded = "Aoife O\u2019Neill-Smith", "aoife o\u2019neill-smith " + post.code.lower()
    post.save()
    import_module("wmt.site.workload.migrations.0004_folded").fold_again(apps, None)
    assert [row["Code"] for row in table_of(ask("o'neill \u2013 smith"), "people")] == [post.code]


def test_a_code_is_found_before_what_holds_it(nation: Any, ask: Callable[..., str]) -> None:
    team = nation.unit("team", posts__gt=1)
    page = ask(team.code.lower())
    assert table_of(page, "teams")[0]["Code"] == team.code
    assert page.index('id="table-teams"') < page.index('id="table-people"')
    staff = _post(nation)
    assert table_of(ask(staff.staff_code), "people")[0]["Code"] == staff.code


@pytest.mark.parametrize("level", ["team", "pdu", "region"])
def test_units_of_every_level(nation: Any, ask: Callable[..., str], level: str) -> None:
    unit = nation.unit(level)
    assert unit.code in [row["Code"] for row in table_of(ask(unit.name), f"{level}s")]


def test_a_crn_by_the_whole_its_beginning_or_a_part(nation: Any, ask: Callable[..., str]) -> None:
    from wmt.site.workload.models import Line

    post = _post(nation)
    crn = Line.objects.filter(load=nation.load, post_no=post.number, active_cases=1).first().ref
    for words in (crn, crn.lower(), crn[:5], crn[2:], f"{crn[:3]} {crn[3:]}"):
        rows = table_of(ask(words), "cases")
        assert (crn, post.name) in [(row["CRN"], row["Held by"]) for row in rows]
    assert crn not in ask(crn[3:6])  # three signs from within are in too many
    client_page = ask(crn)
    assert "1 result for" in client_page
    assert any(
        href.startswith(f"/post/{post.code}/working/?figure=points&of=") for href in links(client_page)
    )


def test_the_reference_of_a_report_is_no_crn(nation: Any, ask: Callable[..., str]) -> None:
    lines = nation.night.table("results/lines")
    ref = lines.filter(lines["kind"] == "report")["ref"][0]
    assert "No results for" in ask(ref)


def test_many_hits_are_paged(nation: Any, ask: Callable[..., str]) -> None:
    sign = max("aeiou", key=lambda one: len(table_of(ask(f"{one}r"), "people")))
    first = table_of(ask(f"{sign}r", show="people"), "people")
    assert len(table_of(ask(f"{sign}r"), "people")) == 20
    second = table_of(ask(f"{sign}r", show="people", page="2"), "people")
    assert not {row["Code"] for row in first} & {row["Code"] for row in second}
    for page in ("0", "-1", "x", "999999", "9" * 50):
        assert table_of(ask(f"{sign}r", show="people", page=page), "people")
    assert nation


@pytest.mark.parametrize(
    "words", ["%%", "__", "a%", "\\\\", "''--", '"><script>', "\x00\x01x", "²²²²", "x" * 5_000]
)
def test_odd_words_are_only_words(ask: Callable[..., str], words: str) -> None:
    page = ask(words)
    assert "No results for" in page or "at least 2 characters" in page
    assert "<script>alert" not in page
    assert '"><script>' not in page


def test_empty_and_short_questions_are_answered_in_words(ask: Callable[..., str]) -> None:
    assert "What you can search for" in ask("")
    assert "What you can search for" in ask("   ")
    assert "at least 2 characters" in ask("a")
    assert "the first 200 characters" in ask("ab " * 100)


def test_only_what_one_may_see_is_found(nation: Any, signed_in: Callable[..., Client], settings: Any) -> None:
    from wmt.site.workload.models import Line, Unit

    mine, other = Unit.objects.filter(
        load=nation.load, level="region", whole=True, cases__gt=0
    ).order_by("code")[:2]  # fmt: skip
    settings.CONFIG = replace(settings.CONFIG, read_scope="region")
    client = signed_in("head", "region", mine.code)
    for region, seen in ((mine, True), (other, False)):
        post = nation.unit("post", region_code=region.code, cases__gt=0)
        crn = Line.objects.filter(load=nation.load, post_no=post.number, active_cases=1).first().ref
        assert (
            post.code in client.get("/search/", {"q": post.code}).text.replace(f"‘{post.code}’", "")
        ) or not seen
        assert ("No results for" in client.get("/search/", {"q": post.staff_code}).text) is not seen
        assert ("No results for" in client.get("/search/", {"q": crn}).text) is not seen
        assert ("No results for" in client.get("/search/", {"q": crn[1:]}).text) is not seen


def test_what_was_searched_for_is_not_written_down(nation: Any, ask: Callable[..., str], caplog: Any) -> None:
    from wmt.site.audit.models import AuditEvent

    ask("very particular words")
    assert "particular" not in caplog.text
    assert not [event for event in AuditEvent.objects.all() if "particular" in str(vars(event))]
    assert nation


def test_without_figures_there_is_a_page_in_words(db: None, signed_in: Callable[..., Client]) -> None:  # noqa: ARG001
    from wmt.site.workload.models import Current

    Current.objects.all().delete()
    answer = signed_in().get("/search/", {"q": "anyone"})
    assert "No figures" in answer.text or "no figures" in answer.text
