"""A world with planted words: reductions whose notes, whys and reasons are found nowhere else, and who may
read which of them. Owners of case references are read from the lines themselves, not by the site's queries.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.test import Client

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.availability.change_requests import Change
from wmt.site.availability.models import Reduction
from wmt.site.changes import actions, waiting_cases
from wmt.site.changes.reasons import CATEGORIES, save_reason
from wmt.site.changes.waiting_details import WaitingDetails
from wmt.site.workload.models import Line, Pricing, Unit

TODAY = date(2026, 11, 20)


@dataclass
class Marked:
    """A post with words of its own, none of which may be read by who may not read its reasons."""

    unit: Unit
    words: frozenset[str] = frozenset()
    refs: frozenset[str] = frozenset()

    @property
    def code(self) -> str:
        return self.unit.code


@dataclass
class World:
    """Somebody's own post, a colleague's in the same team, and one in another region."""

    own: Marked
    colleague: Marked
    far: Marked
    gone: Marked  # a post of the own team that is in no figures any more, and whose records were left there
    by_post: dict[str, frozenset[str]]  # every reference of a case, report or contact, by its posts
    users: dict[str, User] = field(default_factory=dict)
    waiting: list[int] = field(default_factory=list)  # numbers of the records of waiting cases

    @property
    def marked(self) -> list[Marked]:
        return [self.own, self.colleague, self.far]

    def reasons_of(self, role: str) -> list[Marked]:
        """Whose reasons a role may read, as docs/privacy.md says."""
        return {
            "practitioner": [self.own],
            "manager": [self.own, self.colleague],
            "head": [m for m in self.marked if m.unit.pdu_code == self.own.unit.pdu_code],
            "support": self.marked,
            "administrator": self.marked,
        }.get(role, [])

    def posts_of(self, role: str) -> frozenset[str]:
        """The codes of the posts whose cases a role may read, as docs/privacy.md says."""
        own = self.own.unit
        wanted = {
            "practitioner": {"code": own.code},
            "manager": {"team_code": own.team_code},
            "head": {"pdu_code": own.pdu_code},
            "analyst": {},
            "administrator": {},
        }.get(role)
        if wanted is None:
            return frozenset()
        posts = Unit.objects.filter(load=own.load_id, level="post", whole=True, **wanted)
        return frozenset(posts.values_list("code", flat=True))

    def forbidden_words(self, role: str) -> frozenset[str]:
        """What no text that a role reads may hold."""
        readable = self.reasons_of(role)
        reads_gone = role in ("manager", "head", "support", "administrator")
        gone = frozenset() if reads_gone else self.gone.words
        return gone.union(*(m.words for m in self.marked if m not in readable))

    def forbidden_refs(self, role: str) -> frozenset[str]:
        """The references none of whose holders is in a role's reach."""
        mine = self.posts_of(role)
        seen = frozenset().union(*(self.by_post.get(code, frozenset()) for code in mine))
        return frozenset().union(*self.by_post.values()) - seen


def world_of(load: Any) -> World:
    """Plants the words in the nation that is shown, and makes a person for every role and one without."""
    by_post = _references(load)
    posts = [p for p in _posts(load) if by_post.get(p.code)]
    own = posts[0]
    colleague = next(p for p in posts[1:] if p.team_code == own.team_code)
    far = next(p for p in posts if p.region_code != own.region_code)
    left = Unit(level="post", team_code=own.team_code, staff_code=far.staff_code)
    left.code = f"{left.team_code}:{left.staff_code}"
    waiting = []
    # whoever reads a colleague reads what is recorded of the cases that wait in their team
    for number, post in enumerate((colleague, colleague, far, far)):
        details = WaitingDetails(
            ref=f"Q90000{number}", team_code=post.team_code, location="custody", arrived_on=TODAY
        )
        row, _ = waiting_cases.record_case(actor=None, who="a test", wanted=details)
        by_post[post.code] |= {row.ref}
        waiting.append(row.pk)
    for number in waiting[1::2]:
        waiting_cases.remove(actor=None, number=number, version=1, why="a slip", who="a test")
    world = World(Marked(own), Marked(colleague), Marked(far), Marked(left), by_post, waiting=waiting)
    for name, marked in (("OWN", world.own), ("COLL", world.colleague), ("FAR", world.far)):
        marked.words, marked.refs = _planted(name, marked.unit), by_post[marked.code]
    world.gone.words = _planted("GONE", left)
    world.users = _people(own)
    return world


def _posts(load: Any) -> list[Unit]:
    return list(Unit.objects.filter(load=load, level="post", whole=True, stale_since=None).order_by("code"))


def _references(load: Any) -> dict[str, frozenset[str]]:
    """The references of single cases of every post, from the lines themselves."""
    kinds = dict(Pricing.objects.filter(load=load).values_list("number", "kind"))
    codes = dict(Unit.objects.filter(load=load, level="post", whole=True).values_list("number", "code"))
    found: dict[str, set[str]] = {}
    for post, pricing, ref in Line.objects.filter(load=load).values_list("post_no", "pricing", "ref"):
        if ref and kinds[pricing] in ("case", "omic_licence", "unpaid_only", "unpaid_work", "iom"):
            found.setdefault(codes[post], set()).add(ref)
    return {code: frozenset(refs) for code, refs in found.items()}


def _planted(name: str, post: Unit) -> frozenset[str]:
    """A reduction in force, one that is over and one to come, each with words that are only there."""
    short, long = f"REASON{name}WORD", f"REASONLONG{name}WORD"
    reason = save_reason(
        actor=None, first_day=date(2026, 1, 1), name=long, short_name=short, category=CATEGORIES[0],
        allowance_x100=None, max_x100=None, months=None, who="a test",
    ).reason  # fmt: skip
    words = {short, long}
    for number, (first, last) in enumerate(
        ((TODAY, date(2026, 12, 5)), (date(2026, 9, 1), date(2026, 9, 30)), (date(2027, 1, 4), None))
    ):
        notes, why = f"NOTE{name}{number}WORD", f"WHY{name}{number}WORD"
        change = Change(
            kind="reduction", post=(post.team_code, post.staff_code), reason=reason, hours_micro=1_234_000,
            first_day=first, last_day=last, notes=notes,
        )  # fmt: skip
        actions.save(actor=None, changes=[change], why=why, who="a test")
        words |= {notes, why}
    rows = Reduction.objects.filter(team_code=post.team_code, staff_code=post.staff_code, who="a test")
    return frozenset(words | set(rows.values_list("key", flat=True)))


def _people(own: Unit) -> dict[str, User]:
    nation = ("nation", "nation")
    places = {
        "nobody": None,
        "expired": nation,
        "practitioner": ("team", own.team_code),
        "manager": ("team", own.team_code),
        "head": ("pdu", own.pdu_code),
        "analyst": nation,
        "support": nation,
        "administrator": nation,
    }
    found = {}
    for role, place in places.items():
        staff = own.staff_code if role == "practitioner" else ""
        user = User.objects.create_user(f"crawl.{role}@example.org", name=f"Crawl {role}", staff_code=staff)
        if place is not None:
            held, last = ("administrator", date(2026, 1, 2)) if role == "expired" else (role, None)
            level, code = place
            RoleGrant.objects.create(
                user=user, role=held, level=level, code=code, first_day=date(2026, 1, 1), last_day=last
            )
        found[role] = user
    return found


def browser_of(user: User) -> Client:
    """A browser in which somebody is signed in; a fault of a page is an answer."""
    client = Client()
    client.force_login(user)
    return client
