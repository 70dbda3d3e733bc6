"""Whether the matrix of priorities has a factor for every activity, and none for what is no activity."""

from collections.abc import Iterator, Mapping

from wmt.rules import activities, priorities
from wmt.rules.errors import RuleFault
from wmt.rules.values import Parameter


def faults(parameters: Mapping[str, Parameter], files: Mapping[str, str]) -> list[RuleFault]:
    """Every fault of the matrix; `files` has the file of each path. A tree may have none."""
    return [RuleFault(_file(path, files), path, message) for path, message in _faults(parameters)]


def _file(path: str, files: Mapping[str, str]) -> str:
    """The file of a path, or of what stands beside one that is missing."""
    beside = (file for known, file in files.items() if known.startswith(path.rpartition(".")[0] + "."))
    return files.get(path) or next(beside, "")


def _faults(parameters: Mapping[str, Parameter]) -> Iterator[tuple[str, str]]:
    known = _known(parameters)
    found: dict[str, set[str]] = {}
    for path in parameters:
        root, _, rest = path.partition(".")
        if root != priorities.ROOT:
            continue
        level, _, activity = rest.partition(".")
        if level not in priorities.LEVELS:
            yield path, f"'{level}' has no factors; use one of {', '.join(priorities.LEVELS)}"
        elif activity not in known:
            yield path, f"'{activity}' is no mandatory activity; use an id of activities.yaml"
        else:
            found.setdefault(level, set()).add(activity)
    for level, there in found.items():
        for activity in sorted(known - there):
            yield (
                f"{priorities.ROOT}.{level}.{activity}",
                f"is missing; add what of it is expected at {level}",
            )


def _known(parameters: Mapping[str, Parameter]) -> set[str]:
    """What hours of a tier are made of: mandatory activities, the responsive share, the remainder."""
    found = {activities.RESPONSIVE, activities.REMAINDER}
    for path, parameter in parameters.items():
        root, _, rest = path.partition(".")
        activity, _, field = rest.partition(".")
        kinds = {value.value for value in parameter.values}
        if (root, field) == ("activities", "kind") and activities.MANDATORY in kinds:
            found.add(activity)
    return found
