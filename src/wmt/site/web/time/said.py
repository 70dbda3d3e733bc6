"""The sentence a person would say about a change."""

from wmt.ledger.why import Why


def sentence_of(found: Why) -> str:
    """Why it moved, in a sentence."""
    return f"{len(found.causes)} causes."
