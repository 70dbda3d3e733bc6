"""What every shipped agreement says of its source's figures: worked out, printed as a page of docs."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from agreements.agreement_units import unit
from wmt.agreements import reading
from wmt.agreements.states import PackFinding, finding, shown

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "agreements-states.md"


@dataclass(frozen=True)
class Situation:
    """What a measure of a pack is given, and what follows by its source."""

    pack: str
    content: dict[str, Any]

    @property
    def found(self) -> PackFinding:
        levels = {name: Decimal(str(level)) for name, level in self.content.get("levels", {}).items()}
        pack = reading.find(self.pack).with_levels(levels)
        return finding(pack, self.content["measure"], unit(**self.content["given"]))

    @property
    def said(self) -> tuple[str | None, str | None, str]:
        """Value, state and span as they are shown."""
        found = self.found
        value = shown(found.value)
        span = "" if found.span is None else " to ".join(shown(end) for end in found.span)
        return (
            None if value.startswith("not known") else value,
            found.state.state if found.state else None,
            span,
        )


def situations() -> list[Situation]:
    content = yaml.safe_load((HERE / "source-figures.yaml").read_text(encoding="utf-8"))
    return [Situation(pack, row) for pack, rows in content.items() for row in rows]


def page() -> str:
    return "\n".join(_page()).rstrip() + "\n"


def _page() -> Iterator[str]:
    yield "<!-- Printed from tests/agreements by `make spec`; change source-figures.yaml, not this page. -->"
    yield from ("", "# Agreements that come with WMT, on the figures of their sources", "")
    yield "Every agreement that comes with the program, with what its source leaves open and what it says of"
    yield "the source's own figures. Each row is held to the program in every test run. `wmt agreements show`"
    yield "prints the agreement itself; [agreements.md](agreements.md) says how to write one."
    rows = situations()
    for key, pack in reading.shipped().items():
        yield from ("", f"## {pack.name}", "")
        binding = "binds" if pack.binds else "advises"
        yield from (f"`{key}`, {binding}. {pack.clause}", "", f"*Source: {pack.source}.*")
        if pack.note:
            yield from ("", pack.note)
        if pack.blanks:
            yield from ("", "Not stated:", "", *(f"- {blank}" for blank in pack.blanks))
        own = [row for row in rows if row.pack == key]
        if own:
            yield from ("", "| measure | value | state | why it is so |", "|---|---|---|---|")
            yield from (_row(row) for row in own)
        elif not pack.measures:
            yield from ("", "It has no measure, so it gives no state.")


def _row(row: Situation) -> str:
    value, state, span = row.said
    found = row.found
    shown_value = value if value is not None else f"not known: {found.value.why}"  # type: ignore[union-attr]
    spread = f" (95% interval {span})" if span else ""
    shown_state = state if state is not None else f"not known: {found.note}"
    return f"| {found.measure.name} | {shown_value}{spread} | {shown_state} | {row.content['why']} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    sys.stdout.write(f"{PAGE.name}\n")
