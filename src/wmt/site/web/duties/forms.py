"""What people type about a duty. Whether it can be is for the actions to say, behind every mouth."""

from typing import Any, ClassVar

from django import forms

from wmt.site.availability.validation import NOTES
from wmt.site.date_field import DayField
from wmt.site.duties import labels
from wmt.site.web.forms.refusable import RefusableForm


class WordsField(forms.CharField):
    def __init__(self, *, missing: str = "") -> None:
        super().__init__(
            max_length=NOTES,
            required=bool(missing),
            error_messages={
                "required": missing,
                "max_length": f"It can have {NOTES:,} characters at most",
            },
        )


class StepForm(RefusableForm):
    """What all forms share. `version`: how many steps the duty had when the form was opened."""

    version = forms.IntegerField(required=False, min_value=0, max_value=1_000_000, widget=forms.HiddenInput)

    #: which template parts it has, in order
    parts: ClassVar[tuple[str, ...]] = ("said",)
    #: whether nobody else may have taken a step since the form was opened
    asks_version: ClassVar[bool] = False

    def given(self) -> dict[str, Any]:
        """What was typed, as the action takes it. Without a version none fits."""
        version = {"version": int(self.cleaned_data.get("version") or 0)} if self.asks_version else {}
        return version | {part: self.cleaned_data[part] for part in self.parts}


class AcknowledgeForm(StepForm):
    parts = ()


class TalkForm(StepForm):
    """When there was a conversation, and what about."""

    parts = ("on", "said")
    on = DayField("the date of the conversation")
    said = WordsField()


class DecideForm(StepForm):
    """What will be done, exactly, by when, and when it is looked at again."""

    asks_version = True
    parts = ("decision", "said", "done_by", "review_on")
    decision = forms.ChoiceField(
        choices=list(labels.DECISIONS.items()),
        error_messages={"required": "Choose what will be done", "invalid_choice": "Choose what will be done"},
    )
    said = WordsField(missing="Enter what will be done")
    done_by = DayField("the date by which it will be done", required=False)
    review_on = DayField("the review date")


class AskForm(StepForm):
    said = WordsField(missing="Enter what would help you")


class ConcernForm(StepForm):
    said = WordsField(missing="Enter what you are concerned about")


class AnswerForm(StepForm):
    asks_version = True
    parts = ("answer", "said")
    answer = forms.ChoiceField(
        choices=list(labels.ANSWERS.items()),
        error_messages={"required": "Choose an answer", "invalid_choice": "Choose an answer"},
    )
    said = WordsField(missing="Enter your answer")


class ConfirmForm(StepForm):
    """Why a duty closes, or stays open."""

    asks_version = True
    said = WordsField(missing="Enter the reason")


class NoteForm(StepForm):
    said = WordsField(missing="Enter the note")


class ReviewForm(StepForm):
    """What was found, and when it is looked at again."""

    asks_version = True
    parts = ("said", "review_on")
    said = WordsField(missing="Enter what you found")
    review_on = DayField("the review date")
