"""Pages of proposals: writing one by field, table, Excel, CSV and overlay file; deciding; what others see."""

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from accounts_fixtures import client_of
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from rule_proposals_fixtures import C2, administrator, ahead, analyst, approved, submitted
from tabs_fixtures import in_sight as seen

from wmt import outfiles
from wmt.days import written
from wmt.rules import overlay_text
from wmt.rules.overlays import read_overlay
from wmt.site.rule_proposals import in_force
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.web.rule_proposals import files

pytestmark = pytest.mark.django_db
TIERS = "tier_points.pc16"
SAID = {
    "name": "Longer reviews", "source": "Letter 7", "reason": "Reviews take longer", "body": "Napo",
    "consulted_on": "1 September 2026", "letter": "N/26/7",
}  # fmt: skip
SignIn = Callable[..., Client]


def in_sight(page: str) -> str:
    """The text of a page as people read it."""
    return " ".join(html.unescape(seen(page)).split())


def step(client: Client, row: RuleProposal, name: str, **sent: Any) -> Any:
    row.refresh_from_db()
    address = reverse(f"rule-proposal-{name}", args=[row.pk])
    return client.post(address, {"edition": row.edition, **sent})


def test_a_value_is_proposed_submitted_approved_and_shown_beforehand(signed_in: SignIn) -> None:
    ann, bob = client_of(analyst()), client_of(administrator())
    form = ann.get(reverse("rule-proposal-new"), {"rule": C2})
    assert f"{C2} , in points. In force: 74." in in_sight(form.text)  # a tag ends before the comma
    sent = {**SAID, "key": "k", "first_day": written(ahead()), f"v:{C2}": "82.5"}
    wrong = ann.post(reverse("rule-proposal-new"), sent | {f"v:{C2}": "7,5"})
    assert wrong.status_code == 422
    assert f"{C2}: '7,5' is not a number of points" in in_sight(wrong.text)
    assert 'value="7,5"' in wrong.text
    same = ann.post(reverse("rule-proposal-new"), sent | {f"v:{C2}": "74"})
    assert "Nothing differs from the rules that are in force on that day" in in_sight(same.text)
    assert ann.post(reverse("rule-proposal-new"), sent).status_code == 302
    row = RuleProposal.objects.get()
    assert step(ann, row, "submit").status_code == 302
    page = in_sight(bob.get(reverse("rule-proposal", args=[row.pk])).text)
    assert "Waiting for approval" in page
    assert "Ann" in page
    everybody = signed_in("practitioner", "team", "T1")
    assert "A change is proposed: Longer reviews" in in_sight(everybody.get(reverse("rule", args=[C2])).text)
    assert step(bob, row, "approve").status_code == 302
    rule = in_sight(everybody.get(reverse("rule", args=[C2])).text)
    assert f"From {written(ahead())} it will be 82.5 points. Letter 7." in rule
    open_page = in_sight(everybody.get(reverse("rule-proposal", args=[row.pk])).text)
    assert "Ann" not in open_page
    assert "Bob" not in open_page
    listed = in_sight(everybody.get(reverse("rule-proposals")).text)
    assert "Approved: in force from" in listed
    assert "Ann" not in listed


def test_a_draft_is_changed_with_its_other_days_and_conflicts_are_told() -> None:
    ann = analyst()
    client = client_of(ann)
    new = reverse("rule-proposal-new")
    first, later = written(ahead()), ahead(60)
    client.post(new, {**SAID, "first_day": first, f"v:{C2}": "82", f"v:{C2}@{later.isoformat()}": "84"})
    row = RuleProposal.objects.get()
    assert len(row.overlay.entries) == 2
    edit = reverse("rule-proposal-edit", args=[row.pk])
    page = client.get(edit).text
    assert f'name="v:{C2}@{later.isoformat()}"' in page
    sent = {**SAID, "edition": row.edition, "first_day": first, f"v:{C2}": "83", f"v:{C2}@{later}": "84"}
    assert client.post(edit, sent).status_code == 302
    stale = client.post(edit, sent)
    assert stale.status_code == 409
    assert "Somebody has changed this proposal" in in_sight(stale.text)
    row.refresh_from_db()
    assert row.overlay.entries == ((C2, ahead(), 83), (C2, later, 84))


def test_a_table_is_changed_on_a_page() -> None:
    client = client_of(analyst())
    page = client.get(reverse("rule-proposal-new"), {"table": TIERS}).text
    assert f'name="v:{TIERS}.licence.A3"' in page
    sent = {f"v:{TIERS}.community.C2": "82", f"v:{TIERS}.community.C3": "", f"v:{TIERS}.community.D1": "49"}
    client.post(reverse("rule-proposal-new"), {**SAID, "first_day": written(ahead()), **sent})
    assert RuleProposal.objects.get().overlay.entries == ((C2, ahead(), 82),)


def sent_file(kind: str, change: dict[str, Any]) -> SimpleUploadedFile:
    """The table as it is offered, with some cells changed by the row and the head."""
    table = files.table_of(TIERS, ahead())
    heads = [column.head for column in table.columns]
    rows = [[change.get(f"{row.values['row'].raw} {head}", row.values[column.key].raw)
             for head, column in zip(heads, table.columns, strict=True)] for row in table.rows]  # fmt: skip
    if kind == "csv":
        text = "\r\n".join(",".join(map(str, cells)) for cells in [heads, *rows])
        return SimpleUploadedFile("tiers.csv", text.encode())
    data = io.BytesIO()
    with outfiles.open_book(data) as book:
        sheet = book.add_worksheet("values")
        for number, cells in enumerate([["A title above"], heads, *rows]):
            sheet.write_row(number, 0, cells)
    return SimpleUploadedFile("tiers.xlsx", data.getvalue())


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_is_changed_in_a_file_and_every_fault_is_named_by_its_cell(kind: str) -> None:
    client, address = client_of(analyst()), reverse("rule-proposal-table-upload", args=[TIERS])
    day = {"first_day": written(ahead())}
    down = 3 if kind == "xlsx" else 2
    rows = [row.values["row"].raw for row in files.table_of(TIERS, ahead()).rows]
    wrong = client.post(address, {**day, "file": sent_file(kind, {"C2 community": "7;5", "A3 licence": ""})})
    assert wrong.status_code == 422
    assert f"{rows.index('C2') + down} ({C2}): '7;5' is not a number of points" in in_sight(wrong.text)
    assert f"{rows.index('A3') + down} ({TIERS}.licence.A3): is empty" in in_sight(wrong.text)
    assert not RuleProposal.objects.exists()
    done = client.post(address, {**day, "file": sent_file(kind, {"C2 community": 82.5})})
    assert done.status_code == 302
    row = RuleProposal.objects.get()
    assert [(path, str(value)) for path, _, value in row.overlay.entries] == [(C2, "82.5")]
    again = {**day, "key": "the form's", "file": sent_file(kind, {"C2 community": 83})}
    first = client.post(address, again)
    again["file"].seek(0)
    assert client.post(address, again)["Location"] == first["Location"]  # sent twice, it is one draft
    assert RuleProposal.objects.count() == 2
    same = client.post(address, {**day, "file": sent_file(kind, {})})
    assert "Nothing differs" in in_sight(same.text)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("tiers.pdf", b"x", "neither Excel"),
        ("tiers.xlsx", b"not a workbook", "cannot be read"),
        ("tiers.csv", b"\xff\xfe\xff", "cannot be read"),
        ("tiers.csv", b"a,b\n1,2\n", "no cell is the head"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_words(name: str, content: bytes, words: str) -> None:
    address = reverse("rule-proposal-table-upload", args=[TIERS])
    sent = {"first_day": written(ahead()), "file": SimpleUploadedFile(name, content)}
    answer = client_of(analyst()).post(address, sent)
    assert answer.status_code == 422
    assert words in in_sight(answer.text)


def test_a_table_is_taken_out_as_a_file_and_reads_back_as_it_is() -> None:
    client, page = client_of(analyst()), reverse("rule-proposal-table", args=["thresholds"])
    address = f"{page}upload/"
    for kind in ("csv", "xlsx"):
        got = client.get(f"{page}values.{kind}")
        data = b"".join(got) if got.streaming else got.content
        sent = {"first_day": written(ahead()), "file": SimpleUploadedFile(f"t.{kind}", data)}
        assert "Nothing differs" in in_sight(client.post(address, sent).text)
    nothing = client.post(address, {"first_day": written(ahead())})
    assert "Choose a file" in in_sight(nothing.text)
    assert client.get(reverse("rule-proposal-table", args=["no.such"])).status_code == 404


def test_an_overlay_file_becomes_a_draft_and_a_proposal_a_file() -> None:
    client, address = client_of(analyst()), reverse("rule-proposal-upload")
    text = f"name: Draft\nreference: Letter 7\ndescription: Why\nvalues: {{{C2}: 82, "
    text += "nat_percent: {2098-01-01: 15}}"
    sent = {"first_day": written(ahead()), "file": SimpleUploadedFile("draft.yaml", text.encode())}
    assert client.post(address, sent).status_code == 302
    row = RuleProposal.objects.get()
    assert row.overlay.entries == ((C2, ahead(), 82), ("nat_percent", row.overlay.entries[1][1], 15))
    assert row.overlay.reason == "Why"
    file = client.get(reverse("rule-proposal-file", args=[row.pk]))
    assert read_overlay(file.text, "proposal") == row.overlay
    assert file.text == overlay_text.overlay_text(row.overlay)
    twice = {**sent, "key": "the form's"}
    places = []
    for _ in range(2):
        twice["file"] = SimpleUploadedFile("draft.yaml", text.encode())
        places.append(client.post(address, twice)["Location"])
    assert places[0] == places[1]
    assert 'name="key" value="' in client.get(address).text
    for content, words in (
        (b"name: [", "not readable as YAML"), (b"\xff", "not UTF-8"),
        (text.replace("82", "8.125").encode(), "too fine"),
    ):  # fmt: skip
        bad = sent | {"file": SimpleUploadedFile("draft.yaml", content)}
        answer = client.post(address, bad)
        assert answer.status_code == 422
        assert words in in_sight(answer.text)


def test_a_wrong_step_says_why_and_nothing_changes(signed_in: SignIn) -> None:
    ann, bob = analyst(), administrator()
    row = submitted(bob)
    own = step(client_of(bob), row, "approve")
    assert own.status_code == 422
    assert "Somebody else has to approve it" in in_sight(own.text)
    assert step(client_of(ann), row, "approve").status_code == 403
    assert in_force.tree_now().at(ahead())[C2].value == 74
    other = client_of(administrator("cat"))
    assert "Enter why you decline it" in in_sight(step(other, row, "decline").text)
    assert step(other, row, "decline", why="Too early").status_code == 302
    page = reverse("rule-proposal", args=[row.pk])
    assert "Too early" in in_sight(client_of(ann).get(page).text)
    assert "Too early" not in in_sight(signed_in("practitioner", "team", "T1").get(page).text)
    running = approved(ann, bob, (C2, ahead(0), 82))
    assert "first day on which it is not" in in_sight(step(other, running, "withdraw", why="x").text)
    sent = {"why": "x", "ends": written(ahead(3))}
    assert step(other, running, "withdraw", **sent).status_code == 302
    assert in_force.tree_now().at(ahead(3))[C2].value == 74


def test_superseding_starts_from_what_the_former_says() -> None:
    ann, bob = analyst(), administrator()
    former = approved(ann, bob)
    client = client_of(ann)
    page = client.get(reverse("rule-proposal-new"), {"supersedes": former.pk})
    assert "This change supersedes" in in_sight(page.text)
    assert f'name="v:{C2}"' in page.text
    sent = {**SAID, "first_day": written(ahead(40)), "supersedes": former.pk, f"v:{C2}": "82"}
    assert client.post(reverse("rule-proposal-new"), sent).status_code == 302
    successor = RuleProposal.objects.get(supersedes=former)
    assert successor.overlay.entries == ((C2, ahead(40), 82),)  # as it is in force: it stays
    assert step(client, successor, "submit").status_code == 302
    decides = client_of(bob)
    assert step(decides, successor, "approve").status_code == 302
    page = in_sight(decides.get(reverse("rule-proposal", args=[successor.pk])).text)
    assert f"When it is withdrawn, proposal {former.pk} is in force again" in page
    running = approved(ann, bob, (C2, ahead(0), 80), supersedes=successor.pk)
    page = in_sight(decides.get(reverse("rule-proposal", args=[running.pk])).text)
    assert f"what it superseded (proposal {successor.pk}) does not come back" in page
    sent = {"why": "Over", "ends": written(ahead(3))}
    assert "Tick that you have checked this" in in_sight(step(decides, running, "withdraw", **sent).text)
    assert step(decides, running, "withdraw", checked="on", **sent).status_code == 302
    assert client.get(reverse("rule-proposal-new"), {"supersedes": 999_999}).status_code == 404
    assert "There is no rule called" in in_sight(client.get(reverse("rule-proposal-new"), {"rule": "x"}).text)


def test_a_change_for_a_time_only_goes_back_to_what_is_in_force() -> None:
    client = client_of(analyst())
    sent = {**SAID, "first_day": written(ahead()), f"v:{C2}@{ahead(60).isoformat()}": "74", f"v:{C2}": "82"}
    assert client.post(reverse("rule-proposal-new"), sent).status_code == 302
    row = RuleProposal.objects.get()
    assert sorted(row.overlay.entries) == [(C2, ahead(), 82), (C2, ahead(60), 74)]
    page = in_sight(client.get(reverse("rule-proposal", args=[row.pk])).text)
    assert "74 82 +8 points" in page
    assert "82 74 −8 points" in page  # until then it is what the change itself makes of it
    assert step(client, row, "submit").status_code == 302


def test_superseding_begins_with_the_values_that_hold_from_then_on() -> None:
    ann, bob = analyst(), administrator()
    running = approved(ann, bob, (C2, ahead(-60), 80), (C2, ahead(-30), 81), (C2, ahead(30), 82))
    client, new = client_of(ann), reverse("rule-proposal-new")
    page = client.get(new, {"supersedes": running.pk}).text
    assert fields(page) == {f"v:{C2}": "81", f"v:{C2}@{ahead(30).isoformat()}": "82"}
    waiting = approved(ann, bob, ("nat_percent", ahead(9), 15), ("nat_percent", ahead(20), 16))
    page = client.get(new, {"supersedes": waiting.pk}).text
    assert fields(page) == {"v:nat_percent": "15", f"v:nat_percent@{ahead(20).isoformat()}": "16"}
    assert f'value="{written(ahead(9))}"' in page


def fields(page: str) -> dict[str, str]:
    """The fields of values of a form, with what is in them."""
    found = re.findall(r'<input [^>]*name="(v:[^"]+)"[^>]*value="([^"]*)"', page)
    return dict(found)


@pytest.mark.parametrize("own", [0, -1])
def test_a_value_with_a_day_of_its_own_begins_after_the_first_day(own: int) -> None:
    field = f"v:{C2}@{ahead(30 + own).isoformat()}"
    sent = {**SAID, "first_day": written(ahead(30)), f"v:{C2}": "82", field: "84"}
    answer = client_of(analyst()).post(reverse("rule-proposal-new"), sent)
    assert answer.status_code == 422
    assert f"Begins on {written(ahead(30 + own))}, not after the first day" in in_sight(answer.text)
    assert not RuleProposal.objects.exists()
    assert client_of(analyst("eve")).post(reverse("rule-proposal-new"), sent | {field: ""}).status_code == 302
