"""Components: each is in the gallery, and no page writes by hand what there is a component for."""

import re
from pathlib import Path

import pytest

from wmt.site import web

TEMPLATES = Path(web.__file__).parent / "templates"
COMPONENTS = [path.read_text(encoding="utf-8") for path in (TEMPLATES / "components").glob("*.jinja")]


def calls(text: str) -> set[str]:
    """The macros that a template calls."""
    return set(re.findall(r"(?<!macro )\b(\w+)\(", text))


def test_the_gallery_shows_every_component() -> None:
    macros = {name for text in COMPONENTS for name in re.findall(r"macro (\w+)\(", text)}
    shown = calls((TEMPLATES / "gallery.jinja").read_text(encoding="utf-8")).union(*map(calls, COMPONENTS))
    assert len(macros) > 15
    assert macros - shown == set()


@pytest.mark.parametrize("by_hand", ["govuk-error-summary", "wmt-day"])
def test_error_summaries_and_fields_for_days_are_components(by_hand: str) -> None:
    texts = ((path, path.read_text(encoding="utf-8")) for path in TEMPLATES.rglob("*.*"))
    found = {path.parent.name for path, text in texts if by_hand in text}
    assert found <= {"components"}
