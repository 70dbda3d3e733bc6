"""Text: the one table of what codes, references, names and notes may hold, for every way in.

Codes are keys: two that look alike would be two people, so a code may hold plain characters only and none is
guessed. References (of cases, contacts, reductions) are the keys of rows. Names and notes are read by people:
what cannot be shown is taken out of them.
"""

import re
import unicodedata
from dataclasses import dataclass

#: Between the two codes of a post (TEAM:STAFF). No code may hold it, or two posts could share one name.
SEPARATOR = ":"
#: A case's reference as nDelius writes it: a letter and six digits.
CRN = "[A-Z][0-9]{6}"
#: Characters without any width: blanks of none, soft hyphens, byte order marks, selectors of a variant.
INVISIBLE = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2065\u206a-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
#: Characters that turn the direction of what follows: the code AB1 can be made to look like 1BA.
DIRECTION = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
CONTROL = "\u0000-\u001f\u007f-\u009f\u2028\u2029"
#: Control characters less tab, line feed and carriage return.
_CONTROL_BUT_LINES = "\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u2028\u2029"
#: Blanks that are not the plain one but look like it.
BLANKS = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

_DASHES = re.compile("[\u2010-\u2015\u2212\u2043\ufe58\ufe63\uff0d]")
_APOSTROPHES = re.compile("[\u2018\u2019\u201b\u02b9\u02bc\u2032\uff07\u00b4`]")
#: Letters of other alphabets, each beside the Latin one it looks like.
_PAIRS = (
    "АA ВB ЕE ЅS ІI ЈJ КK МM НH ОO РP СC ТT УY ХX ҮY Ԍ\u0047 ԚQ ԜW аa еe ѕs іi јj оo рp сc уy хx ԁd ԛq ԝw "
    "ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX οo ιi νv ρp υu χx ıi ɡg"
)
_LOOKALIKES = str.maketrans({pair[0]: pair[1] for pair in _PAIRS.split()})


@dataclass(frozen=True)
class TextKind:
    """What a kind of text may hold: `out` is a regular expression of what it may not, `most` its length."""

    name: str
    out: str
    most: int
    words: str

    def why_not(self, value: str) -> str | None:
        """What is wrong with a text, in words; None when nothing is."""
        odd = re.search(self.out, value)
        if odd:
            return f"{shown_character(odd[0])} at place {odd.start() + 1}; {self.words}"
        return f"{len(value)} characters; {self.most} are the most" if len(value) > self.most else None

    def mended(self, value: str) -> str:
        """A name or note as it can be kept: without what cannot be shown, and not too long."""
        if self.name == "name":
            value = re.sub(r"\s+", " ", re.sub(f"[{CONTROL}]", " ", value))
        value = re.sub(self.out, "", _BLANKS.sub(" ", value)).strip()
        return value if len(value) <= self.most else value[: self.most - 1] + "…"


_BLANKS = re.compile(f"[{BLANKS}]")
CODE = TextKind("code", "[^ -9;-~]", 40, "a code has plain letters, digits and signs, and no colon")
REFERENCE = TextKind("reference", "[^ -~]", 160, "a reference has plain letters, digits and signs")
NAME = TextKind(
    "name", f"[{CONTROL}{INVISIBLE}{DIRECTION}]", 200, "a name has only what can be shown on one line"
)
NOTE = TextKind(
    "note", f"[{_CONTROL_BUT_LINES}{INVISIBLE}{DIRECTION}]", 4_000, "a note has only what can be shown"
)


def shown_character(character: str) -> str:
    """A character in words, however it looks: its name and its number."""
    name = unicodedata.name(character, "control character").lower()
    return f"the {name} (U+{ord(character):04X})"


def shown(value: str) -> str:
    """A text as it may stand in a message or a log: what cannot be shown is written as its number."""
    return re.sub(NAME.out, lambda found: f"\\u{ord(found[0]):04x}", value)


def plain_marks(value: str) -> str:
    """A text whose dashes and apostrophes are those of a keyboard, whichever of them somebody typed."""
    return _APOSTROPHES.sub("'", _DASHES.sub("-", value))


def fold(value: str) -> str:
    """A text as it is compared: texts that look alike fold alike. Never shown, never kept.

    Letter case, full-width and other forms, invisible characters, blanks, dashes, apostrophes and letters of
    other alphabets that look Latin make no difference; nor do zeros before a number.
    """
    value = unicodedata.normalize("NFKC", re.sub(f"[{CONTROL}{INVISIBLE}{DIRECTION}]", "", value))
    value = plain_marks(value).translate(_LOOKALIKES).casefold()
    value = " ".join(value.split())
    return value.lstrip("0") or "0" if value.isascii() and value.isdigit() else value


def counted(number: int | str, one: str, many: str = "") -> str:
    """A number, or one in words already, and its noun: '1 warning', '13 warnings'."""
    shown = number if isinstance(number, str) else f"{number:,}"
    return f"{shown} {one if shown.lstrip('+−') == '1' else many or one + 's'}"
