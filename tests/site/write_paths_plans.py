"""What is sent so that something of plans is really saved, for `write_paths`."""

from collections.abc import Callable
from typing import Any

from write_paths_set_up import set_up

from wmt.plan.plan_file import plan_of
from wmt.site.accounts.models import User
from wmt.site.availability.change_requests import Change
from wmt.site.changes import actions, plan_apply, plans
from wmt.site.changes.plan_apply import PlanRequest
from wmt.site.plans.models import SharingSearch
from wmt.site.queries.resharing import SharingQuestion
from wmt.site.workload.models import Unit
from wmt.site.workload.state import current_state


@set_up
def kept_plan(owner: User, team: str, post: str) -> int:
    """The number of a plan with two steps."""
    steps = [{"do": "leave", "post": post}, {"do": "end_reductions", "post": post}]
    plan = plan_of({"name": "A plan", "steps": steps})
    return plans.make_plan(actor=owner, plan=plan, level="team", code=team)[0].pk


@set_up
def kept_search(owner: User, team: str) -> str:
    """The key of a search for the best way to share the cases of a team, which found that nothing moves."""
    state = current_state()
    row = SharingSearch.objects.create(
        key="a-search", user=owner, level="team", code=team, load_id=state.load_id, day=state.day,
        question=SharingQuestion().as_data, asked_of="x", state=SharingSearch.State.DONE,
        answer={"moves": [], "posts": [], "goals": [], "over_x100": 11_000, "stay": {}, "may_move": 0,
                "protected": 0, "needs": {}, "proved": True, "stopped": False},
    )  # fmt: skip
    return row.key


@set_up
def colleague_of(post: str) -> str:
    """Another post of its PDU."""
    posts = Unit.objects.filter(load_id=current_state().load_id, level="post", whole=True)
    posts = posts.exclude(stream="omic")
    pdu = posts.get(code=post).pdu_code
    return posts.filter(pdu_code=pdu).exclude(code=post).order_by("code").values_list("code", flat=True)[0]


@set_up
def seen_mark(number: int) -> str:
    """What stands for what its second step would come to."""
    return plan_apply.look(actor=None, wanted=PlanRequest(number=number, steps=[2])).mark


@set_up
def undone_step(owner: User, team: str, post: str) -> tuple[int, int]:
    """The numbers of a plan and of a step of it that was applied and undone."""
    plan = plan_of({"name": "Applied", "steps": [{"do": "hours", "post": post, "hours": 20}]})
    row, _ = plans.make_plan(actor=owner, plan=plan, level="team", code=team)
    made, _ = plan_apply.apply_plan(actor=None, who="a test", wanted=PlanRequest(number=row.pk, steps=[1]))
    step = made.steps.get()
    (_, key, _), (of_team, _, staff) = step.made[0], post.partition(":")
    gone = Change(post=(of_team, staff), kind="hours", key=key, withdraw=True)
    actions.save(actor=None, who="a test", changes=[gone])
    return row.pk, step.pk


#: As `SAVES` of `write_paths`.
PLAN_SAVES: dict[tuple[str, str], Callable[[Any], Any]] = {
    ("POST", "api-plans"): lambda place: place.api(
        "post", "plans", {"name": "By a program", "level": "team", "code": place.duty.team_code}
    ),
    ("PUT", "api-plan"): lambda place: place.api("put", f"plans/{place.plan}", {"name": "Put", "version": 1}),
    ("DELETE", "api-plan"): lambda place: place.api("delete", f"plans/{place.plan}", version=1),
    ("POST", "api-plan-apply"): lambda place: place.api("post", f"plans/{place.plan}/apply", {"steps": [2]}),
    ("POST", "plan-apply"): lambda place: place.form(
        f"/plans/{place.plan}/apply/", version="1", step="2", do="apply", looked="2", shown=place.plan_mark
    ),
    ("POST", "plan-again"): lambda place: place.form(
        f"/plans/{place.undone_step[0]}/again/{place.undone_step[1]}/"
    ),
    ("POST", "plan-new"): lambda place: place.form(
        f"/plans/new/?level=team&code={place.duty.team_code}", name="Another"
    ),
    ("POST", "leavers-plan"): lambda place: place.form(
        f"/leavers/plan/team/{place.duty.team_code}/", leaver=place.code
    ),
    ("POST", "sharing-new"): lambda place: place.form(f"/reshare/new/team/{place.duty.team_code}/", ask="1"),
    ("POST", "api-resharings"): lambda place: place.api(
        "post", f"units/team/{place.duty.team_code}/resharings", {"moves": 3}
    ),
    ("POST", "sharing-again"): lambda place: place.form(f"/reshare/{place.search}/again/"),
    ("POST", "sharing-plan"): lambda place: place.form(f"/reshare/{place.search}/plan/"),
    ("POST", "plan-step"): lambda place: place.form(
        f"/plans/{place.plan}/steps/hours/", version="1", post=place.code, hours="20"
    ),
    ("POST", "plan-step-change"): lambda place: place.form(
        f"/plans/{place.plan}/steps/1/change/", version="1", post=place.code, to=place.beside[place.code]
    ),
    ("POST", "plan-cases"): lambda place: place.form(
        f"/plans/cases/?crn={place.ref}",
        do="add",
        case=place.ref,
        plan=str(place.plan),
        to=place.beside[place.holder],
    ),
    ("POST", "plan-steps"): lambda place: place.form(
        f"/plans/{place.plan}/steps/", version="1", number="1", do="remove"
    ),
    ("POST", "plan-change"): lambda place: place.form(
        f"/plans/{place.plan}/change/", version="1", name="Other"
    ),
    ("POST", "plan-share"): lambda place: place.form(f"/plans/{place.plan}/share/", email=place.other.email),
    ("POST", "plan-comment"): lambda place: place.form(f"/plans/{place.plan}/comment/", words="A comment"),
    ("POST", "plan-copy"): lambda place: place.form(f"/plans/{place.plan}/copy/"),
    ("POST", "plan-delete"): lambda place: place.form(f"/plans/{place.plan}/delete/", version="1"),
}
