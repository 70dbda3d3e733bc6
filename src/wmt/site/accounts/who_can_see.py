"""Who can see what of a post or a team: answered from the roles and the policies in force, with numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from wmt.site.accounts import access, visibility
from wmt.site.accounts.models import RoleGrant
from wmt.site.accounts.roles import ROLES, Action
from wmt.site.clock import calendar_day
from wmt.site.workload.models import Unit

PERSONAL = ("post", "team")
_ABOVE = ("team", "pdu", "region")
Holders = Mapping[str, set[int]]


@dataclass(frozen=True)
class FactKind:
    title: str
    readers: list[str]


def who_sees(state: access.LoadState, unit: Unit) -> list[FactKind]:
    """The kinds of facts of a post or a team, each with its readers. Empty for larger units."""
    if unit.level not in PERSONAL:
        return []
    own = [unit.name] if unit.level == "post" else ["Each practitioner (own post)"]
    # grants whose holders read cases of a unit: by the policies that may be from far below it
    wanted = Q(pk__in=())
    for role, width in visibility.widths().items():
        if width == "nation":
            wanted |= Q(role=role)
        elif width is not None and width != "post":
            beside = Unit.objects.filter(
                load_id=state.load_id, whole=True, level__in=_ABOVE, **{f"{width}_code": _code(unit, width)}
            )
            wanted |= Q(role=role) & (
                _at_or_above(unit) | Q(level__in=_ABOVE, code__in=beside.values("code"))
            )
    covering, of_cases = _holders(_at_or_above(unit)), _holders(wanted)
    return [
        FactKind("Figures, with the hours and days of reductions", ["Everyone who can sign in"]),
        FactKind("Names of staff", ["Everyone with a role"]),
        FactKind("References, days and flags of cases, reports and contacts", [*own, *_said(of_cases)]),
        FactKind(
            "Reasons of reductions, notes, and who changed what",
            [*own, *_said(covering, Action.READ_RECORDS)],
        ),
        FactKind(
            "What was said on excessive workload actions, and requests for relief",
            [*own, *_said(covering, Action.READ_DUTIES)],
        ),
        FactKind("Concerns", ["Whoever raised it", *_said(covering, Action.READ_DUTIES)]),
    ]


def _holders(wanted: Q) -> Holders:
    """The people who hold a role in force among some grants, by role."""
    grants = access.in_force(RoleGrant.objects.filter(wanted, user__is_active=True), calendar_day())
    found: dict[str, set[int]] = {}
    for role, person in grants.values_list("role", "user_id"):
        found.setdefault(role, set()).add(person)
    return found


def _at_or_above(unit: Unit) -> Q:
    wanted = Q(level="nation") | Q(level=unit.level, code=unit.code)
    for level in _ABOVE:
        if code := getattr(unit, f"{level}_code"):
            wanted |= Q(level=level, code=code)
    return wanted


def _code(unit: Unit, level: str) -> str:
    return unit.code if unit.level == level else str(getattr(unit, f"{level}_code"))


def _said(held: Holders, action: Action | None = None) -> list[str]:
    """The roles that are held, the nearest to the work first, each with the number of people."""
    found = []
    for name, role in ROLES.items():
        number = len(held.get(name, ()))
        if number and (action is None or action in role.allows):
            found.append(f"{role.title}: {number:,} {'person' if number == 1 else 'people'}")
    return found


def rights() -> list[tuple[str, ...]]:
    """Every kind of fact by role, as docs/privacy.md prints it: a heading, then a row for each kind."""
    roles = list(ROLES)
    head = ("", "no current role", *(ROLES[name].title.partition(" (")[0] for name in roles))
    cases = visibility.widths()

    def held(action: Action) -> tuple[str, ...]:
        return tuple(_place(name) if action in ROLES[name].allows else "–" for name in roles)

    def whole(action: Action) -> tuple[str, ...]:
        return tuple("all" if action in ROLES[name].allows else "–" for name in roles)

    case_rows = tuple(
        visibility.where(width, ROLES[name].levels) if (width := cases[name]) else "–" for name in roles
    )
    return [
        head,
        ("figures of every unit and post; hours and days of reductions", *["all"] * (1 + len(roles))),
        ("names of staff", "–", *["all"] * len(roles)),
        ("references, days and flags of cases, reports and contacts", "–", *case_rows),
        ("the same in files for a region or England and Wales", "–", *held(Action.READ_CASE_FILES)),
        ("reasons and notes of reductions, who changed what", "own post", *_own(held(Action.READ_RECORDS))),
        ("what was said on excessive workload actions", "own post", *_own(held(Action.READ_DUTIES))),
        ("requests for relief", "own post", *_own(held(Action.READ_DUTIES))),
        ("concerns", "raised by the person", *_own(held(Action.READ_DUTIES), "raised by the person")),
        ("tables as files; details of a team by the API", "–", *whole(Action.EXPORT)),
        ("import reports", "–", *whole(Action.READ_LOADS)),
        ("audit", "–", *whole(Action.READ_AUDIT)),
    ]


def _place(role: str) -> str:
    return "all" if ROLES[role].levels == ("nation",) else "where the role is held"


def _own(places: tuple[str, ...], own: str = "own post") -> tuple[str, ...]:
    return tuple(own if place == "–" else place for place in places)
