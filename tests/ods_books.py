"""OpenDocument spreadsheets written by hand, and the published tables as a test knows them."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

_SPACES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}
_KIND = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    '<?xml version="1.0"?><manifest:manifest xmlns:manifest='
    '"urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_KIND}"/></manifest:manifest>'
)
#: What a cell may be: a text, a number, a day, a kind with its value ('percentage', 0.25), or XML as it is.
OdsCell = str | float | date | tuple[str, float] | None


def ods(sheets: Mapping[str, Sequence[Sequence[OdsCell]]]) -> bytes:
    """The bytes of a file with these sheets."""
    tables = "".join(
        f"<table:table table:name={quoteattr(name)}>"
        + "".join(f"<table:table-row>{''.join(map(_cell, row))}</table:table-row>" for row in rows)
        + "</table:table>"
        for name, rows in sheets.items()
    )
    return packed(tables)


def packed(tables: str, **more: str) -> bytes:
    """A file whose tables are this XML, with other parts beside it."""
    names = " ".join(f'xmlns:{name}="{address}"' for name, address in _SPACES.items())
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {names}><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", _KIND)
        archive.writestr("content.xml", content)
        if "META-INF__manifest.xml" not in more:
            archive.writestr("META-INF/manifest.xml", _MANIFEST)
        for name, text in more.items():
            archive.writestr(name.replace("__", "/"), text)
    return stream.getvalue()


def _cell(value: OdsCell) -> str:
    if value is None or value == "":
        return "<table:table-cell/>"
    if isinstance(value, str):
        text = f"<text:p>{escape(value)}</text:p>"
        return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
    if isinstance(value, date):
        return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
    kind, number = value if isinstance(value, tuple) else ("float", value)
    return f'<table:table-cell office:value-type="{kind}" office:value="{number!r}"/>'


PUBLISHED = date(2026, 7, 30)
QUARTERS = (
    date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31),
)  # fmt: skip
#: As published on 30 July 2026.
CASELOAD = {
    "All supervision": (242397, 244209, 246502, 248568, 258332),
    "All court orders": (107642, 108681, 110167, 111226, 114923),
    "All community sentences": (61723, 61673, 62523, 62892, 64786),
    "Community order": (61144, 61073, 61885, 62267, 64112),
    "Youth Rehabilitation Order": (563, 589, 597, 587, 628),
    "Suspended sentence order with requirements": (47888, 48989, 49607, 50266, 52267),
    "Supervision Default Order": (53, 48, 42, 37, 34),
    "All pre- and post-release supervision": (139401, 140344, 141329, 142486, 148984),
    "Pre-release supervision": (76998, 76794, 77130, 76826, 80989),
    "Post-release supervision": (62508, 63638, 64298, 65743, 68084),
    "All supervision in the community": (166954, 169044, 171099, 173496, 179300),
    "Contact supervision suspended under Probation Reset/Impact": (38896, 38443, 39541, 42895, 46031),
}
SERIES = {
    "All supervision": "caseload",
    "All court orders": "caseload-court-orders",
    "Community order": "caseload-community-orders",
    "Suspended sentence order with requirements": "caseload-suspended-sentence-orders",
    "Pre-release supervision": "caseload-pre-release",
    "Post-release supervision": "caseload-post-release",
    "All supervision in the community": "caseload-in-the-community",
    "Contact supervision suspended under Probation Reset/Impact": "caseload-contact-suspended",
}
TITLE = (
    "Table 1: People under probation supervision at end of period, by type of supervision, England and Wales"
)
COVER: list[list[OdsCell]] = [["Offender management statistics quarterly"], ["Published: 30 July 2026"]]


def caseload_rows() -> list[list[OdsCell]]:
    """The sheet of the caseload as it is published."""
    head: list[OdsCell] = ["Type of supervision", *(f"{day:%-d %B %Y}" for day in QUARTERS)]
    body: list[list[OdsCell]] = [[name, *map(float, values)] for name, values in CASELOAD.items()]
    return [[TITLE], ["Number of people"], head, *body]


def truth() -> dict[tuple[str, date], float]:
    """What may be taken of it, by series and day."""
    found = {
        (series, day): float(value)
        for name, series in SERIES.items()
        for day, value in zip(QUARTERS, CASELOAD[name], strict=True)
    }
    return found | {("caseload-yearly", QUARTERS[3]): 248568.0}


def workforce_rows() -> list[list[OdsCell]]:
    """The sheet of staff in post, with the values of the bulletins of June 2024 to June 2025."""
    return [
        ["Table 3: Probation Service staff in post (full-time equivalent) by grade"],
        ["Grade", "30 Jun 2024", "31 Dec 2024", "30 Jun 2025"],
        ["Probation officer (band 4)", 5160.2, 5283.0, "5,519"],
        ["Probation services officer (band 3)", 5908.0, 5316.0, 5213.0],
        ["Administrative officer", 3000.0, 3000.0, 3000.0],
        ["Probation Service, all [note 4]", 20399.0, 20555.0, 20823.0],
    ]
