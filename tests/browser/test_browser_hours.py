"""What managers enter about hours, and what a practitioner reads of it: on a site of its own."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from browser_people import NARROW, Complaints, text_of
from browser_rules import faults_of
from browser_site import Site, loaded_home, running
from browser_ways import WAYS, Walk, Walker
from playwright.sync_api import Page, expect

Person = Callable[..., Page]
TODAY = date(2026, 11, 20)
MATERNITY = "Maternity Leave (100%, 6 months)"
PHASED = "Phased Return to Work"


@pytest.fixture(scope="module")
def site(nation_folder: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The nation's first night, where what people enter disturbs no other test."""
    home = tmp_path_factory.mktemp("browser-hours")
    loaded_home(home, nation_folder, shared)
    with running(home, nation_folder, shared) as found:
        yield found


def team_of(page: Page) -> list[dict[str, str]]:
    """The posts of the team one looks at: names, codes, grades, hours."""
    table = page.locator("#table-overview")
    heads = [head.partition("▲")[0].strip(" ↕▼\n") for head in table.locator("thead th").all_inner_texts()]
    rows = []
    for row in table.locator("tbody tr").all():
        rows.append(dict(zip(heads, row.locator("th, td").all_inner_texts(), strict=True)))
    return rows


def is_free(post: dict[str, str]) -> bool:
    """Whether an officer has no reduction."""
    return post["Grade"] in ("PO", "PSO") and post["Reductions"] == "0"


def capacity_of(page: Page) -> str:
    """The capacity a page of a unit begins with."""
    figure = page.locator(".wmt-figures__one").filter(has=page.get_by_text("Capacity", exact=True))
    found = re.search(r"\d+\.\d%|no available hours", figure.locator(".wmt-figures__figure").inner_text())
    assert found
    return found[0]


def moved(page: Page, title: str) -> tuple[str, str]:
    """Capacity before and after, as the form shows it for the first day."""
    table = page.locator(".wmt-effect table").filter(has=page.get_by_text(title, exact=True)).first
    before, after = table.get_by_role("row", name=re.compile("^Capacity")).locator("td").all_inner_texts()
    return before, after


def write_day(walker: Walker, name: str, day: date) -> None:
    walker.write(walker.page.locator(f"#{name}"), f"{day:%-d/%-m/%Y}")


def to_hours(walker: Walker, team: str, name: str) -> None:
    """From the team's page to the hours of one of its people."""
    walker.page.goto(team)
    walker.use(walker.page.locator("#table-overview").get_by_role("link", name=name, exact=True))
    walker.link("Hours and reductions", ".wmt-tabs")


def look_then_save(walker: Walker, team_name: str, save: str) -> tuple[str, str]:
    """Preview, see that nothing is saved yet, save: the team's capacity before and after."""
    page = walker.page
    walker.button("Preview")
    expect(page.locator(".wmt-effect table").first).to_be_visible()
    assert faults_of(page) == []
    shown = moved(page, f"Team {team_name}")
    walker.button(save)
    told = page.locator(".govuk-notification-banner--success").inner_text()
    assert f"{shown[1]} (was {shown[0]})" in told
    assert faults_of(page) == []
    return shown


def capacity_at(walker: Walker, team: str) -> str:
    walker.page.goto(team)
    return capacity_of(walker.page)


def test_a_manager_enters_leave_a_return_and_a_stage_and_sees_the_team_move(walk: Walk) -> None:
    """Maternity leave, a phased return and a change of stage for three people; and all of it undone."""
    walker = walk("spo")
    page, team = walker.page, walker.page.url
    name, posts, start = page.locator("h1").inner_text().split("\n")[-1], team_of(page), capacity_of(page)
    free = [post["Practitioner"] for post in posts if is_free(post)]
    # who comes back may have another reduction already
    free += [post["Practitioner"] for post in posts if post["Grade"] in ("PO", "PSO") and not is_free(post)]
    trainee = next(post["Practitioner"] for post in posts if post["Grade"] == "TPO")

    to_hours(walker, team, free[0])
    walker.button("Add a reduction")
    walker.choose(page.get_by_label("Reason"), MATERNITY)
    write_day(walker, "first_day", TODAY)
    leave = look_then_save(walker, name, "Save the reduction")
    assert "no available hours" in page.locator(".govuk-notification-banner--success").inner_text()
    assert leave == (start, capacity_at(walker, team))
    assert leave[0] != leave[1]

    to_hours(walker, team, free[1])
    walker.button("Add a reduction")
    walker.choose(page.get_by_label("Reason"), PHASED)
    walker.write(page.get_by_label("Amount"), "12.5")
    write_day(walker, "first_day", TODAY)
    write_day(walker, "last_day", date(2026, 12, 18))
    back = look_then_save(walker, name, "Save the reduction")
    assert back == (leave[1], capacity_at(walker, team))
    assert back[0] != back[1]

    stage = change_stage(walker, team, trainee, name, TODAY)
    assert stage == (back[1], capacity_at(walker, team))
    assert stage[0] != stage[1]

    change_stage(walker, team, trainee, name, date(2027, 5, 2))
    for person, reason in ((free[0], "Maternity Leave"), (free[1], PHASED)):
        to_hours(walker, team, person)
        walker.link(reason, "#table-active")
        assert faults_of(page) == []
        walker.button("Delete")
        walker.write(page.get_by_label("Why"), "Entered for a test")
        assert faults_of(page) == []
        walker.button("Delete")
    assert capacity_at(walker, team) == start


def change_stage(walker: Walker, team: str, trainee: str, name: str, day: date) -> tuple[str, str]:
    """Move the day on which a trainee comes to the last stage."""
    to_hours(walker, team, trainee)
    walker.link("Change of a PQiP stage", "main")
    last = walker.page.get_by_label(re.compile("^PQiP - 6 to 12 months to PQiP - 12 to 18 months"))
    if not last.is_checked():
        walker.page.locator("#stage").focus()
        walker.page.keyboard.press("ArrowDown")
    expect(last).to_be_checked()
    write_day(walker, "day", day)
    walker.write(walker.page.get_by_label("Why"), "The assessment was passed")
    return look_then_save(walker, name, "Save the change of stage")


def test_a_practitioner_sees_who_changed_their_hours_and_why(walk: Walk, person: Person) -> None:
    own = person("practitioner")
    post = own.url.partition("?")[0]
    walker = walk("spo")
    page = walker.page
    page.goto(f"{post}hours/")
    walker.button("Enter contracted hours")
    reason = f"Four days a week, by {walker.way}"
    number = WAYS.index(walker.way)
    day, hours = date(2026, 12, 1 + number), ("29.6", "25.9", "22.2")[number]
    walker.write(page.get_by_label("Contracted hours a week"), hours)
    write_day(walker, "first_day", day)
    walker.write(page.get_by_label("Why"), reason)
    walker.button("Save the hours")
    assert f"From {day:%-d %B %Y}" in page.locator(".govuk-notification-banner--success").inner_text()
    own.goto(f"{post}hours/")
    assert own.get_by_role("button", name="Enter contracted hours").count() == 0
    assert faults_of(own) == []
    own.get_by_role("link", name="History: who changed what, when and why").click()
    told = " ".join(text_of(own).split())
    assert "A senior probation officer entered contracted hours" in told
    assert f"{hours} hours a week from {day:%-d %B %Y} Why {reason}" in told
    assert faults_of(own) == []


def test_the_effect_and_the_other_unit_come_while_one_types(person: Person) -> None:
    page = person("spo")
    posts = team_of(page)
    free = next(post for post in posts if is_free(post))
    page.goto(f"/post/{free['Code']}/reductions/new/")
    page.get_by_label("Reason").select_option("22")
    page.get_by_label("Amount").press_sequentially("7.4")
    expect(page.locator("#other")).to_have_text("That is 20% of 37 hours a week.")
    page.get_by_label("% of contracted hours").check()
    expect(page.locator("#other")).to_have_text("That is 2.74 of 37 hours a week.")
    expect(page.locator(".wmt-effect")).to_contain_text("Enter the first day")
    write_day(Walker(page, "mouse"), "first_day", TODAY)
    expect(page.locator(".wmt-effect table")).to_have_count(2)
    assert faults_of(page) == []
    page.get_by_label("Reason").select_option("5")
    expect(page.get_by_label("Amount")).to_have_value("100")
    expect(page.locator("#other")).to_have_text("That is 37 of 37 hours a week.")
    page.goto(f"/post/{free['Code']}/hours/")
    assert "No reductions apply today." in text_of(page)


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_every_page_and_its_faults_keep_the_rules(
    person: Person, complaints: Complaints, viewport: dict[str, int] | None
) -> None:
    complaints.expected |= {422}
    page = person("spo", **({"viewport": viewport} if viewport else {}))
    code = next(post["Code"] for post in team_of(page) if post["Grade"] == "TPO")
    found = []
    for ending, save in (
        ("hours/new", "Save the hours"),
        ("reductions/new", "Save the reduction"),
        ("mentoring", "Save the hours for mentoring"),
        ("pqip", "Save the stages"),
        ("pqip/stage", "Save the change of stage"),
        ("grade/new", "Save the grade"),
    ):
        page.goto(f"/post/{code}/{ending}/")
        found += faults_of(page)
        page.get_by_role("button", name=save).click()
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_be_focused()
        field = str(summary.locator("a").first.get_attribute("href"))
        summary.locator("a").first.click()
        expect(page.locator(field)).to_be_focused()
        assert page.locator(field).get_attribute("aria-describedby"), f"no message at {field} of {ending}"
        found += faults_of(page)
    for address in (f"/post/{code}/hours/", f"/post/{code}/hours/history/"):
        page.goto(address)
        found += faults_of(page)
    page.goto(f"/post/{code}/hours/")
    for table in ("active", "hours"):
        page.goto(f"/post/{code}/hours/")
        page.locator(f"#table-{table} tbody th a").first.click()
        found += faults_of(page)
    assert found == []


def test_two_managers_at_one_record(person: Person, complaints: Complaints) -> None:
    complaints.expected |= {409}
    first, second = person("spo"), person("head")
    code = next(post["Code"] for post in team_of(first) if post["Grade"] == "TPO")
    for page in (first, second):
        page.goto(f"/post/{code}/hours/")
        page.locator("#table-hours tbody th a").first.click()
    for page, hours in ((first, "36.5"), (second, "36")):
        page.get_by_label("Contracted hours a week").fill(hours)
        page.get_by_label("Why").fill(f"They said {hours}")
        page.get_by_role("button", name="Save the hours").click()
        page.wait_for_load_state()
    told = text_of(second)
    assert "A senior probation officer changed this record" in told
    assert "36.5 hours a week" in told
    assert second.get_by_label("Contracted hours a week").input_value() == "36"
    assert second.get_by_label("Why").input_value() == "They said 36"
    assert faults_of(second) == []
    second.get_by_role("button", name="Save the hours").click()
    expect(second.locator(".govuk-notification-banner--success")).to_be_visible()
    assert "36 hours a week, entered by A head of PDU" in text_of(second)


def test_an_open_page_renews_itself_and_moves_nothing_under_the_hands(person: Person) -> None:
    """Somebody saves; the team's page that another has open shows it by itself, and tells who is typing."""
    watching, typing, saving = person("spo"), person("spo"), person("head")
    team, start = watching.url, capacity_of(watching)
    free = next(post for post in team_of(watching) if is_free(post))
    typing.evaluate("document.querySelector('main form').dispatchEvent(new Event('input', {bubbles: true}))")
    saving.goto(f"/post/{free['Code']}/reductions/new/")
    walker = Walker(saving, "mouse")
    walker.choose(saving.get_by_label("Reason"), "Court Duty")
    walker.write(saving.get_by_label("Amount"), "10")
    write_day(walker, "first_day", TODAY)
    walker.button("Save the reduction")

    expect(watching.locator(".wmt-live")).to_contain_text("The figures were updated at", timeout=15_000)
    shown = capacity_of(watching)
    assert shown != start
    expect(typing.locator(".wmt-live")).to_contain_text("have changed since you opened", timeout=15_000)
    assert capacity_of(typing) == start
    typing.get_by_role("link", name="Show the new ones").click()
    assert capacity_of(typing) == shown
    assert faults_of(watching) == []
    watching.goto(team)
    assert capacity_of(watching) == shown
