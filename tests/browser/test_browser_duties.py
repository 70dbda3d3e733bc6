"""A duty from notice to close, by mouse, by keyboard alone and without scripts: on a site of its own.

The days before the first night come from an archive, in which everybody is at 120%: whoever is over the mark
in that night too has been so for four weeks.
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from shutil import copytree

import polars as pl
import pytest
from browser_people import NARROW, Complaints, text_of
from browser_rules import faults_of
from browser_site import Site, loaded_home, running, seal, wmt
from browser_ways import KEYBOARD, Walk, Walker
from playwright.sync_api import Page, expect

from wmt.history import FIGURE, compact, open_history
from wmt.history.archive import keep

Person = Callable[..., Page]
TODAY = date(2026, 11, 20)
BANNER = ".govuk-notification-banner--success"


@pytest.fixture(scope="module")
def site(nation_folder: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The nation's first night, after four weeks in which everybody was over the mark."""
    home = tmp_path_factory.mktemp("browser-duties")
    first = min(path for path in nation_folder.iterdir() if path.is_dir())
    loaded_home(home, nation_folder, shared)
    keep(home / "nights", before(home / "nights"))
    compact(home / "nights")
    # the same night again, of an hour later: now there is a history behind it
    later = tmp_path_factory.mktemp("duties-later")
    wmt(home, "load", str(hour_later(first / "tidy", later / "tidy")))
    with running(home, nation_folder, shared) as found:
        yield found


def before(nights: Path) -> pl.DataFrame:
    """The posts of the night that is there, at 120% on each of the 27 days before it."""
    history = open_history(nights)
    posts = history.below("nation", "nation", "post", TODAY, TODAY).filter(pl.col("staff_code") != "")
    full = posts.with_columns(points_x100=pl.lit(120_000), available_x100=pl.lit(100_000), night=pl.lit(""))
    days = [
        full.with_columns(
            day=pl.lit(TODAY - timedelta(back)), as_at=pl.lit(datetime(2026, 11, 1), pl.Datetime("us"))
        )
        for back in range(1, 28)
    ]
    return pl.concat(days).select(FIGURE.names())


def hour_later(tidy: Path, to: Path) -> Path:
    """The extract as it would be an hour later: nothing else is new."""
    copytree(tidy, to)
    manifest = to / "manifest.json"
    manifest.write_text(manifest.read_text("utf-8").replace("T18:30", "T19:30"), "utf-8")
    return to


def relieved(tidy: Path, to: Path, teams: list[str]) -> Path:
    """An extract in which the practitioners of some teams have given away two cases of three."""
    copytree(tidy, to)
    cases = pl.read_parquet(to / "case.parquet").with_row_index("row")
    gone = cases.filter(pl.col("team_code").is_in(teams) & (pl.col("row") % 3 > 0))["case_ref"].unique()
    for name in ("case", "case_flag", "t2a_case", "report", "contact", "assessment"):
        table = pl.read_parquet(to / f"{name}.parquet")
        if "case_ref" in table.columns:
            table = table.filter(~pl.col("case_ref").is_in(gone.to_list()) | pl.col("case_ref").is_null())
            table.write_parquet(to / f"{name}.parquet")
    seal(to)
    return to


def write_day(walker: Walker, name: str, day: date) -> None:
    walker.write(walker.page.locator(f"#{name}"), f"{day:%d/%m/%Y}")


def done(page: Page) -> str:
    """What the page says was done; nothing else is wrong with it."""
    told = page.locator(BANNER).inner_text()
    assert faults_of(page) == []
    return told


def duties_of(page: Page) -> list[str]:
    """The practitioners of one's team whose duties are open."""
    return page.locator("#table-duties tbody th a").all_inner_texts()


def test_a_manager_handles_a_duty_from_the_notice_on(walk: Walk, complaints: Complaints) -> None:
    complaints.expected |= {422}
    walker = walk("spo")
    page = walker.page
    walker.link("Actions", ".wmt-tabs")
    fresh = page.locator("#table-duties tbody tr").filter(has_text="Acknowledge: 5 working days left")
    mine = fresh.first.locator("th a").inner_text()
    assert faults_of(page) == []
    walker.use(page.get_by_role("link", name=re.compile("^Notifications")))
    assert faults_of(page) == []
    told = page.get_by_role("listitem").filter(has_text=mine).filter(has_text="over 110% since")
    assert "Acknowledge by 27 November 2026, decide by 4 December 2026." in told.first.inner_text()
    walker.use(told.first.get_by_role("link"))
    heading = page.locator(".wmt-duty__first")
    assert heading.inner_text() == "Acknowledge by 27 November 2026: 5 working days left"
    assert faults_of(page) == []

    walker.button("Acknowledge")
    assert "Next: decide what will be done by 4 December 2026: 10 working days left." in done(page)
    walker.button("Record a conversation")
    walker.write(page.get_by_label("What you discussed"), "Two reports at once")
    walker.button("Save")
    assert "Conversation recorded." in done(page)

    walker.button("Record what will be done")
    walker.button("Save decision")
    assert page.locator(".govuk-error-summary a").all_inner_texts()[0] == "Choose what will be done"
    assert faults_of(page) == []
    prioritise = page.get_by_label("Agree which work comes first and what can wait")
    if walker.way == KEYBOARD:
        page.locator("#decision").focus()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
    else:
        prioritise.check()
    expect(prioritise).to_be_checked()
    walker.write(page.get_by_label("Details"), "Court reports wait until 10 December")
    write_day(walker, "done_by", date(2026, 12, 10))
    walker.button("Save decision")
    assert re.search("Decision recorded. The practitioner (was notified|has no account here)", done(page))
    assert heading.inner_text() == "Review by 18 December 2026: 20 working days left"
    story = text_of(page)
    assert "Decided: prioritise work, by 10 December 2026. Review on 18 December 2026" in story
    assert "Court reports wait until 10 December" in story

    walker.button("Review")
    walker.write(page.get_by_label("What you found"), "It helps")
    write_day(walker, "review_on", date(2026, 12, 11))
    walker.button("Save review")
    assert "Next: review by 11 December 2026" in done(page)


def test_a_practitioner_asks_for_relief_and_is_answered(person: Person) -> None:
    own = person("over")
    assert ": excessive workload since 20 November 2026" in text_of(own)
    own.get_by_role("link", name="View action").click()
    assert own.locator(".wmt-duty__first").inner_text().startswith("For your manager: ")
    assert "This is about your workload." in text_of(own)
    assert faults_of(own) == []
    own.get_by_role("button", name="Ask for relief").click()
    own.get_by_label("What would help you?").fill("No new cases until Christmas")
    assert faults_of(own) == []
    own.get_by_role("button", name="Ask for relief").click()
    assert "An answer is due by 27 November 2026." in done(own)

    manager = person("spo")
    manager.get_by_role("link", name=re.compile("^Notifications")).click()
    asked = manager.get_by_role("listitem").filter(has_text="A request for relief from")
    asked.get_by_role("link").first.click()
    assert faults_of(manager) == []
    manager.get_by_role("button", name="Answer", exact=True).click()
    assert "No new cases until Christmas" in text_of(manager)
    manager.get_by_label("In part").check()
    manager.get_by_label("Your answer").fill("None before 10 December")
    manager.get_by_role("button", name="Send answer").click()
    assert "Answer recorded. " in done(manager)

    own.get_by_role("link", name=re.compile("^Notifications")).click()
    assert "Your request for relief has been answered." in text_of(own)
    own.get_by_role("link", name=re.compile("Your request for relief has been answered")).click()
    assert "None before 10 December" in text_of(own)


@pytest.mark.parametrize("viewport", [None, NARROW], ids=["wide", "narrow"])
def test_every_page_and_form_keeps_the_rules(
    person: Person, complaints: Complaints, viewport: dict[str, int] | None
) -> None:
    complaints.expected |= {422}
    page = person("spo", **({"viewport": viewport} if viewport else {}))
    team = page.url.rstrip("/")
    found = []
    for address in (
        f"{team}/duties/",
        f"{team}/duties/?show=all",
        "/nation/duties/",
        "/notices/",
        "/requests/",
    ):
        page.goto(address)
        found += faults_of(page)
    page.goto(f"{team}/duties/")
    page.locator("#table-duties tbody th a").first.click()
    found += faults_of(page)
    duty = page.url
    for ending in ("talk", "decide", "note"):
        page.goto(f"{duty}{ending}/")
        found += faults_of(page)
        if ending != "talk":
            page.locator("#save").click()
            summary = page.locator(".govuk-error-summary")
            expect(summary).to_be_focused()
            field = str(summary.locator("a").first.get_attribute("href"))
            summary.locator("a").first.click()
            expect(page.locator(field)).to_be_focused()
            found += faults_of(page)
    assert found == []


def test_it_closes_by_itself_when_the_work_is_less(person: Person, site: Site, tmp_path: Path) -> None:
    page = person("spo")
    team = page.url.rstrip("/")
    page.goto(f"{team}/duties/")
    name = duties_of(page)[0]
    page.get_by_role("link", name=name, exact=True).click()
    duty = page.url
    second = relieved(site.nights[1] / "tidy", tmp_path / "tidy", [team.rpartition("/")[2]])
    # a team here is a whole region: that it lost most of its cases has to be said
    wmt(site.home, "load", str(second), "--accept-implausible", "A team was relieved")
    page.goto(duty)
    assert re.search(
        r"Closed on 21 November 2026\s+\d+\.\d% on 21 November 2026, not over 110%. From .* work moved",
        text_of(page),
    )
    assert faults_of(page) == []
    page.goto(f"{team}/duties/?show=closed")
    assert name in duties_of(page)
    page.goto(f"/on/2026-11-20{duty.partition(page.url.partition('/team')[0])[2]}")
    then = page.locator(".wmt-duty__first").inner_text()
    assert re.match("For the manager: (Acknowledge|Review|Decide)", then), then
    assert page.get_by_role("button", name="Add a note").count() == 0
