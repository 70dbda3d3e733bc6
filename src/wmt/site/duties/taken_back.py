"""What only figures that are withdrawn brought to another code: how far back it belongs.

Duties keep each move as a step, requests in `Request.moves`. Plain data: nothing here knows the database.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

from wmt.site.duties.models import Step

#: Why a step of a duty that went back was made.
WITHDRAWN = "withdrawn"


def moves_back(
    code: str, formers: Sequence[str], followed: Mapping[str, str], there: Container[str] | None
) -> int:
    """How many of its moves something has to go back. `formers` are its codes before each, the oldest first.

    A move stands while the history has the present code as that of the former one (`followed`). Nothing
    leaves a code that is there, or goes to one that is not; `there` is None where no figures are left.
    """
    back = 0
    if there is not None and code in there:
        return back
    for number, former in enumerate(reversed(formers), 1):
        if followed.get(former) == code:
            break
        if there is None:
            back = number
        elif former in there:
            return number
        code = former
    return back


def moves_of(steps: Iterable[Step]) -> list[Mapping[str, str]]:
    """What a duty was before each of its moves that stands, the oldest first."""
    found: list[Mapping[str, str]] = []
    for step in steps:
        if step.kind != Step.Kind.FOLLOWED:
            continue
        before, after = step.data["before"], step.data["after"]
        if step.data.get("why") == WITHDRAWN:
            while found and code_of(found.pop()) != code_of(after):
                pass
        elif code_of(before) != code_of(after):
            found.append(before)
    return found


def code_of(place: Mapping[str, str]) -> str:
    """The code of a post, or of a team, by its columns."""
    staff = place["staff_code"]
    return f"{place['team_code']}:{staff}" if staff else place["team_code"]


def only_posts(there: Iterable[str]) -> Mapping[str, str]:
    """The post of each staff code that has exactly one."""
    found: dict[str, str] = {}
    several = set()
    for code in there:
        staff = code.partition(":")[2]
        several |= {staff} & found.keys()
        found[staff] = code
    return {staff: code for staff, code in found.items() if staff and staff not in several}
