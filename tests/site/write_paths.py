"""Every way in which something is written: the addresses that take more than GET, and what happens by itself.

Those that need it are told here what to send so that something is really saved. What is not told anything is
sent nothing: its answer is then a refusal, which reads and writes too (the session, the audit).
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone
from duties_fixtures import Scene, scene_in, typed
from hours_fixtures import day
from test_accounts_permissions import TABLE
from write_paths_agreements import AGREEMENT_SAVES
from write_paths_beside import (
    extra_note,
    kept_initiative,
    largest_pdu,
    open_challenge,
    own_case,
    unusual_answer,
)
from write_paths_establishment import ESTABLISHMENT_SAVES
from write_paths_plans import PLAN_SAVES, colleague_of, kept_plan, kept_search, seen_mark, undone_step
from write_paths_rules import RULE_SAVES, draft_of, submitted_by
from write_paths_set_up import set_up

from wmt.site.accounts.models import RoleGrant, User
from wmt.site.allocation.models import CaseAllocation
from wmt.site.availability.change_requests import Change
from wmt.site.changes import (
    actions,
    allocate,
    allocation_preview,
    case_kinds,
    colleagues,
    court_advice,
    priority,
    protect,
    spread,
    waiting_cases,
)
from wmt.site.changes.carry_over import look
from wmt.site.changes.recalculate import turn_day
from wmt.site.changes.waiting_details import WaitingDetails
from wmt.site.duties import scheduled
from wmt.site.outbox.models import Message, MessageTopic
from wmt.site.receivers import Receiver
from wmt.site.web.allocation.several import Picked
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state

PASSWORD = "heather oat lantern"
#: A post that is not in the figures shown, with a record.
GONE = "GONE:A1"
WRITING = ("POST", "PUT", "DELETE")
REASON = {
    "name": "Time to train for marathons", "short_name": "Marathons", "category": "Personal Circumstances",
    "allowance": "", "most": "12.5", "months": "3", "enabled": "yes", "why": "agreed in the forum",
}  # fmt: skip


@dataclass
class Place:
    """Somebody with every role that may be needed, a post with records, a duty, and another person."""

    client: Client
    user: User
    other: User
    grant: RoleGrant
    code: str
    day: date
    keys: dict[str, str]
    duty: Any
    shown: str  # what the page of carrying over says that it showed
    asked: Client  # the practitioner the duty is about
    ref: str  # a case that somebody else holds
    given: int  # the number of an allocation of today
    batch: str  # of allocations of today that were decided together
    holder: str  # who holds the case that somebody else holds
    waiting: int  # the number of the record of a waiting case
    colleague: int  # the number of somebody who mentors on the case that somebody else holds
    protection: int  # the number of a protection of the post that has not begun
    draft: int  # the number of a proposal of rules of theirs
    submitted: int  # of one of theirs that waits for approval
    proposed: int  # of one of somebody else's that waits for approval
    priority: int  # the number of a priority level of the PDU of the post that has not begun
    pdu: str
    changed: int  # the number of a change of a case's tier of today
    undone_step: tuple[int, int]  # of another plan of theirs, and a step of it that was applied and undone
    beside: dict[str, str]  # another post of the PDU of the post, and of who holds that case
    plan: int  # the number of a plan of theirs
    plan_mark: str  # what its second step was seen to come to
    search: str  # the key of a search of theirs
    lacked: int  # the number of an allocation of a case that the data lacks for long
    extra: int  # the number of a note of extra work on a case that somebody else holds
    own_ref: str  # a case of the practitioner whom the duty is about
    initiative: int  # the number of an initiative of the nation

    def form(self, address: str, **values: Any) -> Any:
        """What a browser sends; days by their name and a date."""
        sent: dict[str, Any] = {}
        for name, value in values.items():
            sent |= day(name, value) if isinstance(value, date) else {name: value}
        return self.client.post(address, sent)

    def api(self, method: str, address: str, body: Any = None, **query: Any) -> Any:
        """What a program sends, with the session of a browser."""
        more = {"query_params": query} if query else {}
        ask = getattr(self.client, method)
        return ask(f"/api/v1/{address}", data=body, content_type="application/json", **more)


@pytest.fixture(scope="module")
def kept_place(
    rows_of_module: Callable[[], AbstractContextManager[None]], _shown_nation: Callable[[], Any]
) -> Place:
    """A place for all tests of a module."""
    with rows_of_module():
        scene = scene_in(_shown_nation())
        with override_settings(CONFIG=_telling(django_settings.CONFIG)):
            return _place_in(scene)


@pytest.fixture
def place(db: None, kept_place: Place, settings: Any) -> Place:  # noqa: ARG001
    """The place as it was made: rows that are read anew, browsers that have been nowhere."""
    settings.CONFIG = _telling(settings.CONFIG)
    read = {
        name: type(row)._default_manager.get(pk=row.pk)
        for name in ("user", "other", "grant", "duty")
        for row in [getattr(kept_place, name)]
    }
    browsers = {name: Client(raise_request_exception=False) for name in ("client", "asked")}
    for name, browser in browsers.items():
        browser.cookies.update(getattr(kept_place, name).cookies)
    return replace(kept_place, keys=dict(kept_place.keys), **read, **browsers)


def _telling(config: Any) -> Any:
    """A configuration in which other services are told too, in the same transactions."""
    receiver = Receiver(name="a-test", url="https://example.org/", secret="x" * 32)
    return replace(config, event_feed=True, webhooks=(receiver,))


def _place_in(scene: Scene) -> Place:
    user = User.objects.create_user("all@example.org", name="All Roles", password=PASSWORD)
    other = User.objects.create_user("other@example.org", name="Other Person")
    team = scene.duty.team_code
    for role, level, code in (
        ("administrator", "nation", "nation"), ("analyst", "nation", "nation"), ("manager", "team", team),
    ):  # fmt: skip
        RoleGrant.objects.create(user=user, role=role, level=level, code=code, first_day=date(2020, 1, 1))
    grant = RoleGrant.objects.create(
        user=other, role="manager", level="team", code=team, first_day=date(2020, 1, 1)
    )
    today, post = scene.state.day, (team, scene.duty.staff_code)
    made = {
        kind: actions.save(actor=None, who="a test", changes=[Change(post=post, kind=kind, **values)])
        for kind, values in (
            ("hours", {"first_day": today + timedelta(3), "hours_micro": 30_000_000}),
            ("reduction", {"first_day": today, "reason": "1", "hours_micro": 1_000_000}),
            ("grade", {"first_day": today, "grade": "PSO"}),
        )
    }
    gone = Change(post=("GONE", "A1"), kind="reduction", first_day=today, reason="1", hours_micro=500_000)
    actions.save(actor=None, who="a test", changes=[gone])
    shown = look(gone.post, post, current_state()).mark
    keys = {kind: saved.entries[0].key for kind, saved in made.items()}
    refs = _cases_of_others(":".join(post))
    given, _ = allocate.allocate(actor=None, who="a test", wanted=_wanted(refs[0], ":".join(post)))
    changed, _ = case_kinds.change_kind(
        actor=None, who="a test", wanted=case_kinds.KindChangeRequest(ref=refs[0], **_KIND)
    )
    (held,) = Line.objects.filter(load_id=current_state().load_id, ref=refs[2], listed_cases=1)
    holder = Unit.objects.get(load_id=held.load_id, level="post", whole=True, number=held.post_no)
    together, _ = spread.spread(
        actor=None, who="a test",
        wanted=spread.SpreadRequest(
            from_post=holder.code, given=[spread.CaseGiven(refs[2], ":".join(post))], **_WHY
        ),
    )  # fmt: skip
    (asked,) = Line.objects.filter(load_id=held.load_id, ref=refs[1], listed_cases=1)
    holder = Unit.objects.get(load_id=held.load_id, level="post", whole=True, number=asked.post_no)
    Message.objects.update(state="given up")
    details = WaitingDetails(
        ref="X999990", team_code=scene.duty.team_code, location="custody", tier="B3", arrived_on=today
    )
    waiting, _ = waiting_cases.record_case(actor=None, who="a test", wanted=details)
    waiting_cases.record_case(actor=None, who="a test", wanted=replace(details, ref="X999989"))
    lacked, _ = allocate.allocate(
        actor=None, who="a test",
        wanted=replace(_wanted("X999989", ":".join(post)), reason="initial_allocation"),
    )  # fmt: skip
    CaseAllocation.objects.filter(pk=lacked.pk).update(first_day=today - timedelta(60))
    guarded, _ = protect.protect(
        actor=None, who="a test",
        wanted=protect.ProtectionRequest(
            post=":".join(post), reason="other", no_new=True,
            first_day=today + timedelta(20), last_day=today + timedelta(30),
        ),
    )  # fmt: skip
    absence = Change(
        post=(holder.team_code, holder.staff_code), kind="reduction", first_day=today, reason="2",
        percent_x100=10_000,
    )  # fmt: skip
    actions.save(actor=None, who="a test", changes=[absence])
    pdu = Unit.objects.get(load_id=held.load_id, level="post", whole=True, code=":".join(post)).pdu_code
    level, _ = priority.set_level(
        actor=None, who="a test",
        wanted=priority.PriorityRequest(
            pdu=pdu, level="red", first_day=today + timedelta(20), last_day=today + timedelta(30),
            why="a test",
        ),
    )  # fmt: skip
    (mentor,), _ = colleagues.name_colleagues(
        actor=None, who="a test",
        wanted=colleagues.ColleaguesRequest(
            holder=holder.code, role="mentor", first_day=today,
            given=[colleagues.CaseNamed(refs[1], ":".join(post))],
        ),
    )  # fmt: skip
    client = Client(raise_request_exception=False)
    client.force_login(user)
    scene.practitioner.raise_request_exception = False
    return Place(
        client,
        user,
        other,
        grant,
        ":".join(post),
        today,
        keys,
        scene.duty,
        shown,
        asked=scene.practitioner,
        ref=refs[1],
        given=given.pk,
        batch=together[0].batch,
        holder=holder.code,
        waiting=waiting.pk,
        colleague=mentor.pk,
        protection=guarded.pk,
        priority=level.pk,
        draft=draft_of(user).pk,
        submitted=submitted_by(user).pk,
        proposed=submitted_by(User.objects.create_user("second@example.org", name="Second Person")).pk,
        pdu=pdu,
        changed=changed.pk,
        undone_step=undone_step(user, team, ":".join(post)),
        beside={code: colleague_of(code) for code in (":".join(post), holder.code)},
        plan=(plan := kept_plan(user, team, ":".join(post))),
        plan_mark=seen_mark(plan),
        search=kept_search(user, team),
        lacked=lacked.pk,
        extra=extra_note(refs[1], holder.code, today),
        own_ref=own_case(":".join(post)),
        initiative=kept_initiative(today),
    )


_WHY = {"reason": "other", "why_over": "a test", "why_not_eligible": "a test"}


_KIND: dict[str, Any] = {"location": "custody", "tier": "A3", "reason": "other"}


@set_up
def _wanted(ref: str, post: str) -> allocation_preview.AllocationRequest:
    return allocation_preview.AllocationRequest(ref=ref, to_post=post, **_WHY)


@set_up
def _cases_of_others(post: str) -> list[str]:
    """Cases that practitioners hold who are not this one."""
    of_load = {"load_id": current_state().load_id}
    practitioners = Unit.objects.filter(level="post", whole=True, grade="PO", stale_since=None, **of_load)
    holders = practitioners.exclude(code=post).values("number")
    own = Pricing.objects.filter(kind="case", status="active", **of_load).exclude(stream="omic")
    found = Line.objects.filter(post_no__in=holders, pricing__in=own.values("number"), **of_load)
    return list(found.exclude(ref="").order_by("ref").values_list("ref", flat=True)[:3])


Write = Callable[[Place], Any]


@set_up
def _given_up(place: Place) -> int:
    """The number of an email about their allocation that was given up."""
    return MessageTopic.objects.filter(about="allocation", number=place.given)[0].message_id


def _extract() -> SimpleUploadedFile:
    return SimpleUploadedFile("night.xlsx", b"no workbook")


def _decide(place: Place) -> Any:
    return place.client.post(f"/duty/{place.duty.pk}/decide/", typed(place.day))


def _several(place: Place) -> Any:
    """The cases of a form as a browser sends them, after they were looked at."""
    given = Picked([place.ref], [place.code], [place.code], [""])
    return place.form(
        f"/allocate/several/{place.holder}/", do="give", case=place.ref, to=place.code, seen="",
        person=place.code, shown=given.mark, **_WHY,
    )  # fmt: skip


#: By method and name of the address: what really saves something.
SAVES: dict[tuple[str, str], Write] = {
    **PLAN_SAVES,
    **AGREEMENT_SAVES,
    **ESTABLISHMENT_SAVES,
    **RULE_SAVES,
    ("POST", "account_login"): lambda _: Client(raise_request_exception=False).post(
        "/accounts/login/", {"login": "all@example.org", "password": PASSWORD}
    ),
    ("POST", "person-new"): lambda place: place.form("/people/new/", email="n@example.org", name="New"),
    ("POST", "person-change"): lambda place: place.form(
        f"/people/{place.other.pk}/change/", name="Other Name", staff_code="A2"
    ),
    ("POST", "person-active"): lambda place: place.form(f"/people/{place.other.pk}/active/", active="0"),
    ("POST", "person-grant"): lambda place: place.form(
        f"/people/{place.other.pk}/grant/", role="analyst", level="nation", code="nation",
        first_day=str(place.day), last_day="",
    ),
    ("POST", "grant-end"): lambda place: place.form(
        f"/people/{place.other.pk}/grants/{place.grant.pk}/end/", last_day=""
    ),
    ("POST", "person-link"): lambda place: place.form(f"/people/{place.other.pk}/link/"),
    ("POST", "tokens"): lambda place: place.form(
        "/accounts/tokens/", name="nightly", reads_only="on", grant="",
        first_day=str(timezone.localdate()), last_day=str(timezone.localdate() + timedelta(30)),
    ),
    ("POST", "hours-new"): lambda place: place.form(
        f"/post/{place.code}/hours/new/", do="save", hours="18.5", why="Half", first_day=place.day
    ),
    ("POST", "hours-change"): lambda place: place.form(
        f"/post/{place.code}/hours/{place.keys['hours']}/change/", do="save", hours="20", why="A slip",
        version="1", first_day=place.day + timedelta(3),
    ),
    ("POST", "hours-withdraw"): lambda place: place.form(
        f"/post/{place.code}/hours/{place.keys['hours']}/withdraw/", do="save", version="1", why="Another's"
    ),
    ("POST", "reduction-new"): lambda place: place.form(
        f"/post/{place.code}/reductions/new/", do="save", reason="22", amount="2", unit="hours",
        first_day=place.day,
    ),
    ("POST", "reduction-withdraw"): lambda place: place.form(
        f"/post/{place.code}/reductions/{place.keys['reduction']}/withdraw/", do="save", version="1", why="No"
    ),
    ("POST", "mentoring"): lambda place: place.form(
        f"/post/{place.code}/mentoring/", do="save", trainees="2", each="1.5", first_day=place.day
    ),
    ("POST", "pqip"): lambda place: place.form(f"/post/{place.code}/pqip/", do="save", first_day=place.day),
    ("POST", "grade-withdraw"): lambda place: place.form(
        f"/post/{place.code}/grade/{place.keys['grade']}/withdraw/", do="save", version="1", why="A slip"
    ),
    ("POST", "carry-over"): lambda place: place.form(
        f"/hours/carry-over/?from={GONE}&to={place.code}", why="A new code", shown=place.shown
    ),
    ("POST", "allocate"): lambda place: place.form(f"/allocate/?crn={place.ref}&to={place.code}", **_WHY),
    ("POST", "allocation-email-again"): lambda place: place.form(
        f"/allocation/{place.given}/emails/{_given_up(place)}/again/"
    ),
    ("POST", "api-allocation-email-again"): lambda place: place.api(
        "post", f"allocations/{place.given}/emails/{_given_up(place)}/again"
    ),
    ("POST", "allocation-ended"): lambda place: place.form(f"/allocation/{place.lacked}/ended/"),
    ("POST", "api-allocation-ended"): lambda place: place.api("post", f"allocations/{place.lacked}/ended"),
    ("POST", "allocation-undo"): lambda place: place.form(f"/allocation/{place.given}/undo/"),
    ("POST", "case-change"): lambda place: place.form(f"/case/change/?crn={place.ref}", **_KIND),
    ("POST", "case-change-undo"): lambda place: place.form(f"/case/change/{place.changed}/undo/"),
    ("POST", "allocate-several"): _several,
    ("POST", "allocation-batch-undo"): lambda place: place.form(f"/allocation/together/{place.batch}/undo/"),
    ("POST", "cover"): lambda place: place.form(
        f"/cover/{place.holder}/", do="save", ref=place.ref, to=place.code, first_day=place.day
    ),
    ("POST", "colleague"): lambda place: place.form(
        f"/case/colleague/?crn={place.ref}", role="co-worker", post=place.code, first_day=place.day
    ),
    ("POST", "colleague-end"): lambda place: place.form(f"/colleague/{place.colleague}/end/"),
    ("POST", "api-colleagues"): lambda place: place.api(
        "post", "case-colleagues",
        {"holder": place.holder, "role": "co-worker", "first_day": str(place.day),
         "given": [{"ref": place.ref, "post": place.code}]},
    ),
    ("POST", "api-colleague-end"): lambda place: place.api("post", f"case-colleagues/{place.colleague}/end"),
    ("POST", "court-advice-new"): lambda place: place.form(
        f"/advice/new/pdu/{place.pdu}/", cannot="Unpaid work", effect="Propose something else",
        first_day=place.day, last_day=place.day + timedelta(9), although="a test",
    ),
    ("POST", "api-court-advice"): lambda place: place.api(
        "post", f"units/pdu/{place.pdu}/court-advice",
        {"cannot": "Unpaid work", "effect": "Propose something else", "although": "a test",
         "first_day": str(place.day), "last_day": str(place.day + timedelta(9))},
    ),
    ("POST", "api-court-advice-end"): lambda place: place.api("post", f"court-advice/{_advised(place)}/end"),
    ("POST", "court-advice-end"): lambda place: place.form(f"/advice/{_advised(place)}/end/"),
    ("POST", "extra-work-new"): lambda place: place.asked.post(
        "/extra-work/new/", {
            "crn": place.own_ref, "activity": "planned_contact", "times": "4", "words": "a test",
            **day("first_day", place.day), **day("last_day", place.day + timedelta(30)),
        },
    ),
    ("POST", "extra-work-decide"): lambda place: place.form(
        f"/extra-work/{place.extra}/decide/", do="declined", reason="a test"
    ),
    ("POST", "api-extra-work-decide"): lambda place: place.api(
        "post", f"extra-work/{place.extra}/decisions", {"kind": "confirmed"}
    ),
    ("POST", "challenge-new"): lambda place: place.form(
        f"/challenges/new/{place.code}/", fact="points", words="a test"
    ),
    ("POST", "api-challenge-new"): lambda place: place.api(
        "post", f"posts/{place.code}/challenges", {"fact": "hours", "words": "a test"}
    ),
    ("POST", "challenge"): lambda place: place.form(
        f"/challenges/{open_challenge(place.code)}/", outcome="stands", words="a test"
    ),
    ("POST", "challenge-withdraw"): lambda place: place.form(
        f"/challenges/{open_challenge(place.code, place.user)}/withdraw/"
    ),
    ("POST", "api-challenge-answer"): lambda place: place.api(
        "post", f"challenges/{open_challenge(place.code)}/answer", {"outcome": "right", "words": "a test"}
    ),
    ("POST", "unusual-change"): lambda place: unusual_answer(
        place.grant.code, lambda address: place.form(address, words="a test")
    ),
    ("POST", "initiative-new"): lambda place: place.form(
        "/initiatives/new/?level=nation&code=nation", title="A title", source="A letter", minutes="30",
        times="1", share="100", case_type="any", tiers="all", first_day=place.day,
    ),
    ("POST", "initiative-withdraw"): lambda place: place.form(
        f"/initiatives/{place.initiative}/withdraw/", why="a test"
    ),
    ("POST", "rules-what-if-plan"): lambda place: place.form(
        "/rules/what-if/plan/", level="nation", code="nation", plan=str(place.plan),
        c="activity_timings.planned_contact.with_the_person=40",
    ),
    ("POST", "rules-what-if-proposal"): lambda place: place.form(
        "/rules/what-if/proposal/", level="nation", code="nation",
        c="activity_timings.planned_contact.with_the_person=40",
    ),
    ("POST", "scenario-plan"): lambda place: place.form(
        "/scenario/plan/?level=nation&code=nation", name="A scenario", police="5 to 8"
    ),
    ("POST", "alarm-choose"): lambda place: place.form(
        f"/alarm/pdu/{largest_pdu()}/choose/", percent="30", why="a test"
    ),
    ("POST", "api-alarm-level"): lambda place: place.api(
        "post", f"units/pdu/{largest_pdu()}/alarm-level", {"percent": 30, "why": "a test"}
    ),
    ("POST", "priority-level"): lambda place: place.form(
        f"/priority/{place.pdu}/", level="amber", first_day=place.day, last_day=place.day, why="a test"
    ),
    ("POST", "priority-level-end"): lambda place: place.form(f"/priority-level/{place.priority}/end/"),
    ("POST", "priority-level-undo"): lambda place: place.form(f"/priority-level/{place.priority}/undo/"),
    ("POST", "api-priority-levels"): lambda place: place.api(
        "post", f"pdus/{place.pdu}/priority-levels",
        {"level": "amber", "first_day": str(place.day), "last_day": str(place.day), "why": "a test"},
    ),
    ("POST", "api-priority-level-end"): lambda place: place.api(
        "post", f"priority-levels/{place.priority}/end", {"last_day": str(place.day + timedelta(25))}
    ),
    ("POST", "api-priority-level-undo"): lambda place: place.api(
        "post", f"priority-levels/{place.priority}/undo"
    ),
    ("POST", "protect"): lambda place: place.form(
        f"/protect/{place.code}/", no_new="on", reason="other", first_day=place.day + timedelta(40)
    ),
    ("POST", "protection-end"): lambda place: place.form(f"/protection/{place.protection}/end/"),
    ("POST", "api-protections"): lambda place: place.api(
        "post", f"posts/{place.code}/protections",
        {"first_day": str(place.day + timedelta(40)), "reason": "other", "most_cases": 30},
    ),
    ("POST", "api-protection-end"): lambda place: place.api("post", f"protections/{place.protection}/end"),
    ("POST", "waiting-new"): lambda place: place.form(
        "/waiting/new/", **_waiting(place, ref="X999991", excluded="N99")
    ),
    ("POST", "waiting-change"): lambda place: place.form(
        f"/waiting/{place.waiting}/change/", **_waiting(place, tier="")
    ),
    ("POST", "waiting-remove"): lambda place: place.form(f"/waiting/{place.waiting}/remove/", why="A slip"),
    ("PUT", "api-waiting-cases"): lambda place: place.api("put", "waiting-cases", {"cases": [
        {"ref": f"X99999{number}", "as_at": "2026-11-20T09:00:00Z", "team": place.duty.team_code,
         "type": "custody", "tier": "B3", "excluded": ["N99"]}
        for number in (1, 2)
    ]}),
    ("POST", "reason-new"): lambda place: place.form("/reasons/new/", **REASON, first_day=str(place.day)),
    ("POST", "reason-retire"): lambda place: place.form(
        "/reasons/22/retire/", first_day=str(place.day), why="not any more"
    ),
    ("POST", "duty-acknowledge"): lambda place: place.form(f"/duty/{place.duty.pk}/acknowledge/"),
    ("POST", "duty-talk"): lambda place: place.form(f"/duty/{place.duty.pk}/talk/", on=place.day, said="x"),
    ("POST", "duty-decide"): _decide,
    ("POST", "duty-note"): lambda place: place.form(f"/duty/{place.duty.pk}/note/", said="A note"),
    ("POST", "duty-ask"): lambda place: place.asked.post(
        f"/duty/{place.duty.pk}/ask/", {"said": "No new cases until March"}
    ),
    ("POST", "relief"): lambda place: place.asked.post(
        f"/requests/relief/{place.duty.code}/", {"said": "No new cases until March"}
    ),
    ("POST", "concern"): lambda place: place.form(
        f"/requests/concern/post/{place.duty.code}/", said="Too much for one person"
    ),
    ("POST", "api-concern"): lambda place: place.api(
        "post", f"units/post/{place.duty.code}/concerns", {"words": "Too much for one person"}
    ),
    ("POST", "notices-read"): lambda place: place.asked.post("/notices/read/", {}),
    ("POST", "load-new"): lambda place: place.client.post("/loads/new/", {"extract": _extract()}),
    ("POST", "api-changes"): lambda place: place.api(
        "post", "changes", {"changes": [_change(place, hours=20), _change(place, hours=19, later=9)]}
    ),
    ("POST", "api-allocations"): lambda place: place.api(
        "post", "allocations", {"ref": place.ref, "to_post": place.code, **_WHY}
    ),
    ("POST", "api-allocation-undo"): lambda place: place.api("post", f"allocations/{place.given}/undo"),
    ("POST", "api-case-changes"): lambda place: place.api(
        "post", "case-changes", {"ref": place.ref, **_KIND}
    ),
    ("POST", "api-case-change-undo"): lambda place: place.api("post", f"case-changes/{place.changed}/undo"),
    ("POST", "api-allocation-batches"): lambda place: place.api(
        "post", "allocation-batches",
        {"from_post": place.holder, "given": [{"ref": place.ref, "to_post": place.code}], **_WHY},
    ),
    ("POST", "api-allocation-batch-undo"): lambda place: place.api(
        "post", f"allocation-batches/{place.batch}/undo"
    ),
    ("POST", "api-carry-over"): lambda place: place.api(
        "post", f"posts/{place.code}/carry-over", {"from": GONE, "why": "A new code"}
    ),
    ("PUT", "api-hours"): lambda place: place.api(
        "put", f"posts/{place.code}/hours/{place.day}", {"hours": 20}
    ),
    ("DELETE", "api-hours"): lambda place: place.api(
        "delete", f"posts/{place.code}/hours/{place.day + timedelta(3)}", version=1, why="no"
    ),
    ("POST", "api-reductions"): lambda place: place.api(
        "post", f"posts/{place.code}/reductions", {"reason": "22", "hours": 1, "first_day": str(place.day)}
    ),
    ("PUT", "api-reduction"): lambda place: place.api(
        "put", f"posts/{place.code}/reductions/{place.keys['reduction']}",
        {"reason": "1", "hours": 2, "first_day": str(place.day), "version": 1},
    ),
    ("DELETE", "api-reduction"): lambda place: place.api(
        "delete", f"posts/{place.code}/reductions/{place.keys['reduction']}", version=1, why="no"
    ),
    ("DELETE", "api-grade"): lambda place: place.api(
        "delete", f"posts/{place.code}/grades/{place.keys['grade']}", version=1, why="no"
    ),
    ("POST", "api-reasons"): lambda place: place.api(
        "post", "reasons",
        {"first_day": str(place.day), "name": "Jury", "short_name": "Jury", "category": "Work Circumstances"},
    ),
    ("POST", "api-duty-acknowledge"): lambda place: place.api("post", f"duties/{place.duty.pk}/acknowledge"),
    ("POST", "api-duty-note"): lambda place: place.api(
        "post", f"duties/{place.duty.pk}/note", {"words": "A note"}
    ),
}  # fmt: skip

#: What happens without anybody's request.
BY_ITSELF: dict[str, Callable[[Place], object]] = {
    "the turn of the day": lambda _: turn_day(),
    "the clock of duties": lambda place: scheduled.turn(place.day + timedelta(60)),
}


@set_up
def _advised(place: Place) -> int:
    """The number of advice to courts of the PDU of the post."""
    wanted = court_advice.AdviceRequest(
        level="pdu", code=place.pdu, cannot="Unpaid work", effect="Nothing", although="a test",
        first_day=place.day, last_day=place.day, key="advised",
    )  # fmt: skip
    basis = court_advice.AdviceBasis(word="full", has_room=False, night="a night", sha256="0" * 64)
    return court_advice.advise(actor=None, who="a test", wanted=wanted, basis=basis)[0].pk


def _waiting(place: Place, **more: Any) -> dict[str, Any]:
    return {
        "ref": "X999990", "team_code": place.duty.team_code, "location": "custody", "tier": "B3",
        "arrived_on": place.day, **more,
    }  # fmt: skip


def _change(place: Place, *, hours: int, later: int = 0) -> dict[str, Any]:
    first = place.day + timedelta(later)
    return {"kind": "hours", "post": place.code, "first_day": str(first), "hours": hours}


def addresses() -> Iterator[tuple[str, str]]:
    """Every address that takes more than GET, with the method: those of the table of permissions, which
    another test holds to be all there are."""
    for name, may in TABLE.items():
        yield from ((method, name) for method in may.methods if method in WRITING)


def write(place: Place, method: str, name: str) -> Any:
    """Write by this address; its answer."""
    if saves := SAVES.get((method, name)):
        return saves(place)
    may = TABLE[name]
    return place.client.generic(method, may.address or reverse(name, kwargs=may.args))
