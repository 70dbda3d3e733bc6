"""Adding steps: always together with the columns of the duty that they come to."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wmt.site.accounts.models import User
from wmt.site.duties import projection
from wmt.site.duties.models import Duty, Step

#: Who did what the rule does by itself.
RULE = "Automatic"
CLOCK = "Automatic reminder"


def stepped(
    duty: Duty,
    kind: Step.Kind,
    day: date,
    *,
    who: str = RULE,
    user: User | None = None,
    words: str = "",
    data: Mapping[str, Any] | None = None,
) -> Step:
    """The next step of a duty, which takes it in. Neither is saved: see `put`."""
    plain = {
        name: (value.isoformat() if isinstance(value, date) else value)
        for name, value in (data or {}).items()
    }
    step = Step(
        duty=duty, number=duty.steps_count + 1, kind=kind, day=day, who=who[:160], user=user, words=words,
        data=plain,
    )  # fmt: skip
    projection.take(duty, step)
    return step


def put(steps: Sequence[Step]) -> None:
    """Saves steps and the duties they are of, new ones first. The caller holds a transaction."""
    duties = list({id(step.duty): step.duty for step in steps}.values())
    known = [duty for duty in duties if duty.pk is not None]
    Duty.objects.bulk_create([duty for duty in duties if duty.pk is None], batch_size=500)
    for duty in known:  # one by one: a bulk update of so many columns takes forty times as long
        duty.save(force_update=True)
    for step in steps:
        step.duty_id = step.duty.pk
    Step.objects.bulk_create(steps, batch_size=500)
