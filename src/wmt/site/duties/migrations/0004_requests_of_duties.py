"""What was asked on duties becomes requests of their own; those that a closing ended without an answer too."""

from datetime import date
from typing import Any

from django.db import migrations


def requests_of_duties(apps: Any, _schema: Any) -> None:
    """One for each step that asked, answered by the next that answers. Of a post the last alone can be open."""
    duties, made = apps.get_model("duties", "Duty"), apps.get_model("duties", "Request")
    steps = apps.get_model("duties", "Step").objects.filter(kind__in=("asked", "answered"))
    waiting: dict[tuple[str, str], Any] = {}
    by_number = {duty.pk: duty for duty in duties.objects.filter(pk__in=steps.values("duty_id"))}
    for step in steps.order_by("day", "duty_id", "number"):
        duty = by_number[step.duty_id]
        post = duty.team_code, duty.staff_code
        if step.kind == "asked":
            waiting[post] = made(
                kind="relief", team_code=duty.team_code, staff_code=duty.staff_code, name=duty.name,
                team_name=duty.team_name, pdu_code=duty.pdu_code, region_code=duty.region_code, duty=duty,
                asked_by=step.user, asked_who=step.who, asked_on=step.day, words=step.words,
                answer_by=date.fromisoformat(step.data["answer_by"]),
            )  # fmt: skip
        elif post in waiting:
            found = waiting.pop(post)
            found.answered_on, found.answered_who = step.day, step.who
            found.answer, found.answer_words = step.data["answer"], step.words
            found.save()
    for found in waiting.values():
        found.save()


class Migration(migrations.Migration):
    dependencies = [("duties", "0003_requests")]
    operations = [migrations.RunPython(requests_of_duties, migrations.RunPython.noop)]
