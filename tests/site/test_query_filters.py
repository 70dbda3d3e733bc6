"""Choices that stand in an address: what is none of the options is said at its field, and narrows nothing."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hours_fixtures import faults
from tabs_fixtures import in_sight, links, table_of

from wmt.ledger import HEADLINE
from wmt.site.links import unit_url
from wmt.site.query_form import FilterForm, OneOf
from wmt.site.workload.models import Fault, Unit

SAID = "Choose an option for ‘{}’: the one in the address is not in the list and was ignored"
#: Tabs of a unit by level, and the labels of their choices by their names.
TABS = [
    ("pdu", "", {"list": "Show", "grade": "Grade", "band": "Capacity"}),
    (
        "team",
        "caseload",
        {"type": "Cases", "grade": "Grade", "counted": "Listed cases", "reason": "Reason not active"},
    ),
    ("post", "caseload", {"type": "Cases", "counted": "Listed cases", "reason": "Reason not active"}),
    *(("team", tab, {"grade": "Grade"}) for tab in ("help", "reports", "court", "omic", "per-fte")),
    ("team", "duties", {"show": "Show", "decided": "Decision"}),
    ("post", "duties", {"show": "Show", "decided": "Decision"}),
    ("team", "allocations", {"show": "Allocations"}),
    ("pdu", "waiting", {"type": "Type of case", "tier": "Tier", "source": "Known from", "age": "Waiting"}),
]


@pytest.mark.parametrize(("level", "tab", "labels"), TABS)
def test_a_choice_that_there_is_not_is_said_and_changes_nothing(
    nation: Any, signed_in: Callable[..., Client], level: str, tab: str, labels: dict[str, str]
) -> None:
    client = signed_in("administrator")
    units = Unit.objects.filter(load=nation.load, level=level, stream=HEADLINE, whole=True).order_by("code")
    pages = ((unit, client.get(unit_url(level, unit.code, tab)).text) for unit in units)
    # of waiting cases there is a list only where a case waits
    unit, plain = next((unit, page) for unit, page in pages if 'id="filter-' in page)
    odd = client.get(unit_url(level, unit.code, tab, **dict.fromkeys(labels, "<none>")))
    assert odd.status_code == 200
    assert faults(odd.text) == {f"filter-{name}": SAID.format(label) for name, label in labels.items()}
    assert "<title>Error: " in odd.text
    assert faults(plain) == {}
    assert "<none>" not in odd.text
    assert blocks(odd.text) == blocks(plain) != []
    for name in labels:
        assert f'href="#filter-{name}"' in odd.text
        assert chosen(odd.text, f"filter-{name}") is None
        assert options(odd.text, f"filter-{name}") == options(plain, f"filter-{name}")


@pytest.mark.parametrize(
    ("tab", "table", "label"), [("why", "units", "List changes of"), ("over-time", "averages", "By")]
)
def test_the_levels_of_pages_over_time(
    nation: Any, signed_in: Callable[..., Client], tab: str, table: str, label: str
) -> None:
    unit, client = nation.unit("region"), signed_in()
    day = nation.truth.as_at()[0].date().isoformat()
    days = {"from": day, "to": day}
    plain = client.get(unit_url("region", unit.code, tab, **days)).text
    odd = client.get(unit_url("region", unit.code, tab, **days, list="nation")).text
    assert faults(odd) == {"list": SAID.format(label)}
    assert table_of(odd, table) == table_of(plain, table)
    teams = client.get(unit_url("region", unit.code, tab, **days, list="team")).text
    assert faults(teams) == {}
    assert (chosen(plain, "list"), chosen(teams, "list")) == ("pdu", "team")
    both = client.get(unit_url("region", unit.code, tab, **{**days, "from": "soon"}, list="nation")).text
    # there are no averages of days that are none, and no choice of what they are of
    assert list(faults(both)) == (["from", "list"] if tab == "why" else ["from"])


def test_faults_of_a_load_are_narrowed_by_what_there_is(
    nation: Any, signed_in: Callable[..., Client]
) -> None:
    Fault.objects.bulk_create(
        Fault(load=nation.load, severity="warn", code=code, row=row, message=f"row {row} is odd")
        for row, code in enumerate(["ODD_ONE", "ODD_ONE", "ODD_TWO"], 1)
    )
    client, address = signed_in("administrator"), f"/loads/{nation.load.pk}/"
    everything = table_of(client.get(address).text, "faults")
    one = client.get(address, {"code": "ODD_ONE", "severity": "warn"}).text
    assert [row["Row"] for row in table_of(one, "faults")] == ["1", "2"]
    assert "Errors and warnings of type ODD_ONE" in one
    assert (chosen(one, "filter-code"), chosen(one, "filter-severity")) == ("ODD_ONE", "warn")
    odd = client.get(address, {"code": "NO\0NE", "severity": "worse"})
    assert odd.status_code == 200
    labels = {"code": "Type", "severity": "Effect"}
    assert faults(odd.text) == {f"filter-{name}": SAID.format(label) for name, label in labels.items()}
    assert table_of(odd.text, "faults") == everything
    (narrow,) = {href for href in links(one) if "code=ODD_TWO" in href and not href.startswith("/loads/")}
    assert [row["Row"] for row in table_of(client.get(address + narrow).text, "faults")] == ["3"]


def test_a_form_of_choices_has_defaults() -> None:
    def form(**query: str) -> FilterForm:
        return FilterForm(
            query, show=OneOf("Show", [("open", "Open"), ("all", "All")], "open"),
            grade=OneOf("Grade", [("", "All"), ("PO", "PO")]),
        )  # fmt: skip

    def chosen(form: FilterForm) -> tuple[str, ...]:
        return tuple(map(form.chosen, ("show", "grade", "none such")))

    assert chosen(form()) == ("open", "", "")
    assert chosen(form(show="", grade=" PO ")) == ("open", "PO", "")
    assert chosen(form(show="all", grade="")) == ("all", "", "")
    odd = form(show="x", grade="y")
    assert chosen(odd) == ("open", "", "")
    assert odd.faults == [("filter-show", SAID.format("Show")), ("filter-grade", SAID.format("Grade"))]


def blocks(page: str) -> list[str]:
    """The tables of a page in words; their addresses carry what was asked for."""
    return [
        in_sight(each) for each in re.findall(r'<div class="wmt-table-block".*?(?:</table>|</p>)', page, re.S)
    ]


def options(page: str, field: str) -> list[str]:
    """The values of a choice, in order."""
    block = re.search(rf'<select [^>]*id="{field}".*?</select>', page, re.S)
    assert block, f"the page has no choice {field}"
    return re.findall(r'<option value="([^"]*)"', block[0])


def chosen(page: str, field: str) -> str | None:
    """The value that a choice stands at; None where it stands at its first."""
    block = re.search(rf'<select [^>]*id="{field}".*?</select>', page, re.S)
    assert block, f"the page has no choice {field}"
    found = re.search(r'<option value="([^"]*)" selected', block[0])
    return found[1] if found else None
