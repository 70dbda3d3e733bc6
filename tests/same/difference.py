"""Where two recordings differ: the same change in many places is printed once, whatever its numbers."""

import re
from collections import defaultdict
from difflib import SequenceMatcher

_LONGEST = 24  # lines of one change
_WORD = re.compile(r"[^\s|,>]+|[\s|,>]")


def report(before: dict[str, str], after: dict[str, str], most: int) -> int:
    """Prints the differences, the commonest first. How many kinds there are."""
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key in {**before, **after}:
        if key not in before or key not in after:
            change = "only before" if key in before else "only after"
            found[change].append((key, change))
        elif before[key] != after[key]:
            for change in changes(before[key].split("\n"), after[key].split("\n")):
                found[re.sub(r"\d[\d,.]*|[A-Z]\d\w+|“.*?”", "#", change)].append((key, change))
    for places in sorted(found.values(), key=len, reverse=True)[: most or None]:
        keys = list(dict.fromkeys(key for key, _ in places))
        shown = keys if places[0][1].startswith("only ") else keys[:2]
        print(f"== {len(places)} × in {len(keys)}: {'; '.join(shown)}\n{places[0][1]}\n")
    if len(found) > most > 0:
        print(f"… and {len(found) - most} more kinds of differences: MOST=0 prints all")
    return len(found)


def changes(before: list[str], after: list[str]) -> list[str]:
    """Each place where two texts differ: where lines stand for lines what differs in them, else the lines."""
    found = []
    for kind, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if kind == "replace" and b - a == d - c:
            found += [_within(*pair) for pair in zip(before[a:b], after[c:d], strict=True)]
        elif kind != "equal":
            lines = [f"-{line}" for line in before[a:b]] + [f"+{line}" for line in after[c:d]]
            found.append("\n".join(lines if len(lines) <= _LONGEST else [*lines[:_LONGEST], "…"]))
    return found


def _within(before: str, after: str) -> str:
    """Two lines without the words that both begin and end with, but for three."""
    old, new = _WORD.findall(before), _WORD.findall(after)
    shortest = min(len(old), len(new))
    start = next((n for n in range(shortest) if old[n] != new[n]), shortest)
    end = next((n for n in range(shortest - start) if old[-1 - n] != new[-1 - n]), shortest - start)
    first, last = max(start - 6, 0), max(end - 6, 0)
    cut = ["".join(words[first : len(words) - last]) for words in (old, new)]
    return f"-{'…' if first else ''}{cut[0]}\n+{'…' if first else ''}{cut[1]}"
