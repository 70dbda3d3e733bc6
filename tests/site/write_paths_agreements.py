"""What is sent so that something of local agreements is really saved, for `write_paths`."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from write_paths_set_up import set_up

from wmt.agreements.collected import CollectedRow
from wmt.site.agreements.models import StateAnswer
from wmt.site.changes import agreements, counted_figures
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state

#: An agreement by which every PDU owes an action plan, and counts its desks.
_PLANS = (
    "name: Plans\nclause: x\nsource: x\nbinds: true\ncollects: {desks: Desks}\nmeasures: {"
    "workload: {name: x, value: cases, unit: x, covers: {level: pdu}, states: [{state: x, from: 0, duties: "
    "[{kind: plan, text: x}]}]}, desks: {name: x, value: desks, unit: x, covers: {level: pdu}, "
    "states: [{state: x}]}}"
)


@set_up
def agreed(pdu: str, day: date) -> int:
    """An agreement of a PDU, by its number."""
    wanted = agreements.AgreementRequest(level="pdu", code=pdu, pack="cumbria", mode="live", first_day=day)
    return agreements.switch_on(actor=None, who="a test", wanted=wanted)[0].pk


@set_up
def agreed_plan(pdu: str, day: date) -> int:
    """An agreement by which a PDU owes an action plan and counts its desks, by its number."""
    wanted = agreements.AgreementRequest(level="pdu", code=pdu, text=_PLANS, mode="live", first_day=day)
    return agreements.switch_on(actor=None, who="a test", wanted=wanted)[0].pk


@set_up
def letter(pdu: str, code: str, day: date) -> int:
    """A letter about somebody, by its number."""
    row = StateAnswer.objects.create(
        key=f"{StateAnswer.objects.count()}", agreement_id=agreed(pdu, day), kind="letter", level="post",
        code=code, measure_key="m", measure="M", state="red", value="5", clause="x", duty="x",
        day=day, who="a test",
    )  # fmt: skip
    return row.pk


@set_up
def count_of(pdu: str, day: date) -> int:
    """A count of a PDU, by its number."""
    agreed_plan(pdu, day)
    state = current_state()
    unit = Unit.objects.get(load_id=state.load_id, level="pdu", code=pdu, whole=True)
    rows = [CollectedRow("", pdu, "desks", "9")]
    wanted = counted_figures.CountRequest(level="pdu", code=pdu, counted_on=day, rows=rows)
    return counted_figures.enter(actor=None, who="a test", unit=unit, state=state, wanted=wanted)[0][0].pk


def _counting(pdu: str, day: date) -> str:
    """The address of a PDU in the API that has an agreement which counts its desks."""
    agreed_plan(pdu, day)
    return f"units/pdu/{pdu}/counted-figures"


#: Of a place of `write_paths`, by the method and the address that are asked.
AGREEMENT_SAVES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("POST", "unit-agreements"): lambda place: place.form(
        f"/agreements/pdu/{place.pdu}/", pack="gwent", mode="live", first_day=place.day
    ),
    ("POST", "api-agreements"): lambda place: place.api(
        "post", f"units/pdu/{place.pdu}/agreements", {"pack": "gwent", "first_day": str(place.day)}
    ),
    ("POST", "agreement-end"): lambda place: place.form(f"/agreement/{agreed(place.pdu, place.day)}/end/"),
    ("POST", "api-agreement-end"): lambda place: place.api(
        "post", f"agreements/{agreed(place.pdu, place.day)}/end"
    ),
    ("POST", "agreement-counts"): lambda place: place.form(
        f"/agreements/pdu/{place.pdu}/counts/", counted_on=place.day,
        **{f"count-{_counting(place.pdu, place.day).split('/')[2]}-desks": "9"},
    ),
    ("POST", "api-counts"): lambda place: place.api(
        "post", _counting(place.pdu, place.day),
        {"counted_on": str(place.day), "counts": [{"unit": place.pdu, "figure": "desks", "values": ["9"]}]},
    ),
    ("POST", "agreement-count-withdrawn"): lambda place: place.form(
        f"/agreement-count/{count_of(place.pdu, place.day)}/withdrawn/"
    ),
    ("POST", "api-count-withdraw"): lambda place: place.api(
        "post", f"counted-figures/{count_of(place.pdu, place.day)}/withdraw"
    ),
    ("POST", "agreement-answer-new"): lambda place: place.form(
        f"/agreement/{agreed_plan(place.pdu, place.day)}/answer/pdu/{place.pdu}/workload/", words="a test",
        until=place.day + timedelta(9),
    ),
    ("POST", "agreement-answer-received"): lambda place: place.asked.post(
        f"/agreement-answer/{letter(place.pdu, place.duty.code, place.day)}/received/"
    ),
}  # fmt: skip
