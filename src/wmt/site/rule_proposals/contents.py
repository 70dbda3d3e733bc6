"""The content of proposals: the text of an overlay file, read once for each text."""

from functools import lru_cache

from wmt.rules import Overlay
from wmt.rules.overlays import read_overlay

#: What the text is called where it is named in a fault.
FILE = "proposal"


@lru_cache(maxsize=512)
def overlay_of(content: str) -> Overlay:
    """The overlay in a text. Raises RulesError."""
    return read_overlay(content, FILE)
