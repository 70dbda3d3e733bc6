"""Text that others wrote, made safe to print: in logs and terminals nothing in it acts, all of it shows."""

import unicodedata

#: Control and direction characters, line ends of every kind, halves of characters, and what is not assigned.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def escaped(text: str, *, keep: str = "") -> str:
    r"""The text with every character that acts or hides written out (`\n`, `\x1b`, `\u202e`), but `keep`."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        each
        if each in keep or unicodedata.category(each) not in _UNSEEN
        else each.encode("unicode_escape").decode("ascii")
        for each in text
    )
