"""What the ways to write beside the points need to be there: a note on a case, a case, an initiative."""

from datetime import date, timedelta
from decimal import Decimal

from wmt.site.changes import initiatives
from wmt.site.extra_work.models import ExtraWork
from wmt.site.workload.models import Line, Pricing, Unit
from wmt.site.workload.state import current_state


def extra_note(ref: str, post: str, today: date) -> int:
    """The number of a note on a case that somebody holds, which waits for a manager."""
    row = ExtraWork.objects.create(
        key="extra", ref=ref, post=post, activity="home_visit", times_x100=100, first_day=today,
        last_day=today + timedelta(30), words="a test", who="a test",
    )  # fmt: skip
    return row.pk


def own_case(post: str) -> str:
    """A case that is active and that a post alone holds; empty where it has none."""
    of_load = {"load_id": current_state().load_id}
    number = Unit.objects.get(level="post", whole=True, code=post, **of_load).number
    kinds = Pricing.objects.filter(kind="case", status="active", **of_load).exclude(stream="omic")
    lines = Line.objects.filter(post_no=number, pricing__in=kinds.values("number"), **of_load)
    return lines.exclude(ref="").order_by("ref").values_list("ref", flat=True).first() or ""


def kept_initiative(today: date) -> int:
    """The number of an initiative of the nation."""
    wanted = initiatives.InitiativeRequest(
        level="nation", code="nation", title="An instruction", source="A letter", minutes=Decimal(30),
        times=Decimal(1), share=Decimal(100), case_type="any", tiers="all", first_day=today,
    )  # fmt: skip
    return initiatives.enter(actor=None, who="a test", wanted=wanted)[0].pk
