"""The establishment of units: taken as a table, shown with people in post and need, and kept in versions."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from tabs_fixtures import in_sight, table_of

from wmt.site.audit.models import AuditEvent
from wmt.site.availability.models import Establishment
from wmt.site.changes.import_tables import Imported, import_tables
from wmt.site.changes.people_files import export_folder
from wmt.site.links import unit_url
from wmt.site.queries import staffing
from wmt.site.queries.establishment import establishment_of
from wmt.site.workload.as_of_day import AsOf
from wmt.site.workload.state import current_state

SignIn = Callable[..., Client]
HEAD = "level,code,grade,kind,fte,first_day,last_day,why,deleted\n"


@pytest.fixture
def undone(nation: Any) -> Iterator[Any]:
    """A nation without an establishment, whatever a test enters."""
    with transaction.atomic():
        yield nation
        transaction.set_rollback(True)


def take(folder: Path, *rows: str, only_check: bool = False) -> Imported:
    path = folder / "establishment.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    return import_tables(path, who="a test", only_check=only_check, progress=lambda *_: None)


def test_a_unit_shows_its_target_its_people_and_what_they_are_sums_of(
    undone: Any, signed_in: SignIn, tmp_path: Path
) -> None:
    team = undone.unit("team")
    pdu = undone.unit("pdu", code=team.pdu_code)
    client, state = signed_in("practitioner"), current_state()
    address = unit_url("pdu", pdu.code, "staffing")
    assert "none that counts on this day has been entered for this unit." in in_sight(
        client.get(address).text
    )
    before = staffing.staffing_of(state, pdu)
    done = take(
        tmp_path,
        f"pdu,{pdu.code},PO,target,40,2026-04-01,,yearly refresh,",
        f"team,{team.code},PO,agency,1.5,2026-04-01,,,",
        f"team,{team.code},PO,fixed_term,1,2026-04-01,2027-03-31,,",
        f"team,{team.code},PSO,vacancy,2,2026-04-01,,,",
    )
    assert (done.refused, done.counts["establishment"].new) == (False, 4)
    after = staffing.staffing_of(state, pdu)
    assert float(before.short("PO") - after.short("PO")) == 1.5
    page = client.get(address).text
    row = next(each for each in table_of(page, "establishment") if each["Grade"] == "PO")
    contracted = float(before.supply.grades["PO"].contracted)
    assert (row["Target (FTE)"], row["Agency (FTE)"], row["Fixed term (FTE)"]) == ("40.0", "1.5", "1.0")
    assert row["In post (FTE)"] == f"{contracted + 1.5:,.1f}"
    assert row["Permanent (FTE)"] == f"{contracted - 1:,.1f}"
    assert row["Short of target (FTE)"].replace("−", "-") == f"{40 - contracted - 1.5:,.1f}"
    rows = table_of(page, "establishment_rows")
    assert [(each["What"], each["Where"], each["FTE"]) for each in rows] == [
        ("target", pdu.name, "40.00"),
        ("agency staff", team.name, "1.50"),
        ("fixed term", team.name, "1.00"),
        ("vacancy", team.name, "2.00"),
    ]
    assert (rows[0]["Why"], rows[2]["Until"]) == ("yearly refresh", "not shown for a team")
    assert (rows[0]["Until"], rows[1]["Why"]) == ("no end", "–")
    assert "check the entries" not in in_sight(page)
    take(tmp_path, f"team,{team.code},PO,fixed_term,900,2026-04-01,2027-03-31,,")
    assert "than the data has contracted hours for (PO): check" in in_sight(client.get(address).text)
    take(tmp_path, f"team,{team.code},PO,fixed_term,1,2026-04-01,2027-03-31,,")
    told = client.get(f"/api/v1/units/pdu/{pdu.code}/staffing").json()["establishment"]
    assert [each["kind"] for each in told["rows"]] == ["target", "agency", "fixed_term", "vacancy"]
    assert next(each for each in told["grades"] if each["grade"] == "PO")["agency"] == 1.5
    found = client.get(f"/api/v1/units/pdu/{pdu.code}/tables/staffing").json()["tables"]
    shown = next(each for each in found if each["name"] == "establishment")
    assert (
        next(each for each in shown["rows"] if each["values"]["grade"]["text"] == "PO")["values"]["target"][
            "text"
        ]
        == "40.0"
    )


def test_versions_are_kept_and_a_row_is_taken_back(undone: Any, tmp_path: Path) -> None:
    code = undone.unit("region").code
    row = f"region,{code},PO,target,400,2026-04-01,,yearly refresh,"
    assert take(tmp_path, row, only_check=True).saved is False
    assert not Establishment.objects.exists()
    take(tmp_path, row)
    again = take(tmp_path, row)
    assert (again.counts["establishment"].unchanged, again.saved) == (1, False)
    take(tmp_path, row.replace("400", "410"))
    versions = Establishment.objects.order_by("version").values_list("version", "fte_x100", "ended_change")
    assert [(each[0], each[1], each[2] is None) for each in versions] == [
        (1, 40_000, False),
        (2, 41_000, True),
    ]
    exported = export_folder(tmp_path / "out")
    assert exported["establishment"] == 1
    assert f"region,{code},PO,target,410,2026-04-01,,yearly refresh,false" in (
        tmp_path / "out" / "establishment.csv"
    ).read_text("utf-8-sig")
    take(tmp_path, f"region,{code},PO,target,,2026-04-01,,,true")
    assert export_folder(tmp_path / "out")["establishment"] == 0
    assert export_folder(tmp_path / "out", withdrawn=True)["establishment"] == 1
    said = AuditEvent.objects.filter(kind="people import", sentence__contains="establishment of units")
    assert said.count() == 3


def test_an_import_that_fails_leaves_nothing(
    undone: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise RuntimeError("the database is gone")

    monkeypatch.setattr("wmt.site.changes.import_tables.save", fail)
    with pytest.raises(RuntimeError):
        take(tmp_path, f"region,{undone.unit('region').code},PO,target,400,2026-04-01,,yearly refresh,")
    assert not Establishment.objects.exists()


def test_what_stood_on_an_earlier_day_is_shown_of_it(undone: Any, tmp_path: Path) -> None:
    region, state = undone.unit("region"), current_state()
    take(tmp_path, f"region,{region.code},PO,target,400,2026-04-01,,yearly refresh,")
    assert [float(each.fte) for each in establishment_of(state).of(region)] == [400]
    past = replace(state, as_of=object.__new__(AsOf), day=date(2026, 4, 2))
    assert establishment_of(past).of(region) == []


def test_units_that_are_not_there_and_odd_targets_are_told(undone: Any, tmp_path: Path) -> None:
    code = undone.unit("region").code
    row = "region,{},PO,target,{},{},,yearly refresh,"
    done = take(
        tmp_path, row.format(code, 40, "2026-04-01"), row.format(code, 400, "2026-10-01"),
        row.format("N99", 4, "2026-04-01"),
    )  # fmt: skip
    assert {each.code for each in done.faults.items} == {"PEOPLE_UNKNOWN_UNIT", "PEOPLE_ESTABLISHMENT_ODD"}
    assert done.saved
