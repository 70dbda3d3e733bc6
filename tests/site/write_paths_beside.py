"""What the ways to write beside the points need to be there: a note on a case, a case, an initiative."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import polars as pl
from write_paths_set_up import set_up

from wmt.site.changes import challenges, initiatives
from wmt.site.extra_work.models import ExtraWork
from wmt.site.queries import unusual
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state
from wmt.unusual.kinds import UNUSUAL


@set_up
def extra_note(ref: str, post: str, today: date) -> int:
    """The number of a note on a case that somebody holds, which waits for a manager."""
    row = ExtraWork.objects.create(
        key="extra", ref=ref, post=post, activity="home_visit", times_x100=100, first_day=today,
        last_day=today + timedelta(30), words="a test", who="a test",
    )  # fmt: skip
    return row.pk


@set_up
def own_case(post: str) -> str:
    """A case that is active and that a post alone holds; empty where it has none."""
    of_load = {"load_id": current_state().load_id}
    number = Unit.objects.get(level="post", whole=True, code=post, **of_load).number
    kinds = Pricing.objects.filter(kind="case", status="active", **of_load).exclude(stream="omic")
    lines = Line.objects.filter(post_no=number, pricing__in=kinds.values("number"), **of_load)
    return lines.exclude(ref="").order_by("ref").values_list("ref", flat=True).first() or ""


@set_up
def largest_pdu() -> str:
    """The code of the PDU with most people: small ones have no alarm."""
    pdus = Unit.objects.filter(load_id=current_state().load_id, level="pdu", whole=True)
    return pdus.order_by("-posts", "code").values_list("code", flat=True)[0]


@set_up
def open_challenge(post: str, user: Any = None) -> int:
    """The number of what somebody said is wrong at a post, which waits for an answer."""
    state = current_state()
    unit = Unit.objects.get(load_id=state.load_id, level="post", whole=True, code=post)
    row, _ = challenges.ask(
        actor=user, who="a test", post=unit, state=state,
        wanted=challenges.ChallengeRequest(fact="contact", words="a test", key="open"),
    )  # fmt: skip
    return row.pk


def unusual_answer(team: str, post: Callable[[str], Any]) -> Any:
    """What somebody gets who answers an unusual change of a team, by the page's address."""
    day = current_state().as_at.date()
    unit = Unit.objects.get(load_id=current_state().load_id, level="team", whole=True, code=team)
    row = {
        "kind": "tier_down", "level": "team", "code": team, "team_code": team, "pdu_code": unit.pdu_code,
        "region_code": unit.region_code, "day": day, "first_day": day, "nights": 1, "number": 36, "of": 152,
        "expected_milli": 160, "expected_rate": 105, "judged": "team",
        "one_in": 10**8, "points_x100": -18_000, "posts": 4, "teams": 1, "near": 0,
    }  # fmt: skip
    with patch.object(unusual, "_kept", lambda *_: pl.DataFrame([row], UNUSUAL)):
        return post(f"/unusual/team/{team}/tier_down/{day}/")


@set_up
def kept_initiative(today: date) -> int:
    """The number of an initiative of the nation."""
    wanted = initiatives.InitiativeRequest(
        level="nation", code="nation", title="An instruction", source="A letter", minutes=Decimal(30),
        times=Decimal(1), share=Decimal(100), case_type="any", tiers="all", first_day=today,
    )  # fmt: skip
    return initiatives.enter(actor=None, who="a test", wanted=wanted)[0].pk
