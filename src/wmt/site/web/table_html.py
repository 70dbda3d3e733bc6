"""The rows of a table as HTML: the one part of a page written outside a template, because it is most of it.

A page of the nation has thousands of cells; as a macro they took two thirds of its time.
"""

from collections.abc import Iterable, Sequence

from markupsafe import Markup, escape

from wmt.site import tables

#: So many rows tell which thresholds a table has.
_FIRST = 30


def rows_html(columns: Sequence[tables.Column], rows: Iterable[tables.Row]) -> Markup:
    """Rows of a table's body or foot. The first cell of each is its heading; everything is escaped."""
    named = {"code": "wmt-code", "date": "wmt-date", "words": "wmt-words"}
    kinds = [
        (column.key, "wmt-number" if column.is_numeric else named.get(column.kind, "")) for column in columns
    ]
    parts: list[str] = []
    for row in rows:
        parts.append("<tr>")
        for place, (key, classes) in enumerate(kinds):
            value = row.values[key]
            name, scope = ("th", ' scope="row"') if place == 0 else ("td", "")
            if value.tone:
                classes = f"{classes} wmt-{value.tone}".strip()
            shown = f' class="{classes}"' if classes else ""
            inner = str(escape(value.text))
            note = ""
            if value.tone == "over":
                said = escape(value.note or "over the threshold")
                inner += f'<span class="govuk-visually-hidden"> {said}</span>'
            elif value.note:
                note = f'<span class="wmt-cell-note">{escape(value.note)}</span>'
            if value.tone.startswith("tick"):
                inner = (
                    f'<input class="wmt-tick" type="checkbox" name="{key}" value="{escape(value.raw)}" '
                    f'aria-label="{inner}"{" checked" if value.tone == "ticked" else ""}>'
                )
            if value.href and value.text:
                inner = f'<a class="govuk-link" href="{escape(value.href)}">{inner}</a>'
            parts.append(f"<{name}{scope}{shown}>{inner}{note}</{name}>")
        parts.append("</tr>\n")
    return Markup("".join(parts))  # every part of it was escaped


def mark_of(rows: Iterable[tables.Row]) -> str:
    """What bold and dark red means in these rows; empty where none is."""
    found: dict[str, None] = {}
    for place, row in enumerate(rows):
        # columns by other rules have another threshold; the first rows say it, and each is made to be read
        if found and place >= _FIRST:
            break
        found |= dict.fromkeys(value.note for value in row.values.values() if value.tone == "over")
    return " or ".join(found)
