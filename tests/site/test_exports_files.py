"""A file of a table holds what the page shows, exactly, and nothing that runs."""

import io
import re
from collections.abc import Callable
from decimal import Decimal
from itertools import cycle
from typing import Any

import openpyxl
import polars as pl
import pyarrow.parquet as pq
import pytest
from django.test import Client
from exports_fixtures import KINDS, body, headings, plain, rows, sheet

from wmt.ledger import HEADLINE, OMIC, STREAM_NAMES, STREAMS, capacity_x100, decimal
from wmt.site.audit.models import AuditEvent
from wmt.site.links import unit_url
from wmt.site.workload.models import Current, Load, Unit

pytestmark = pytest.mark.one_database

SignIn = Callable[..., Client]
LEVELS = ("nation", "region", "pdu", "team")
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("level", LEVELS)
def test_a_file_has_the_figures_of_the_night(nation: Any, signed_in: SignIn, level: str, kind: str) -> None:
    unit = nation.unit(level)
    client, found = signed_in(), {}
    for stream in STREAMS:
        answer = client.get(unit_url(level, unit.code) + f"overview.{kind}?list=post&stream={stream}")
        if not Unit.objects.filter(level=level, code=unit.code, stream=stream, grade="").exists():
            assert answer.status_code == (200 if level == "post" else 404)
            continue
        assert answer.status_code == 200
        assert answer["Content-Type"] == TYPES[kind]
        assert answer["Cache-Control"] == "no-store"
        listed = rows(answer, kind)
        assert level == "post" or {row["Stream"] for row in listed} <= {STREAM_NAMES[stream]}
        found |= {row["Code"]: row for row in listed}
    totals = nation.night.table("results/totals").filter(pl.col("level") == "post")
    if level != "nation":
        totals = totals.filter(pl.col(f"{level}_code") == unit.code)
    wanted = {row["code"]: row for row in totals.iter_rows(named=True)}
    assert set(found) == set(wanted)
    for code, row in wanted.items():
        got = {name: plain(value) for name, value in found[code].items()}
        points, available = row["points_x100"], row["available_x100"]
        assert got["Level"] == "post"
        assert got["Points"] == decimal(points).normalize()
        assert got["Available points"] == decimal(available).normalize()
        # hours that OMiC work is not measured against are nobody's room
        left = None if row["stream"] == OMIC else decimal(available - points)
        assert got["Points left"] == (None if left is None else left.normalize())
        capacity = None if row["stream"] == OMIC else capacity_x100(points, available)
        assert got["Capacity (%)"] == plain(decimal(capacity))
        assert got["Active cases"] == row["cases"]
        assert got["Help (CMS)"] == decimal(row["contacts_x100"]).normalize()
        assert got["Contracted hours"] == Decimal(row["contracted_hours_micro"]).scaleb(-6).normalize()
        assert (got["Region code"], got["PDU code"], got["Team code"]) == tuple(
            plain(row[f"{each}_code"]) for each in ("region", "pdu", "team")
        )
        names = nation.unit("team", code=row["team_code"], posts__gt=-1)
        assert found[code]["Team"].lstrip("'") == names.name


@pytest.mark.both_databases
def test_the_files_of_all_practitioners_add_up_to_every_unit_by_stream(
    nation: Any, signed_in: SignIn
) -> None:
    """Points and time added up from the CSV files, not by the ledger: three figures at five levels."""
    client, sums = signed_in(), dict[tuple[str, str, str], list[Decimal]]()
    for stream in STREAMS:
        answer = client.get(unit_url("nation", "nation") + f"overview.csv?list=post&stream={stream}")
        for row in rows(answer, "csv"):
            assert row["Stream"] == STREAM_NAMES[stream]
            codes = {level: row[f"{title} code"] for level, title in _TITLES.items()}
            for level, code in {**codes, "post": row["Code"], "nation": "nation"}.items():
                found = sums.setdefault(
                    (level, code.lstrip("'"), stream), [Decimal(0), Decimal(0), Decimal(0)]
                )
                found[0] += Decimal(row["Points"])
                found[1] += Decimal(row["Available points"])
                found[2] += 1
    units = Unit.objects.filter(load=nation.load).exclude(level="post", whole=False)
    shown = {
        (unit.level, unit.code, unit.stream): [
            decimal(unit.points_x100),
            decimal(unit.available_x100),
            unit.posts,
        ]
        for unit in units
        if unit.posts and (unit.level == "post" or not unit.grade)
    }
    assert sums == shown
    assert {stream for level, _, stream in shown if level == "nation"} == set(STREAMS)


_TITLES = {"team": "Team", "pdu": "PDU", "region": "Region"}


@pytest.mark.parametrize("level", LEVELS)
def test_a_file_has_what_the_page_shows(nation: Any, signed_in: SignIn, level: str) -> None:
    unit, client = nation.unit(level), signed_in()
    page = client.get(unit_url(level, unit.code)).text
    table = page[page.index("<tbody>", page.index('id="table-overview"')) :]
    shown = [
        [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", table[: table.index("</tbody>")], re.DOTALL)
    ]  # fmt: skip
    found = rows(client.get(unit_url(level, unit.code) + "overview.csv"), "csv")
    assert len(found) == len(shown)
    for row, cells in zip(found, shown, strict=True):
        assert row["Code"] in cells
        assert f"{round(Decimal(row['All cases in nDelius'])):,}" in cells
        if row["Capacity (%)"]:
            tenth = Decimal(row["Capacity (%)"])
            assert any(cell.startswith(f"{tenth:.1f}%"[:-3]) for cell in cells)


@pytest.mark.both_databases
def test_every_table_of_every_page_can_be_had(nation: Any, signed_in: SignIn) -> None:
    """In every kind where a table is met first; at other levels the kinds take turns."""
    client, seen = signed_in(), set()
    turn, met = cycle(KINDS), set[tuple[str, str]]()
    for level in (*LEVELS, "post"):
        unit = nation.unit(level)
        for tab in ("", "working", "caseload", "per-fte", "reports", "help", "omic", "court"):
            page = client.get(unit_url(level, unit.code, tab))
            links = re.findall(r'href="([^"]+/(\w+)\.(csv|xlsx|parquet)[^"]*)"', page.text)
            tables = dict.fromkeys(table for _, table, _ in links)
            kinds = {table: (next(turn),) if (tab, table) in met else KINDS for table in tables}
            met |= {(tab, table) for table in tables}
            for href, table, kind in links:
                if kind not in kinds[table]:
                    continue
                answer = client.get(href.replace("&amp;", "&"))
                assert answer.status_code == 200, href
                assert headings(body(answer), kind), href
                seen.add(table)
    assert {"overview", "points", "available"} <= seen


@pytest.mark.both_databases
@pytest.mark.parametrize("kind", KINDS)
def test_filters_and_order_are_kept(nation: Any, signed_in: SignIn, kind: str) -> None:
    region = nation.unit("region")
    address = unit_url("region", region.code) + f"overview.{kind}?list=post&grade=PO&sort=points&order=down"
    found = rows(signed_in().get(address), kind)
    assert {row["Grade"] for row in found} == {"PO"}
    points = [plain(row["Points"]) for row in found]
    assert points == sorted(points, reverse=True)
    assert (
        len(points)
        == Unit.objects.filter(
            load=nation.load, level="post", stream=HEADLINE, region_code=region.code, grade="PO"
        ).count()
    )


def test_totals_are_in_excel_only_and_marked(nation: Any, signed_in: SignIn) -> None:
    region, client = nation.unit("region"), signed_in()
    address = unit_url("region", region.code) + "overview."
    content = body(client.get(address + "xlsx"))
    *parts, last = sheet(content)
    assert last["Level"] == "total"
    assert Decimal(str(last["Points"])) == decimal(region.points_x100)
    assert sum(Decimal(str(row["Points"])) for row in parts) == decimal(region.points_x100)
    page = openpyxl.load_workbook(io.BytesIO(content)).worksheets[1]
    assert page.cell(page.max_row, 1).font.bold
    for kind in ("csv", "parquet"):
        assert {row["Level"] for row in rows(client.get(address + kind), kind)} == {"pdu"}


def test_a_workbook_says_what_it_is(nation: Any, signed_in: SignIn) -> None:
    client = signed_in(name="Ann Lee")
    answer = client.get(unit_url("region", nation.unit("region").code) + "overview.xlsx?grade=PO")
    about = openpyxl.load_workbook(io.BytesIO(body(answer)))["About"]
    said = {row[0]: row[1] for row in about.iter_rows(values_only=True)}
    assert nation.unit("region").name in said["Of"]
    assert said["Filters"] == "grade: PO"
    assert said["Data from"] == f"{nation.truth.nights[0].as_at:%-d %B %Y}, 6.30pm"
    assert "not to judge people" in said["What this figure is not"]
    assert said["Address"].endswith("overview.xlsx?grade=PO")
    assert said["Downloaded by"] == "Ann Lee"
    assert {"Points rules", "Downloaded at", "Rows"} <= set(said)


@pytest.mark.both_databases
def test_parquet_is_typed_and_says_its_moment(nation: Any, signed_in: SignIn) -> None:
    post = nation.unit("post", grade="PO")
    answer = signed_in().get(unit_url("post", post.code, "working") + "points.parquet?figure=points")
    table = pq.read_table(io.BytesIO(body(answer)))
    moment = nation.truth.nights[0].as_at.strftime("%Y-%m-%dT%H:%M")
    assert table.schema.metadata[b"wmt.as_at_iso_8601"].decode().startswith(moment)
    types = {field.name: str(field.type) for field in table.schema}
    assert types["Points"] == "decimal128(24, 2)"
    assert types["Since"] == "date32[day]"
    assert types["What"] == "string"
    total = sum(value.as_py() or 0 for value in table["Points"])
    assert total == decimal(post.points_x100)
    of_team = unit_url("team", post.team_code, "working") + "points.parquet?figure=points"
    counted = pq.read_table(io.BytesIO(body(signed_in("manager", "team", post.team_code).get(of_team))))
    assert str(counted.schema.field("Items").type) == "int64"


def test_csv_is_as_documented(nation: Any, signed_in: SignIn) -> None:
    client, address = signed_in(), unit_url("region", nation.unit("region").code) + "overview.csv"
    content = body(client.get(address))
    assert not content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n")
    assert body(client.get(address + "?bom=1")) == b"\xef\xbb\xbf" + content
    points = [row["Points"] for row in rows(client.get(address), "csv")]
    assert all(re.fullmatch(r"-?\d+\.\d\d", each) for each in points)


@pytest.fixture
def risky(db: None) -> Load:  # noqa: ARG001
    """A team whose people, name and codes are formulas; a whole thousand of them."""
    from django.utils import timezone

    load = Load.objects.create(
        state="loaded", who="a test", as_at=timezone.now(), rules_date=timezone.localdate(), night="none"
    )
    above = {"region_code": "R", "pdu_code": "P", "team_code": "T"}
    for level, code in (("nation", "nation"), ("region", "R"), ("pdu", "P"), ("team", "T")):
        Unit.objects.create(load=load, level=level, code=code, name=f"=Unit {code}, ü", whole=True, **above)
    names = [
        '=HYPERLINK("http://x","y")',
        "+44",
        "-1",
        "@x",
        "\t=1",
        "\r=1",
        'A "quoted", name\nin two lines',
    ]
    posts = [
        Unit(load=load, level="post", code=f"T:{n}", whole=True, grade="PO", points_x100=-n, available_x100=n,
             name=names[n] if n < len(names) else f"Somebody {n}", number=n, **above)
        for n in range(1_000)
    ]  # fmt: skip
    Unit.objects.bulk_create(posts)
    Current.objects.update_or_create(pk=1, defaults={"load": load})
    return load


@pytest.mark.both_databases
def test_formulas_are_texts_and_numbers_stay_numbers(risky: Load, signed_in: SignIn) -> None:
    client, address = signed_in(), "/team/T/overview."
    names = list(
        Unit.objects.filter(load=risky, level="post").order_by("number").values_list("name", flat=True)
    )
    found = sorted(rows(client.get(address + "csv"), "csv"), key=lambda row: int(row["Code"][2:]))
    assert len(found) == 1_000  # whole, though a page shows a hundred
    for row, name in zip(found, names, strict=True):
        risk = name.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert row["Practitioner"] == (f"'{name}" if risk else name)
        assert row["Team"].startswith("'=")
    assert found[7]["Points"] == "-0.07"
    book = openpyxl.load_workbook(io.BytesIO(body(client.get(address + "xlsx"))))
    types = {cell.data_type for page in book.worksheets for row in page.iter_rows() for cell in row}
    assert types <= {"s", "n"}
    written = {cell.value for row in book.worksheets[1].iter_rows() for cell in row if cell.data_type == "s"}
    assert {'=HYPERLINK("http://x","y")', "+44", "-1", "@x"} <= written
    as_they_are = {row["Practitioner"] for row in rows(client.get(address + "parquet"), "parquet")}
    assert as_they_are == set(names)


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_table_is_a_file_with_headings(risky: Load, signed_in: SignIn, kind: str) -> None:  # noqa: ARG001
    client = signed_in()
    full = headings(body(client.get(f"/team/T/overview.{kind}")), kind)
    answer = client.get(f"/team/T/overview.{kind}?grade=SPO")
    content = body(answer)
    assert headings(content, kind) == full
    answer = client.get(f"/team/T/overview.{kind}?grade=SPO")
    assert rows(answer, kind) == []


def test_the_name_of_a_file(nation: Any, signed_in: SignIn, risky: Load) -> None:  # noqa: ARG001
    Unit.objects.create(load=risky, level="team", code='Tü/"x', name="Odd", whole=True)
    named = signed_in().head(unit_url("team", 'Tü/"x') + "overview.csv")["Content-Disposition"]
    moment = f"{risky.as_at.astimezone():%Y-%m-%d}"
    assert named.isascii()
    assert re.fullmatch(
        rf"attachment; filename=\"wmt-team-T-x-overview-{moment}-\d{{4}}\.csv\"; "
        rf"filename\*=UTF-8''wmt-team-T%C3%BC-x-overview-{moment}-\d{{4}}\.csv",
        named,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_every_export_is_written_down(nation: Any, signed_in: SignIn, kind: str) -> None:
    client, region = signed_in(name="Ann Lee"), nation.unit("region")
    address = unit_url("region", region.code) + f"overview.{kind}?grade=PO&page=2&sort=name"
    before = AuditEvent.objects.filter(kind="export").count()
    assert body(client.head(address)) == b""
    assert AuditEvent.objects.filter(kind="export").count() == before
    found = rows(client.get(address), kind)
    event = AuditEvent.objects.filter(kind="export").latest("pk")
    title = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet"}[kind]
    many = f"{len(found)} rows" if len(found) != 1 else "1 row"
    assert event.sentence == (
        f"Ann Lee downloaded the table overview of {region.name} as {title}: {many}, grade PO."
    )
    assert (event.level, event.code) == ("region", region.code)
    assert event.after["rows"] == len(found)
    assert AuditEvent.objects.filter(kind="export").count() == before + 1


def test_who_has_no_role_takes_nothing_out(nation: Any, signed_in: SignIn) -> None:
    client = signed_in(role="", email="nobody@example.org")
    for address in ("/nation/overview.csv", "/nation/downloads/cases.csv", "/nation/pack/",
                    "/nation/pack/pack.xlsx", "/rules/rules.csv"):  # fmt: skip
        denied = AuditEvent.objects.filter(kind="denied").count()
        assert client.get(address).status_code == 403, address
        assert AuditEvent.objects.filter(kind="denied").count() == denied + 1
    assert not AuditEvent.objects.filter(kind="export").exists()
    assert "overview.csv" not in client.get("/nation/").text
    assert Client().get("/nation/overview.csv").status_code == 302
    for role in ("practitioner", "manager", "head", "support", "administrator"):
        level, code = {"practitioner": "team", "manager": "team", "head": "pdu"}.get(role, "nation"), "nation"
        code = nation.unit(level).code if level != "nation" else code
        assert body(signed_in(role, level, code).get("/nation/overview.csv"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/nation/nothing.csv", "overview.csv"),
        ("/nation/overview.pdf", "CSV, Excel, Parquet"),
        ("/nation/downloads/nothing.csv", "cases.parquet"),
        ("/rules/nothing.csv", "rules.xlsx"),
    ],
)
def test_an_unknown_file_names_those_there_are(
    nation: Any,  # noqa: ARG001
    signed_in: SignIn,
    address: str,
    said: str,
) -> None:
    client = signed_in()
    answer = client.get(address)
    assert answer.status_code == 404
    assert said in answer.text
    assert client.post(address).status_code == 405
    assert client.get("/region/none/overview.csv").status_code == 404
    assert not AuditEvent.objects.filter(kind="export").exists()


@pytest.mark.parametrize("kind", KINDS)
def test_pages_of_no_unit_have_files_too(nation: Any, signed_in: SignIn, kind: str) -> None:  # noqa: ARG001
    client = signed_in()
    page = client.get("/rules/?q=A3")
    links = re.findall(rf'href="([^"]+\.{kind}[^"]*)"', page.text)
    assert len(links) == 1
    answer = client.get(links[0].replace("&amp;", "&"))
    found = rows(answer, kind)
    assert found
    assert len(found) < len(rows(client.get(links[0].partition("?")[0]), kind))
    assert AuditEvent.objects.filter(kind="export").count() == 2


def test_a_file_says_how_it_is_sorted(nation: Any, signed_in: SignIn) -> None:
    address = unit_url("region", nation.unit("region").code) + "overview."
    about = openpyxl.load_workbook(
        io.BytesIO(body(signed_in().get(address + "xlsx?sort=points&order=down")))
    )["About"]
    said = dict(row[:2] for row in about.iter_rows(values_only=True))
    assert said["Order"] == "Sorted by Points, highest first."
    table = pq.read_table(
        io.BytesIO(body(signed_in(email="b@example.org").get(address + "parquet?sort=name")))
    )
    assert table.schema.metadata[b"wmt.order"].decode().endswith(", A to Z.")


@pytest.mark.both_databases
def test_csv_from_a_page_opens_with_its_accents_in_excel(nation: Any, signed_in: SignIn) -> None:
    """The mark is asked for by the links of pages; the plain address, which programs use, has none."""
    client, region = signed_in(), nation.unit("region")
    page = client.get(unit_url("region", region.code) + "?sort=points").text
    page += client.get(unit_url("region", region.code, "downloads")).text
    links = {href.replace("&amp;", "&") for href in re.findall(r'href="([^"]+\.csv[^"]*)"', page)}
    assert len(links) > 5
    for href in links:
        assert body(client.get(href)).startswith(b"\xef\xbb\xbf"), href
    bare = body(client.get(unit_url("region", region.code) + "overview.csv?sort=points"))
    marked = body(client.get(unit_url("region", region.code) + "overview.csv?sort=points&bom=1"))
    assert marked == b"\xef\xbb\xbf" + bare
    assert not re.search(r"\.(?:xlsx|parquet)[^\"]*bom=1", page)
