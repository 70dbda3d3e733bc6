"""The forms of a proposal: what is said of it, its values as they are typed, a decision, a file."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django import forms

from wmt import days, rules
from wmt.rules import amendments, overlay_text
from wmt.rules.values import Consultation, Overlay
from wmt.site.changes import rule_proposals as action
from wmt.site.date_field import DayField
from wmt.site.rule_proposals.models import RuleProposal
from wmt.site.web.forms.refusable import RefusableForm

#: Before the name of a rule in the name of a field; after it, where a value has a day of its own, `@` and it.
FIELD = "v:"
_LONG = 20_000


class ProposalForm(RefusableForm):
    """What is said of a proposal. Its values are fields of their own (`ValueInput`)."""

    key = forms.CharField(required=False, max_length=64)
    edition = forms.IntegerField(required=False)
    supersedes = forms.IntegerField(required=False, min_value=1, max_value=2_000_000_000)
    name = forms.CharField(required=False, max_length=_LONG)
    first_day = DayField("the first day", kind="rule")
    source = forms.CharField(required=False, max_length=_LONG)
    reason = forms.CharField(required=False, max_length=_LONG)
    effect = forms.CharField(required=False, max_length=_LONG)
    body = forms.CharField(required=False, max_length=_LONG)
    consulted_on = DayField("the day of the consultation", required=False)
    letter = forms.CharField(required=False, max_length=_LONG)
    not_consulted = forms.CharField(required=False, max_length=_LONG)

    def wanted(self, entries: Sequence[tuple[str, date, rules.Scalar]]) -> action.ProposalRequest:
        """What was typed, with values."""
        typed = self.cleaned_data
        asked = Consultation(typed["body"], typed["consulted_on"], typed["letter"])
        overlay = Overlay(
            typed["name"], typed["source"], tuple(entries), reason=typed["reason"], effect=typed["effect"],
            consultation=asked,
        )  # fmt: skip
        return action.ProposalRequest(
            overlay=overlay, not_consulted=typed["not_consulted"], supersedes=typed["supersedes"],
            key=typed["key"],
        )  # fmt: skip


def said_of(row: RuleProposal) -> dict[str, Any]:
    """What a proposal says, as its form is filled in."""
    overlay, asked = row.overlay, row.overlay.consultation
    return {
        "edition": row.edition, "supersedes": row.supersedes_id, "name": overlay.name,
        "first_day": row.first_day, "source": overlay.reference, "reason": overlay.reason,
        "effect": overlay.effect, "body": asked.body, "consulted_on": asked.day, "letter": asked.letter,
        "not_consulted": row.not_consulted,
    }  # fmt: skip


class ProposalStepForm(RefusableForm):
    """A step of a proposal: the edition that was seen, why, an answer to the questions, and when it ends."""

    edition = forms.IntegerField()
    why = forms.CharField(required=False, max_length=_LONG)
    checked = forms.BooleanField(required=False)
    ends = DayField("the first day without it", kind="rule", required=False)


class RuleFileForm(RefusableForm):
    """A file: an overlay, or a table of rules with the day from which its values hold."""

    key = forms.CharField(required=False, max_length=64)
    first_day = DayField("the first day", kind="rule")
    file = forms.Field(required=False)

    @classmethod
    def new(cls) -> "RuleFileForm":
        """An empty one, with a key of its own: sent twice it makes one draft."""
        return cls(initial={"key": uuid.uuid4().hex})


@dataclass(frozen=True)
class ValueInput:
    """One value of a form: its rule, what is in force, what was typed and what is wrong with it.

    `day` is a day of its own; None: it begins with the proposal.
    """

    path: str
    words: str
    unit: str
    now: str
    typed: str
    day: date | None = None
    fault: str = ""

    @property
    def field(self) -> str:
        """The name of its field."""
        return f"{FIELD}{self.path}{f'@{self.day.isoformat()}' if self.day else ''}"

    @property
    def day_words(self) -> str:
        return days.written(self.day) if self.day else ""


def input_of(
    tree: rules.Tree, path: str, day: date, typed: str | None, own: date | None = None
) -> ValueInput:
    """The field of a rule, with the value in force on a day. Raises NoRuleError."""
    parameter = tree.parameter(path)
    now = parameter.at(own or day)
    shown = as_typed(now.value) if now else ""
    words = (now or parameter.values[0]).description
    return ValueInput(path, words, parameter.unit, shown, shown if typed is None else typed, own)


def as_typed(value: rules.Scalar) -> str:
    """A value as people type it."""
    if value is None:
        return "none"
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else f"{value}"


def read_values(
    tree: rules.Tree, sent: Mapping[str, Any], first_day: date, under: rules.Tree | None = None
) -> tuple[list[ValueInput], list[tuple[str, date, rules.Scalar]]]:
    """The fields that were sent, each with its fault, and the values that differ from the rules in force.

    Where they supersede something, `under` is the rules without it: a value of that stays only where it is
    said again. A field that is left blank changes nothing.
    """
    inputs, entries = [], list[tuple[str, date, rules.Scalar]]()
    for field, typed in sent.items():
        path, _, own_text = str(field).removeprefix(FIELD).partition("@")
        own = days.read_day(own_text) if own_text else None
        if not str(field).startswith(FIELD) or path not in tree.parameters:
            continue
        found = input_of(tree, path, first_day, str(typed), own)
        if str(typed).strip():
            value, fault = overlay_text.typed(tree.parameter(path), str(typed))
            if own is not None and own <= first_day:
                fault = (
                    f"begins on {found.day_words}, not after the first day of the change. Choose an earlier "
                    "first day, or leave this field blank"
                )
            if fault:
                found = replace(found, fault=fault[:1].upper() + fault[1:])
            else:
                entries.append((path, own or first_day, value))
        inputs.append(found)
    return inputs, _new(under or tree, entries)


def _new(
    tree: rules.Tree, entries: Sequence[tuple[str, date, rules.Scalar]]
) -> list[tuple[str, date, rules.Scalar]]:
    """Without the values that are there anyway."""
    by_path: dict[str, list[tuple[date, rules.Scalar]]] = {}
    for path, day, value in entries:
        by_path.setdefault(path, []).append((day, value))
    return [
        (path, day, value)
        for path, day, value in entries
        if not amendments.is_there(tree.parameter(path), by_path[path], day, value)
    ]
