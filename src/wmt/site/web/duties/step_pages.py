"""The things that can be done with a duty on a page: the form, the words, the action behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from wmt.site.availability.labels import day_words
from wmt.site.duties import actions, due_dates, labels
from wmt.site.duties.models import Duty, Request
from wmt.site.duties.notify import lower
from wmt.site.duties.recipients import responsible
from wmt.site.web.duties import forms
from wmt.site.workload.state import State


@dataclass(frozen=True, kw_only=True)
class StepPage:
    """One thing that can be done. `own`: by the practitioner it is about, by nobody else."""

    name: str
    title: str
    button: str
    form: type[forms.StepForm]
    do: Callable[..., Any]
    done: Callable[[Duty, State], str]
    own: bool = False
    initial: Callable[[Duty, State], Mapping[str, Any]] = field(default=lambda _duty, _state: {})
    label: str = "In your words"
    hint: str = ""
    rows: int = 4
    closed_too: bool = False


def told_person(duty: Duty) -> str:
    """Whether the practitioner was told: only who has an account is."""
    if responsible(duty).person:
        return "The practitioner was notified."
    return "The practitioner has no account here, so tell them yourself."


def _then(said: str, *, tells: bool = False) -> Callable[[Duty, State], str]:
    """A confirmation, whether the practitioner was told, and what is due next."""

    def whole(duty: Duty, state: State) -> str:
        due = due_dates.deadlines(duty, state.day)
        done = f"{said} {told_person(duty)}" if tells else said
        return f"{done} Next: {lower(labels.owed(due[0]))}." if due else done

    return whole


def _asked(duty: Duty, _: State) -> str:
    made = duty.requests.order_by("-pk").first()
    return told_asker(made) if made else ""


def told_asker(made: Request) -> str:
    """That a request is saved, who was told, and by when an answer is due."""
    by = f" An answer is due by {day_words(made.answer_by)}."
    people = responsible(made)
    if not people.owners:
        return f"Saved, but no one who can answer has an account yet.{by}"
    return f"Sent to the {people.owner_role}.{by}"


def _review_initial(_: Duty, state: State) -> Mapping[str, Any]:
    return {"review_on": state.day + timedelta(due_dates.clock_on(state).review_days)}


def last_review(state: State) -> str:
    """The last day on which a decision may be looked at again."""
    return day_words(state.day + timedelta(due_dates.clock_on(state).review_days))


KINDS: dict[str, StepPage] = {
    kind.name: kind
    for kind in (
        StepPage(
            name="acknowledge",
            title="Acknowledge this action",
            button="Acknowledge",
            form=forms.AcknowledgeForm,
            do=actions.acknowledge,
            done=_then("Acknowledged."),
        ),
        StepPage(
            name="talk",
            title="Record a conversation",
            button="Save",
            form=forms.TalkForm,
            do=actions.talk,
            done=_then("Conversation recorded."),
            initial=lambda _, state: {"on": state.day},
            label="What you discussed (optional)",
            hint="The practitioner can read this. Do not include names or case numbers.",
        ),
        StepPage(
            name="decide",
            title="Record what will be done",
            button="Save decision",
            form=forms.DecideForm,
            do=actions.decide,
            done=_then("Decision recorded.", tells=True),
            initial=_review_initial,
            label="Details",
            hint="Say who will do what. The practitioner can read this. Leave out names and case numbers.",
        ),
        StepPage(
            name="ask",
            title="Ask for relief",
            button="Ask for relief",
            form=forms.AskForm,
            do=actions.ask,
            done=_asked,
            own=True,
            label="What would help you?",
            hint="Your managers can read this. Do not include names or case numbers.",
        ),
        StepPage(
            name="answer",
            closed_too=True,
            title="Answer the request for relief",
            button="Send answer",
            form=forms.AnswerForm,
            do=actions.answer,
            done=_then("Answer recorded.", tells=True),
            label="Your answer",
            hint="Say what you will do, or why you cannot. The practitioner can read this.",
        ),
        StepPage(
            name="close",
            title="Confirm that it can close",
            button="Close this action",
            form=forms.ConfirmForm,
            do=actions.close,
            done=_then("The action is closed.", tells=True),
            label="Why it can close",
            hint="The practitioner can read this. Do not include names or case numbers.",
        ),
        StepPage(
            name="keep",
            title="Keep it open",
            button="Keep it open",
            form=forms.ConfirmForm,
            do=actions.keep,
            done=_then("The action stays open.", tells=True),
            label="Why it stays open",
            hint="The practitioner can read this. Do not include names or case numbers.",
        ),
        StepPage(
            name="note",
            closed_too=True,
            title="Add a note",
            button="Save note",
            form=forms.NoteForm,
            do=actions.note,
            done=lambda _duty, _state: "Note saved.",
            label="Note",
            hint="The practitioner can read this. Do not include names or case numbers.",
        ),
        StepPage(
            name="review",
            title="Review",
            button="Save review",
            form=forms.ReviewForm,
            do=actions.review,
            done=_then("Review recorded."),
            initial=_review_initial,
            label="What you found",
            hint="Say what was done and whether it helps. The practitioner can read this.",
        ),
    )
}
