"""The forms of steps: one for each thing that a plan may change, each with the fields it needs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse

from wmt.allocation.cases import case_words
from wmt.facts import LOCATIONS, NOT_KNOWN, TIERS
from wmt.ledger import OMIC, shown_capacity
from wmt.plan.demand_levers import LEVERS
from wmt.plan.kept_plan import UnreadStep
from wmt.site.accounts import visibility
from wmt.site.changes.plan_cases import readable_cases
from wmt.site.figures import units
from wmt.site.plans.models import SavedPlan
from wmt.site.web.plans.step_fields import field_of
from wmt.site.web.plans.step_kinds import HINTS, KINDS, LABELS, OPTIONAL, TYPED, StepKind
from wmt.site.web.plans.step_points import LETTERS, TYPES, points_changed
from wmt.site.workload import staff_names
from wmt.site.workload.models import Unit
from wmt.site.workload.state import State

#: Fields that hold several people.
_SEVERAL = ("receivers", "others")
_GRADES = ("PO", "PSO", "TPO", "SPO")


def ways(row: SavedPlan) -> list[tuple[str, str]]:
    """The forms of steps for a plan: title and address."""
    return [(each.title, reverse("plan-step", args=[row.pk, name])) for name, each in KINDS.items()]


def form_of(step: Any) -> tuple[str, dict[str, Any]] | None:
    """The form in which a step can be changed, and what it holds; None where no form holds all of it."""
    if isinstance(step, UnreadStep):
        return None
    for name, kind in KINDS.items():
        typed = _typed(kind, step.content) if kind.do == step.do else None
        if typed is not None:
            return name, typed
    return None


def _typed(kind: StepKind, content: Mapping[str, Any]) -> dict[str, Any] | None:
    typed = {name: value for name, value in content.items() if name != "do"}
    if "to" in typed:
        to = typed.pop("to")
        first, *others = to if isinstance(to, list) else [to]
        if others and "others" in kind.fields:
            typed |= {"to": first, "others": others}
        elif others:
            typed["receivers"] = to
        else:
            typed["place" if "place" in kind.fields else "to"] = first
    if kind.do == "start":
        typed.setdefault("posts", 1)
    if "cases" in typed:
        typed["cases"] = ", ".join(typed["cases"])
    return typed if typed.keys() <= set(kind.fields) else None


class PlanStepForm(forms.Form):
    """A step as it is typed. `kind` is a key of `KINDS`; choices are those of a plan's unit."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, kind: str, choices: "StepChoices", actor: Any, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.kind, self.choices, self._actor = KINDS[kind], choices, actor
        self.shown = [
            ShownField(name, LABELS[name], hint_of(kind, name, choices), choices.of(name))
            for name in self.kind.fields
        ]
        self.initial.setdefault("location", "all")
        for name in _SEVERAL:
            if choices.of(name) is None and isinstance(self.initial.get(name), list):
                self.initial[name] = ", ".join(self.initial[name])
        for name in self.kind.fields:
            self.fields[name] = field_of(name, choices.of(name), required=(kind, name) not in OPTIONAL)

    def clean_cases(self) -> list[str]:
        """References that were typed; each is one that the person may see."""
        refs = [ref.upper() for ref in re.split(r"[\s,;]+", self.cleaned_data["cases"]) if ref]
        found = readable_cases(self._actor, refs, self.choices.state)
        if unknown := ", ".join(ref for ref in dict.fromkeys(refs) if ref not in found):
            words = f"There is no case {unknown} that you may see. See whether the CRN is right"
            raise forms.ValidationError(words)
        return list(dict.fromkeys(refs))

    def clean_receivers(self) -> list[str]:
        """Posts that were ticked, or whose codes were typed."""
        return self._posts_in("receivers")

    def clean_others(self) -> list[str]:
        """The same of those beside the first."""
        return self._posts_in("others")

    def _posts_in(self, name: str) -> list[str]:
        given = self.cleaned_data[name]
        codes = [code for code in re.split(r"[\s,;]+", given) if code] if isinstance(given, str) else given
        there = {code for code, _ in self.choices.posts}
        if unknown := ", ".join(code for code in dict.fromkeys(codes) if code not in there):
            words = f"There is no post {unknown} that this plan could give cases to. See whether it is right"
            raise forms.ValidationError(words)
        return list(dict.fromkeys(codes))

    def clean(self) -> dict[str, Any]:
        """What has to be there together, or one of it alone."""
        typed: dict[str, Any] = self.cleaned_data
        if self.kind.do == "arrive" and not self.errors:
            if (typed["number"] is None) == (typed["a_week"] is None):
                self.add_error("number", "Enter how many cases, or how many a week, one of the two")
            elif (typed["a_week"] is None) != (typed["weeks"] is None):
                self.add_error("weeks", "Enter how many a week and for how many weeks")
        one_of_two = self.kind.do == "reduce" and not self.errors
        if one_of_two and (typed["hours"] is None) == (typed["percent"] is None):
            self.add_error("hours", "Enter hours a week or a share, one of the two")
        if typed.get("to") and typed["to"] in (typed.get("post"), typed.get("from")):
            self.add_error("to", "Choose somebody else: they hold these cases already")
        if not self.errors and typed.get("post") is None and typed.get("from") in typed.get("receivers", ()):
            self.add_error("receivers", "Choose others: they hold these cases already")
        if typed.get("others") and not typed.get("to"):
            self.add_error("to", "Choose who gets the first case")
        if typed.get("others") and {typed.get("to"), typed.get("post")}.intersection(typed["others"]):
            self.add_error("others", "Choose others: not who is chosen above")
        if self.kind.do == "rules" and not self.errors and not self._new_points():
            self.add_error("letter", "No case of these tiers and this type earns points, so nothing changes")
        return typed

    def _new_points(self) -> dict[str, Any]:
        letter, location, change = (self.cleaned_data[name] for name in ("letter", "location", "change"))
        return points_changed(self.choices.state, letter, location, change) if change else {}

    @property
    def step(self) -> dict[str, Any]:
        """The step as the file of a plan has it."""
        if self.kind.do == "rules":
            words = dict(LETTERS)[self.cleaned_data["letter"]], dict(TYPES)[self.cleaned_data["location"]]
            change = f"{self.cleaned_data['change'].normalize():+f}%"
            return {"do": "rules", "reference": f"{', '.join(words)}: {change}", "values": self._new_points()}
        names = {"place": "to", "receivers": "to"}
        typed = {names.get(name, name): self.cleaned_data[name] for name in self.kind.fields}
        if others := typed.pop("others", []):
            typed["to"] = [typed["to"], *others]
        return {
            "do": self.kind.do,
            **{name: value for name, value in typed.items() if value not in (None, "")},
        }


def hint_of(kind: str, name: str, choices: "StepChoices") -> str:
    """What is said under a field of a form."""
    said = HINTS.get((kind, name)) or HINTS.get(name, "")
    return f"{said}{TYPED}" if name in _SEVERAL and choices.of(name) is None else said


@dataclass(frozen=True)
class ShownField:
    """A field for the page: its label, its hint, and what there is to choose from, if anything."""

    name: str
    label: str
    hint: str
    choices: Sequence[tuple[str, str]] | None


class StepChoices:
    """What there is to choose from in a plan of a unit: its people and teams; of a team or a post, those of
    its PDU."""

    def __init__(self, actor: Any, unit: Unit, state: State) -> None:
        self.state = state
        posts = units.seen(state, actor, "post").exclude(stream=OMIC)
        teams = units.seen(state, actor, "team")
        near = "pdu" if unit.level in ("post", "team") else unit.level
        code = unit.code if near == unit.level else unit.pdu_code
        #: Whether there are too many people to tick.
        self.is_wide = near in ("region", units.NATION)
        within = {} if near == units.NATION else {f"{near}_code": code}
        self.teams = [(team.code, team.name) for team in teams.filter(**within)]
        names = dict(self.teams)
        found = sorted(
            posts.filter(**within),
            key=lambda post: (post.team_code != unit.team_code, names.get(post.team_code, ""), post.name),
        )
        self.posts = [(post.code, _post_words(post, names)) for post in found]
        may = visibility.allocates_to(actor, state)
        #: The same as those who get cases: to whom one may not allocate is said.
        self.receivers = [
            (code, words if may is None or may((post.team_code, post.staff_code)) else _barred(words))
            for (code, words), post in zip(self.posts, found, strict=True)
        ]
        self.kinds = kinds_of(state)
        pdus = units.seen(state, actor, "pdu").exclude(code=NOT_KNOWN)
        if near != units.NATION:
            pdus = pdus.filter(**{"code" if near == "pdu" else f"{near}_code": code})
        self.pdus = [(pdu.code, pdu.name) for pdu in pdus]

    def of(self, name: str) -> Sequence[tuple[str, str]] | None:
        """The choices of a field; None where it is typed."""
        both = [(code, f"Team {words}") for code, words in self.teams] + self.posts
        found: Mapping[str, Sequence[tuple[str, str]]] = {
            "kind": self.kinds,
            "becomes": self.kinds,
            "from": both,
            "place": both,
            "to": self.receivers,
            **({} if self.is_wide else dict.fromkeys(_SEVERAL, self.receivers)),
            "letter": LETTERS,
            "location": TYPES,
            "post": self.posts,
            "team": self.teams,
            "pdu": self.pdus,
            "level": [(level, level[:1].upper() + level[1:]) for level in ("green", "amber", "red")],
            "lever": [(name, lever.title) for name, lever in LEVERS.items() if not lever.needs],
            "grade": [(grade, grade) for grade in _GRADES],
        }
        return found.get(name)


def kinds_of(state: State) -> list[tuple[str, str]]:
    """Types and tiers of the data shown, as the file of a plan has them and in words."""
    return [
        (
            f"{'t2a:' * (stream == 't2a')}{location}:{'untiered' if tier == '0' else tier}",
            _words(location, tier, stream),
        )
        for stream in ("standard", "t2a")
        for location in LOCATIONS
        for tier in TIERS[state.tier_scheme]
    ]


def _words(location: str, tier: str, stream: str) -> str:
    said = case_words(location, tier, stream, suspended=False)
    return said[:1].upper() + said[1:]


def _barred(words: str) -> str:
    return f"{words}; {visibility.NOT_BY_YOU}"


def _post_words(post: Unit, teams: Mapping[str, str]) -> str:
    name = staff_names.shown(post.name, post.code) or post.code
    capacity = shown_capacity(post.points_x100, post.available_x100)
    return f"{name}, {post.grade}, {teams.get(post.team_code, post.team_code)} ({capacity})"
