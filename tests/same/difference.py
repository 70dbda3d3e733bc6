"""Where two recordings differ: the same change in many places is printed once."""

from collections import defaultdict
from difflib import unified_diff

_LONGEST = 40  # lines of one change


def report(before: dict[str, str], after: dict[str, str], most: int) -> int:
    """Prints the differences, the commonest first. How many there are."""
    places: dict[str, list[str]] = defaultdict(list)
    for key in {**before, **after}:
        if before.get(key) == after.get(key):
            continue
        if key not in before or key not in after:
            places["only before" if key in before else "only after"].append(key)
            continue
        for change in changes(before[key], after[key]):
            places[change].append(key)
    listed = sorted(places.items(), key=lambda each: -len(each[1]))
    for change, keys in listed[: most or None]:
        shown = keys if change.startswith("only ") else keys[:2]
        print(f"== {len(keys)} ×: {'; '.join(shown[:30])}\n{change}\n")
    return len(places)


def changes(before: str, after: str) -> list[str]:
    """Each place where two texts differ: its lines, those before with -, those after with +."""
    found: list[list[str]] = []
    for line in list(unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0))[2:]:
        if line.startswith("@@"):
            found.append([])
        else:
            found[-1].append(line)
    cut = [each if len(each) <= _LONGEST else [*each[:_LONGEST], f"… {len(each)} lines"] for each in found]
    return ["\n".join(each) for each in cut]
