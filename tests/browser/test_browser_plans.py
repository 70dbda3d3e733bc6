"""A manager makes a plan: by mouse, by keyboard alone and without scripts, on a telephone."""

import re
from collections.abc import Callable

from browser_people import NARROW, WIDE, Complaints, text_of
from browser_rules import faults_of
from browser_ways import NO_SCRIPTS, Walk, Walker
from playwright.sync_api import Page

Person = Callable[..., Page]


def _keeps_the_rules(walker: Walker) -> None:
    if walker.way != NO_SCRIPTS:
        for room in (WIDE, NARROW):
            walker.page.set_viewport_size(room)  # type: ignore[arg-type]
            assert faults_of(walker.page) == []


def test_somebody_leaves_and_somebody_starts(walk: Walk, complaints: Complaints) -> None:
    complaints.expected |= {422}
    walker = walk("spo", viewport=NARROW)
    page = walker.page
    walker.link("Actions", ".wmt-tabs")
    walker.link("Plans")
    walker.use(page.locator("main").get_by_text("New plan", exact=True))
    _keeps_the_rules(walker)
    walker.write(page.get_by_label("Name of the plan"), "One leaves, one starts")
    walker.button("Make the plan")
    assert "This plan has no steps yet" in text_of(page)

    walker.link("Somebody leaves")
    walker.button("Add this step")
    assert "Choose who" in page.locator(".govuk-error-summary").inner_text()
    _keeps_the_rules(walker)
    who = page.get_by_label("Who", exact=True)
    leaver = next(words for words in who.locator("option").all_inner_texts() if "PO," in words)
    walker.choose(who, leaver)
    walker.button("Add this step")
    assert "Step 1 is added." in text_of(page)
    name = leaver.partition(",")[0]
    row = page.locator("#table-effect tbody tr").filter(has_text=name)
    assert "no available hours" in row.inner_text().lower()

    walker.link("Somebody starts")
    walker.choose(page.get_by_label("Grade"), "PSO")
    walker.write(page.get_by_label("How many people"), "1")
    walker.button("Add this step")
    assert "Step 2 is added." in text_of(page)
    assert page.locator("#table-effect tbody tr").filter(has_text="New person 1").count() == 1
    _keeps_the_rules(walker)

    walker.use(page.get_by_role("button", name=re.compile(r"Remove.*step 2")))
    walker.use(page.get_by_role("button", name=re.compile(r"Remove.*step 1")))
    assert "This plan has no steps yet" in text_of(page)
    assert "Nothing changes yet" in page.locator("#table-effect, main").last.inner_text()


def test_a_head_applies_half_of_a_plan(walk: Walk, complaints: Complaints) -> None:
    """Of two moves one is applied, and the other stays in the plan."""
    complaints.expected |= {422}
    walker = walk("head", viewport=NARROW)
    page = walker.page
    walker.link("Actions", ".wmt-tabs")
    walker.link("Plans")
    walker.use(page.locator("main").get_by_text("New plan", exact=True))
    walker.write(page.get_by_label("Name of the plan"), "Half of it")
    walker.button("Make the plan")
    walker.link("Change contracted hours")
    who = page.get_by_label("Who", exact=True).locator("option")
    people = who.evaluate_all("all => all.filter(o => o.label.includes('PO,')).map(o => [o.value, o.label])")
    (giver, _), (_, taker) = people[0], people[1]
    for number in range(2):
        page.goto(f"{page.url.partition('/plans/')[0]}/plans/basket/{giver}/")
        box = page.locator("#case input[type=checkbox]")
        walker.use(box.nth(number))
        walker.choose(page.get_by_label("Who would get them"), taker)
        walker.choose(page.get_by_label("Plan", exact=True), "Half of it")
        walker.button("Add to the plan")
    walker.use(page.get_by_role("button", name="Apply this plan"))
    _keeps_the_rules(walker)
    walker.use(page.locator("input[name=step]").nth(1))
    walker.button("Apply the ticked steps")
    assert "This is not what you last looked at" in page.locator(".govuk-error-summary").inner_text()
    page.get_by_label("Caseload adjustment").press("Space")
    for why in page.locator("textarea[name^=why_]").all():
        walker.write(why, "Both know the family")
    walker.button("Apply the ticked steps")
    assert "1 step is applied." in text_of(page)
    _keeps_the_rules(walker)
    assert page.locator(".wmt-plan__applied li").get_by_role("link", name="Allocations").count() == 1
    assert page.locator("ol.wmt-plan li").count() == 1


def test_an_analyst_asks_what_a_tenth_more_for_c_cases_would_do_and_sends_it(
    walk: Walk, person: Person
) -> None:
    walker = walk("analyst", viewport=NARROW)
    page = walker.page
    walker.link("Actions", ".wmt-tabs")
    walker.link("Plans")
    walker.use(page.locator("main").get_by_text("New plan", exact=True))
    walker.write(page.get_by_label("Name of the plan"), "C cases and a tenth")
    walker.button("Make the plan")
    walker.link("Change what cases earn")
    walker.choose(page.get_by_label("Tiers"), "C cases")
    walker.write(page.get_by_label("By how many per cent"), "10")
    walker.button("Add this step")
    assert "Step 1 is added." in text_of(page)
    row = page.locator("#table-effect tbody tr").first.inner_text()
    walker.link("Share")
    walker.button("Make a link")
    address = str(page.locator(".wmt-plan__faults a").get_attribute("href"))
    _keeps_the_rules(walker)
    reader = person("practitioner")
    reader.goto(address)
    assert "C cases and a tenth" in text_of(reader)
    assert reader.locator("#table-effect tbody tr").first.inner_text() == row
    assert reader.get_by_role("button", name="Add this step").count() == 0


def test_a_head_prints_the_certificate_and_its_checksum_is_checked(walk: Walk) -> None:
    walker = walk("head", viewport=NARROW)
    page = walker.page
    walker.link("Room for more cases")
    walker.link("Certificate to print")
    _keeps_the_rules(walker)
    checksum = page.locator(".wmt-code").first.inner_text()
    assert re.fullmatch("[0-9a-f]{64}", checksum)
    page.emulate_media(media="print")
    assert page.locator(".wmt-exports").first.is_hidden()
    assert checksum in page.locator("main").inner_text()
    page.emulate_media(media="screen")
    for typed, said in ((checksum, "is that of these figures"), ("0" * 64, "is not that of these figures")):
        walker.write(page.get_by_label("Check the checksum of a printed certificate"), typed)
        walker.button("Check")
        assert f"The checksum you gave {said}" in text_of(page)
