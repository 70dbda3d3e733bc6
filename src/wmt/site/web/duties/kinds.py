"""The things that can be done with a duty on a page: the form, the words, the action behind it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from wmt.site.availability.words import day_words
from wmt.site.duties import actions, clock, words
from wmt.site.duties.actions import Asker
from wmt.site.duties.models import Duty, Step
from wmt.site.duties.nightly import clock_on
from wmt.site.web.duties import forms
from wmt.site.workload.current import State


@dataclass(frozen=True, kw_only=True)
class Kind:
    """One thing that can be done. `own`: by the practitioner it is about, by nobody else."""

    name: str
    title: str
    button: str
    form: type[forms.StepForm]
    do: Callable[[Asker, Duty, Any], Step]
    done: Callable[[Duty, State], str]
    own: bool = False
    initial: Callable[[Duty, State], Mapping[str, Any]] = field(default=lambda _duty, _state: {})
    label: str = "In your words"
    hint: str = ""
    rows: int = 4


def _acknowledge(asker: Asker, duty: Duty, _: Any) -> Step:
    return actions.acknowledge(asker=asker, number=duty.pk)


def _talk(asker: Asker, duty: Duty, form: Any) -> Step:
    typed = form.cleaned_data
    return actions.talk(asker=asker, number=duty.pk, on=typed["on"], said=typed["said"])


def _decide(asker: Asker, duty: Duty, form: Any) -> Step:
    typed = form.cleaned_data
    return actions.decide(
        asker=asker, number=duty.pk, version=form.seen, decision=typed["decision"], said=typed["said"],
        done_by=typed["done_by"], review_on=typed["review_on"],
    )  # fmt: skip


def _ask(asker: Asker, duty: Duty, form: Any) -> Step:
    return actions.ask(asker=asker, number=duty.pk, said=form.cleaned_data["said"])


def _answer(asker: Asker, duty: Duty, form: Any) -> Step:
    typed = form.cleaned_data
    return actions.answer(
        asker=asker, number=duty.pk, version=form.seen, answer=typed["answer"], said=typed["said"]
    )


def _note(asker: Asker, duty: Duty, form: Any) -> Step:
    return actions.note(asker=asker, number=duty.pk, said=form.cleaned_data["said"])


def _review(asker: Asker, duty: Duty, form: Any) -> Step:
    typed = form.cleaned_data
    return actions.review(
        asker=asker, number=duty.pk, version=form.seen, said=typed["said"], review_on=typed["review_on"]
    )


def _then(said: str) -> Callable[[Duty, State], str]:
    """A confirmation, and what is due next."""

    def whole(duty: Duty, state: State) -> str:
        due = clock.deadlines(duty, state.day)
        return f"{said} Next: {_lower(words.owed(due[0]))}." if due else said

    return whole


def _lower(said: str) -> str:
    return said[:1].lower() + said[1:]


def _saved(said: str) -> Callable[[Duty, State], str]:
    return lambda _duty, _state: said


def _asked(duty: Duty, _: State) -> str:
    by = f" You will have an answer by {day_words(duty.relief_by)}." if duty.relief_by else ""
    return f"Your manager was told that you ask for relief.{by}"


def _talk_initial(_: Duty, state: State) -> Mapping[str, Any]:
    return {"on": state.day}


def _review_initial(_: Duty, state: State) -> Mapping[str, Any]:
    return {"review_on": state.day + timedelta(clock_on(state).review_days)}


def last_review(state: State) -> str:
    """The last day on which a decision may be looked at again."""
    return day_words(state.day + timedelta(clock_on(state).review_days))


KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(
            name="acknowledge",
            title="Acknowledge this duty",
            button="Acknowledge",
            form=forms.AcknowledgeForm,
            do=_acknowledge,
            done=_then("Acknowledged: it is written down that you have taken this up."),
        ),
        Kind(
            name="talk",
            title="Record a talk",
            button="Save the talk",
            form=forms.TalkForm,
            do=_talk,
            done=_then("The talk is recorded."),
            initial=_talk_initial,
            label="What about (you may leave it empty)",
            hint="The practitioner can read it. Leave out names and numbers of cases.",
        ),
        Kind(
            name="decide",
            title="Record what will be done",
            button="Save the decision",
            form=forms.DecideForm,
            do=_decide,
            done=_then("The decision is recorded, and the practitioner is told."),
            initial=_review_initial,
            label="What exactly",
            hint="Say who does what. The practitioner can read it. Leave out names and numbers of cases.",
        ),
        Kind(
            name="ask",
            title="Ask for relief",
            button="Ask for relief",
            form=forms.AskForm,
            do=_ask,
            done=_asked,
            own=True,
            label="What would help you?",
            hint="Your managers can read it. Leave out names and numbers of cases.",
        ),
        Kind(
            name="answer",
            title="Answer the request for relief",
            button="Send the answer",
            form=forms.AnswerForm,
            do=_answer,
            done=_then("The answer is recorded, and the practitioner is told."),
            label="The answer in words",
            hint="What you will do, or why you cannot. The practitioner can read it.",
        ),
        Kind(
            name="note",
            title="Add a note",
            button="Save the note",
            form=forms.NoteForm,
            do=_note,
            done=_saved("The note is saved."),
            label="Note",
            hint="The practitioner can read it. Leave out names and numbers of cases.",
        ),
        Kind(
            name="review",
            title="Look at it again",
            button="Save, and go on with the decision",
            form=forms.ReviewForm,
            do=_review,
            done=_then("It is recorded that you looked at it again."),
            initial=_review_initial,
            label="What you found",
            hint="What was done, and whether it helps. The practitioner can read it.",
        ),
    )
}
