"""Random figures on random pages: the sum behind each is the figure, and its lines add up to the sum."""

import os
import random
from collections.abc import Callable, Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

Person = Callable[..., Page]
PARTS = 4
FIGURES = 500 if os.environ.get("WMT_SOAK") else 40
TABS = ("", "", "caseload/", "reports/", "help/", "omic/", "court/")
_A_PAGE = 4
#: The heading of the column that counts the lines in a row.
ITEMS = "Items"
#: Figures that lead to their lines: what is shown, where it leads, and the measure.
_LINKS = """() => [...document.querySelectorAll('main a[href*="/working/?"]')].map(a => {
  const plain = e => e.innerText.replace(/[▲▼↕\\s]+/g, ' ').trim();
  const words = [...a.childNodes].filter(n => n.nodeType === 3).map(n => n.data).join('').trim();
  const cell = a.closest('td, th'), heads = cell && a.closest('table').querySelectorAll('thead th');
  const of = heads ? plain(heads[cell.cellIndex]) : plain(a.closest('div, li')).slice(0, 40);
  return {words, of, href: a.pathname + a.search};
}).filter(a => /^[-−]?[0-9,.]+%?$/.test(a.words))"""
_SUMS = """() => [...document.querySelectorAll('[data-measure]')].map(e => ({...e.dataset}))"""
#: The rows of a table of lines, and its last row: the cell under each heading.
_TABLE = """id => {
  const table = document.querySelector(`#table-${id} table`);
  if (!table) return null;
  const plain = cell => cell.innerText.replace(/[▲▼↕\\s]+/g, ' ').trim();
  const rows = part => [...table.querySelectorAll(`${part} tr`)].map(row => [...row.children].map(plain));
  const next = document.querySelector(`#table-${id}-next`);
  return {heads: rows('thead')[0], rows: rows('tbody'), total: rows('tfoot')[0],
          next: next ? next.getAttribute('href') : ''};
}"""


def number(words: str) -> Decimal:
    """A number as pages write it."""
    plain = words.replace(",", "").replace("−", "-").split(maxsplit=1)
    return Decimal(plain[0].rstrip("%")) if plain else Decimal(0)


def places(page: Page, dice: random.Random) -> Iterator[str]:
    """Random pages of random units of every level, found by the tables of units themselves."""
    units = ["/nation/"]
    for level in ("region", "pdu", "team"):
        page.goto(f"/nation/?list={level}")
        units += page.locator("#table-overview tbody th a").evaluate_all("all => all.map(a => a.pathname)")
    while True:
        unit = dice.choice(units)
        if unit.startswith("/team/") and dice.random() < 0.6:
            page.goto(unit)
            posts = page.locator("#table-overview tbody th a").evaluate_all("all => all.map(a => a.pathname)")
            unit = dice.choice(posts) if posts else unit
        yield unit + dice.choice(TABS)


def faults_behind(page: Page, place: str, shown: dict[str, str]) -> list[str]:
    """Follow a figure to its lines: they add up to the sum, and that is what was clicked. What does not."""
    page.goto(shown["href"])
    sums = {each["measure"]: each for each in page.evaluate(_SUMS)}
    where = f"{shown['words']} ({shown['of']}) at {place}, leading to {shown['href']}"
    if not sums:
        return [f"no sum is shown for {where}"]
    faults, found, lines = [], {}, 0
    for name, each in sums.items():
        found[name] = Decimal(each["sum"])
        if each["sum"] != each["figure"]:
            faults.append(f"the sum {each['sum']} is not the figure {each['figure']}: {where}")
        added, lines = lines_add_up(page, name, found[name])
        if added != found[name]:
            faults.append(f"the lines of {name} add up to {added}, not to {found[name]}: {where}")
    clicked = number(shown["words"])
    if "%" in shown["words"]:
        whole = (found["points"] * 100 / found["available"]).quantize(Decimal("0.1"), ROUND_HALF_UP)
    else:
        whole = (
            found["available"] - found["points"]
            if "figure=remaining" in shown["href"]
            else found[next(iter(found))]
        )
    # a number of reports or cases may lead to their points: then the lines are so many
    if clicked not in (whole, rounded(whole), *([lines] if shown["words"].isdigit() else [])):
        faults.append(f"the lines add up to {whole}, not to {where}")
    return faults


def rounded(exact: Decimal) -> Decimal:
    """Points as tables show them: whole, halves away from nought."""
    return exact.quantize(Decimal(1), ROUND_HALF_UP)


def lines_add_up(page: Page, name: str, wanted: Decimal) -> tuple[Decimal, int]:
    """The sum of the lines on all pages of their table, the same as its last row on each; their number."""
    here, added, lines = page.url, Decimal(0), 0
    table: Any = page.evaluate(_TABLE, name)
    while table is not None:
        column = amount_of(table)
        added += sum(number(row[column]) for row in table["rows"])
        lines += sum(int(number(row[many_of(table)])) if many_of(table) else 1 for row in table["rows"])
        assert number(table["total"][column]) == wanted, f"the last row of {name} at {page.url}"
        if not table["next"]:
            break
        page.goto(page.evaluate("href => new URL(href, location).href", table["next"]))
        table = page.evaluate(_TABLE, name)
    if page.url != here:
        page.goto(here)
    return added, lines


def many_of(table: Any) -> int:
    """The column that counts the lines; 0 where every row is one."""
    return int(table["heads"].index(ITEMS)) if ITEMS in table["heads"] else 0


def amount_of(table: Any) -> int:
    """The column of the amounts: the last that the row of sums fills, but for the count of lines."""
    filled = [at for at, words in enumerate(table["total"]) if at and words and table["heads"][at] != ITEMS]
    return filled[-1]


@pytest.mark.soak
@pytest.mark.parametrize("part", range(PARTS))
def test_the_lines_behind_random_figures_add_up_to_them(person: Person, part: int) -> None:
    dice = random.Random(f"figures {part}")
    page = person("analyst", java_script_enabled=True)
    page.route("**/*.{css,js,svg}", lambda route: route.abort())
    checked: list[str] = []
    faults: list[str] = []
    for place in places(page, dice):
        page.goto(place)
        shown = [each for each in page.evaluate(_LINKS) if each["href"] not in checked]
        for each in dice.sample(shown, min(_A_PAGE, len(shown))):
            checked.append(each["href"])
            faults += faults_behind(page, place, each)
        if len(checked) >= FIGURES // PARTS:
            break
    assert faults == []
