"""What is around every page: where one can go, how old the figures are, and that all of it can be used."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.urls import include, path
from django.utils import timezone
from web_fixtures import show

from headless import browser
from wmt.site.web.context import age_words

urlpatterns = [path("", include("wmt.site.web.gallery")), path("", include("wmt.site.urls"))]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.one_database]
SignIn = Callable[..., Client]
EVERYONE = ["England and Wales", "Analysis", "Rules", "About this figure"]


def places(html: str) -> list[str]:
    nav = re.search(r'<nav class="wmt-nav".*?</nav>', html, re.DOTALL)
    return re.findall(r">([^<>]+)</a>", nav[0]) if nav else []


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(minutes=-1), "dated ahead of this computer’s clock"),
        (timedelta(0), "less than 1 hour old"),
        (timedelta(hours=1), "1 hour old"),
        (timedelta(hours=1, minutes=59), "1 hour old"),
        (timedelta(hours=47), "47 hours old"),
        (timedelta(hours=48), "2 days old"),
        (timedelta(days=400), "400 days old"),
    ],
)
def test_age_is_said_in_words(age: timedelta, words: str) -> None:
    assert age_words(age) == words


@pytest.mark.parametrize(
    ("role", "level", "own", "more"),
    [
        ("practitioner", "team", ["My team"], []),
        ("manager", "team", ["My team"], []),
        ("manager", "pdu", ["My PDU"], []),
        ("head", "pdu", ["My PDU"], []),
        ("analyst", "nation", [], ["Loads"]),
        ("support", "nation", [], ["Loads", "Audit"]),
        ("administrator", "nation", [], ["Loads", "Audit", "People"]),
    ],
)
def test_the_navigation_shows_where_a_role_may_go(
    signed_in: SignIn, role: str, level: str, own: list[str], more: list[str]
) -> None:
    code = "nation" if level == "nation" else "N01"
    shown = places(signed_in(role, level, code).get("/gallery/").text)
    assert shown == [*own, *EVERYONE, *more, "Search"]


@pytest.mark.both_databases
def test_a_practitioner_finds_their_workload_and_who_has_two_teams_both(signed_in: SignIn) -> None:
    from wmt.site.accounts.models import RoleGrant

    client = signed_in("practitioner", "team", "N01ABC", staff_code="N01A001")
    assert places(client.get("/gallery/").text)[0] == "My workload"
    client = signed_in("manager", "team", "N01ABC")
    held = RoleGrant.objects.get(role="manager")
    RoleGrant.objects.create(
        user=held.user, role="manager", level="team", code="N01ABD", first_day=held.first_day
    )
    assert places(client.get("/gallery/").text)[0] == "My teams"


def test_the_account_menu_opens_without_scripts(signed_in: SignIn) -> None:
    client = signed_in(name="Ada Lovelace")
    html = client.get("/gallery/").text
    menu = re.search(r'<details class="wmt-menu">(.*?)</details>', html, re.DOTALL)
    assert menu is not None
    assert "Ada Lovelace" in menu[1]
    assert set(re.findall(r'href="([^"]+)"', menu[1])) == {"/account/", "/accounts/2fa/", "/accounts/tokens/"}
    assert '<form action="/accounts/logout/" method="post">' in menu[1]


def test_only_who_has_a_password_can_change_it(signed_in: SignIn, client: Client) -> None:
    from wmt.site.accounts.models import User

    without = signed_in(name="Ada Lovelace")
    answer = without.get("/accounts/password/change/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/")
    person = User.objects.get()
    person.set_password("three words in a row")
    person.save()
    client.force_login(person)
    assert client.get("/accounts/password/change/").status_code == 200
    assert 'href="/accounts/password/change/"' in client.get("/gallery/").text


@pytest.mark.parametrize("name", ["help", "feedback", "privacy", "whats-new", "account", "accessibility"])
def test_the_footer_and_the_menu_lead_to_pages_that_answer(signed_in: SignIn, name: str) -> None:
    client = signed_in("manager", "team", "N01ABC")
    page = client.get(f"/{name}/")
    assert page.status_code == 200
    assert f'href="/{name}/"' in client.get("/gallery/").text


def test_help_names_whom_to_ask(signed_in: SignIn, settings: Any) -> None:
    client = signed_in()
    assert "Administrator" in client.get("/feedback/").text
    settings.CONFIG = replace(settings.CONFIG, contact="wmt@example.org")
    assert 'href="mailto:wmt@example.org"' in client.get("/feedback/").text
    settings.CONFIG = replace(settings.CONFIG, contact="https://example.org/help")
    assert 'href="https://example.org/help"' in client.get("/help/").text


def test_the_account_page_says_which_roles_one_has(signed_in: SignIn) -> None:
    page = signed_in("head", "pdu", "N01P").get("/account/").text
    assert "Head of PDU: PDU N01P, no end date" in page


def test_the_place_one_is_at_is_marked(signed_in: SignIn) -> None:
    html = signed_in().get("/rules/").text
    assert re.findall(r'aria-current="page">([^<]+)', html)[0] == "Rules"


def test_who_is_not_signed_in_gets_no_ways_to_go(client: Client) -> None:
    html = client.get("/accounts/login/").text
    assert places(html) == []
    assert "wmt-search" not in html
    assert "Data from" not in html


@pytest.mark.usefixtures("nation")
def test_the_moment_the_rules_and_the_age_are_always_there(signed_in: SignIn, settings: Any) -> None:
    from wmt.site.workload.models import Current

    settings.CONFIG = replace(settings.CONFIG, today="")
    client, load = signed_in(), Current.objects.get().load
    load.as_at, load.overlays = timezone.now() - timedelta(hours=36, minutes=-1), []
    load.save()
    html = client.get("/gallery/").text
    strip = re.search(r'<section class="(wmt-asat[^"]*)" aria-label="Date of the data">(.*?)</section>',
                      html, re.DOTALL)  # fmt: skip
    assert strip is not None
    assert "Points rules: January 2023." in strip[2]
    assert "did not arrive" not in strip[2]
    assert "--old" not in strip[1]
    load.as_at, load.overlays = timezone.now() - timedelta(hours=36, minutes=1), ["local-travel"]
    load.save()
    html = client.get("/gallery/").text
    assert '<section class="wmt-asat wmt-asat--old" aria-label="Date of the data">' in html
    assert "Last night’s data did not arrive: this is 36 hours old." in html
    assert "with local changes (local-travel)" in html


@pytest.mark.usefixtures("nation")
def test_figures_do_not_age_while_the_clock_is_held_still(signed_in: SignIn, settings: Any) -> None:
    from wmt.site.workload.models import Current

    load = Current.objects.get().load
    load.as_at = timezone.now() - timedelta(days=400)
    load.save()
    client = signed_in()
    assert "did not arrive" not in client.get("/rules/").text  # the demonstration lives on its extract's day
    day = timezone.localdate(load.as_at) + timedelta(days=3)
    settings.CONFIG = replace(settings.CONFIG, today=day.isoformat())
    assert "did not arrive: this is 3 days old." in client.get("/rules/").text


def test_without_figures_it_says_so(signed_in: SignIn) -> None:
    assert "No data has been loaded yet." in signed_in().get("/rules/").text


@pytest.mark.usefixtures("nation")
def test_the_frame_asks_the_database_little(
    signed_in: SignIn, django_assert_max_num_queries: Callable[[int], object]
) -> None:
    client = signed_in("administrator")
    # session, user, grants, state, notices
    with django_assert_max_num_queries(5):  # type: ignore[attr-defined]
        client.get("/gallery/")


def test_signing_out_is_a_form_with_a_token(signed_in: SignIn) -> None:
    html = signed_in(name="Ada <b>").get("/gallery/").text
    form = re.search(r'<form action="([^"]+)" method="post">(.*?)</form>', html, re.DOTALL)
    assert form is not None
    assert form[1] == "/accounts/logout/"
    assert "csrfmiddlewaretoken" in form[2]
    assert "Ada &lt;b&gt;" in html


def test_the_gallery_is_for_people_who_are_signed_in(client: Client, db: None) -> None:  # noqa: ARG001
    assert client.get("/gallery/").status_code == 302


def test_nothing_stands_inline(signed_in: SignIn) -> None:
    html = signed_in().get("/gallery/").text
    assert re.findall(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=|javascript:", html) == []


@pytest.fixture
def gallery(signed_in: SignIn) -> object:
    return signed_in("administrator").get("/gallery/")


def test_the_gallery_can_be_used_by_everyone_wide_and_narrow(gallery) -> None:
    with browser() as chromium:
        for width in (1280, 360):
            page = chromium.new_page(viewport={"width": width, "height": 800})
            said = show(page, gallery)
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate("document.body.classList.contains('govuk-frontend-supported')")
            assert said == [], "nothing breaks the policy"
            page.close()


def test_the_strip_stays_in_sight_and_the_first_column_too(gallery) -> None:
    with browser() as chromium:
        page = chromium.new_page(viewport={"width": 360, "height": 800})
        show(page, gallery)
        page.evaluate("scrollTo(0, 2000)")
        assert page.locator("section.wmt-asat").first.bounding_box()["y"] == 0
        region = page.get_by_role("region", name="Teams of a PDU")
        region.focus()
        region.evaluate("region => region.scrollLeft = 300")
        name = region.locator("tbody th").first
        assert name.bounding_box()["x"] == region.bounding_box()["x"]


def test_the_skip_link_comes_first_and_leads_to_the_content(gallery) -> None:
    with browser() as chromium:
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        show(page, gallery)
        page.keyboard.press("Tab")
        link = page.get_by_role("link", name="Skip to main content")
        assert link.bounding_box()["height"] > 20
        page.keyboard.press("Enter")
        assert page.url.endswith("#main-content")
        assert page.get_by_role("heading", level=1).count() == 1


def test_on_paper_there_is_no_navigation_and_tables_are_whole(gallery) -> None:
    with browser() as chromium:
        page = chromium.new_page()
        show(page, gallery)
        page.emulate_media(media="print")
        assert not page.get_by_role("navigation", name="Main").is_visible()
        assert not page.locator("#frame-search").is_visible()
        assert page.locator("section.wmt-asat").first.is_visible()
        scroll = page.locator(".wmt-scroll").first
        assert scroll.evaluate("region => getComputedStyle(region).overflowX") == "visible"
