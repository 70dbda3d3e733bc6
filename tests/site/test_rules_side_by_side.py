"""Rule books side by side: every column is what its rules alone give, of any day; agreements beside them."""

# ruff: noqa: F811 - fixtures come by import
from datetime import date
from typing import Any

import pytest
from api_fixtures import Program, fresh_counts, program  # noqa: F401
from django.urls import reverse
from rule_proposals_fixtures import ahead, analyst, submitted
from test_rule_proposal_pages import in_sight

from wmt import ledger, rules
from wmt.site.links import unit_url
from wmt.site.queries import rule_books, rule_effects
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

pytestmark = pytest.mark.one_database
LEVELS = ("post", "team", "pdu", "region", "nation")
DAYS = ("2021-05-01", "2023-01-06")


def units(nation: Any) -> list[Unit]:
    return [nation.unit(level) for level in LEVELS]


def address_of(unit: Unit) -> str:
    if unit.level == "nation":
        return reverse("rule-books-nation")
    return reverse("rule-books", args=[unit.level, unit.code])


def test_every_column_is_what_its_rules_alone_give_and_the_lines_add_up(nation: Any) -> None:
    state, tree = current_state(), rules.shipped()
    for unit in units(nation):
        books = [rule_books.book_of(text, state, unit) for text in (rule_books.OWN, *DAYS)]
        found = rule_books.beside(state, unit, books)
        own, old, new = (found.moment(book) for book in books)
        assert own == (unit.points_x100, unit.available_x100)
        days = [tree.at(date.fromisoformat(day)) for day in DAYS]
        effect = rule_effects.effect_on(state, unit, rule_effects.RulesBeside(*days, "", ""))
        assert (old, new) == (effect.before, effect.after)
        for at, moment in enumerate((own, old, new)):
            for side, whole in zip(("work", "time"), moment, strict=True):
                assert sum(each.amounts[at][1] for each in found.lines if each.side == side) == whole


def test_of_a_day_in_the_past_its_own_rules_give_the_figures_shown_then(nation: Any, signed_in: Any) -> None:
    client = signed_in("practitioner", "team", nation.unit("team").code)
    for unit in (nation.unit("post"), nation.unit("pdu"), nation.unit("nation")):
        past = f"/on/{nation.load.as_at:%Y-%m-%d}{address_of(unit)}"
        page = client.get(past)
        assert page.status_code == 200
        assert f"{ledger.shown_points(unit.points_x100):,}" in in_sight(page.text)


def test_everybody_finds_it_on_the_page_of_a_unit(nation: Any, signed_in: Any) -> None:
    client = signed_in("practitioner", "team", nation.unit("team").code)
    for unit in (nation.unit("post"), nation.unit("region")):
        assert address_of(unit) in client.get(unit_url(unit.level, unit.code)).text
        page = in_sight(client.get(address_of(unit)).text)
        assert "Rules of the figures shown" in page
        assert "Rules of 1 May 2021" in page
        assert "All together" in page


def test_a_draft_and_an_agreement_are_columns_too(nation: Any, signed_in: Any) -> None:
    row = submitted(analyst(), ("thresholds.excessive_workload.percent", ahead(), 90))
    client, post = (
        signed_in("practitioner", "team", nation.unit("team").code),
        nation.unit("post", grade="PO"),
    )
    asked = {"book1": f"proposal-{row.pk}", "book2": "pack-cheshire", "on3": "5 January 2023", "book4": ""}
    page = in_sight(client.get(address_of(post), asked).text)
    assert f"Proposal {row.pk}: {row.name}" in page
    assert "Threshold 90% – 110%" in page
    assert "Caseload of a PO – " in page
    assert "Rules of 5 January 2023" in page
    team = in_sight(client.get(address_of(nation.unit("team")), asked).text)
    assert "within the benchmark" in team


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"book1": "proposal-999999"}, "Choose an option for"),
        ({"on1": "31 February 2023"}, "must be a real date"),
        ({"on1": "1 January 2019"}, "This cannot be shown"),
        ({"book1": "figures", "book2": "figures", "on3": "x"}, "must be a real date"),
    ],
)
def test_what_cannot_be_shown_is_said(nation: Any, signed_in: Any, asked: Any, words: str) -> None:
    page = signed_in("analyst").get(address_of(nation.unit("pdu")), asked)
    assert page.status_code == 200
    assert words in in_sight(page.text)


def test_programs_ask_for_several_books(nation: Any, program: Any) -> None:
    reader, pdu = program(""), nation.unit("pdu")
    path = f"rule-books/pdu/{pdu.code}"
    found = reader.get(path, book=["figures", "2023-01-05", "pack-cheshire"])
    own, old, pack = found["books"]
    assert (own["points"], own["available"]) == (pdu.points_x100 / 100, pdu.available_x100 / 100)
    assert (old["day"], pack["points"]) == ("2023-01-05", None)
    assert pack["stated"]
    for at, book in enumerate((own, old)):
        lines = [each["points"][at] for each in found["lines"] if each["side"] == "work"]
        assert sum(lines) == pytest.approx(book["points"])
    for wrong in ("no-such", "proposal-0", "proposal-x", "agreement-1", "pack-x", "2019-01-01"):
        answer = reader.ask("get", path, book=wrong)
        assert (answer.status_code, answer.json()["faults"][0]["code"]) == (422, "RULES")
    assert reader.ask("get", path, book=["figures"] * 5).status_code == 422
