"""The lines of cases in cohorts: which cohorts there are, their lines by unit, who may read a count."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import BigIntegerField, Count, F, QuerySet, Sum, Value
from django.db.models.functions import Cast, Upper

from wmt import ledger
from wmt.facts.cohorts import CaseCohort, names
from wmt.ledger.lines import WEIGHTED_FLAGS
from wmt.nights import NightError
from wmt.rules import DatedValue
from wmt.site.accounts import limited_access, visibility
from wmt.site.figures.line_queries import Amounts
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.night_cohorts import cohorts_in
from wmt.site.workload.state import State, rules_of

#: The sums of units by the code of the unit and that of the cohort.
ByCohort = Mapping[str, Mapping[str, list[Amounts]]]
_Sums = dict[str, dict[str, list[Amounts]]]
_OPEN_AT = ("region", "nation")
#: So many cases are named in a question to the database; of more, all that are in cohorts are read.
_NAMED = 500


def cohorts_of(state: State) -> dict[str, CaseCohort]:
    """The cohorts that have names by the rules of the figures; none where their night is gone."""
    try:
        return cohorts_in(rules_of(state))
    except NightError:
        return {}


def weighting_of(state: State, cohort: CaseCohort) -> DatedValue | None:
    """The rule that weighs the cases of a cohort as those with its flag; None where there is none."""
    kinds = [kind for kind, (flag, _) in WEIGHTED_FLAGS.items() if cohort.weighed and flag == cohort.flag]
    try:
        return rules_of(state).get(f"case_weighting.{kinds[0]}") if kinds else None
    except NightError:
        return None


def is_open(user: Any, state: State, unit: Unit, cohort: CaseCohort, grade: str = "") -> bool:
    """Whether somebody may know how many cases of a cohort a unit has.

    Of a private one, whoever may read its cases there; how many a whole region or the nation has is open.
    """
    is_whole = unit.level in _OPEN_AT and unit.whole and not grade
    return not cohort.private or is_whole or visibility.cases(user, state).covers(unit)


def is_whole_count(user: Any, state: State, unit: Unit, cohort: CaseCohort) -> bool:
    """Whether a count may be told to the last case, with its points: of a private cohort only to whoever may
    read its cases."""
    return not cohort.private or visibility.cases(user, state).covers(unit)


def names_of(user: Any, state: State, refs: Collection[str]) -> dict[str, str]:
    """What the cohorts of some cases are called, by the reference as it was asked for. Only of cases that are
    in any, and of those alone that somebody may read where they are held now."""
    if not refs:
        return {}
    lines = Line.objects.filter(load_id=state.load_id).exclude(cohorts="")
    lines = lines.filter(ref__in=refs) if len(refs) <= _NAMED else lines
    found = [row for row in lines.order_by("pk").values_list("ref", "cohorts", "post_no") if row[0] in refs]
    if not found:
        return {}
    posts = Unit.objects.filter(load_id=state.load_id, level="post", whole=True)
    posts = posts.filter(number__in={post for *_, post in found})
    readable = set(visibility.cases(user, state).among(posts).values_list("number", flat=True))
    named, hidden = cohorts_of(state), limited_access.hidden_from(user)
    return {
        ref: ", ".join(names(codes, named))
        for ref, codes, post in found
        if post in readable and ref.upper() not in hidden
    }


def sums_of(state: State, units: Sequence[Unit], *, user: Any, grade: str = "") -> ByCohort:
    """What the lines of cases in cohorts come to, of units of one level and stream.

    A line of a case in two cohorts is in the sums of both. With a grade, only lines of posts of it. Below a
    region cases that somebody is shut out of are in no sum of a private cohort: beside the list, which does
    not name them, it would tell which they are.
    """
    if not units:
        return {}
    level, codes = units[0].level, {unit.code for unit in units}
    posts = Unit.objects.filter(load_id=state.load_id, level="post", stream=units[0].stream)
    lines = Line.objects.filter(load_id=state.load_id).exclude(cohorts="")
    lines = lines.filter(grade=grade) if grade else lines
    if level in ("team", "post"):
        number, unit_of = f"{level}_no", {unit.number: unit.code for unit in units}
        lines = lines.filter(**{f"{number}__in": list(unit_of)})
    else:
        number, unit_of = "team_no", _units_of_teams(state, level)
        posts = posts if level == "nation" else posts.filter(**{f"{level}_code__in": codes})
    # of many posts few lines are in cohorts: an index of those alone is quicker than one by post, which a
    # database takes where it can
    lines = lines.alias(held_by=F("post_no") + 0 if level in _OPEN_AT else F("post_no"))
    place = Value(units[0].code) if level == "nation" else F(number)
    held = lines.filter(held_by__in=posts.values("number"))
    found = _summed(held, place, unit_of, codes)
    private = {code for code, each in cohorts_of(state).items() if each.private}
    asks = level not in _OPEN_AT and any(private.intersection(each) for each in found.values())
    if asks and (hidden := limited_access.hidden_from(user)):
        readable = held.annotate(upper=Upper("ref")).exclude(upper__in=hidden)
        shown = _summed(readable, place, unit_of, codes)
        for code, each in found.items():
            for cohort in private.intersection(each):
                each[cohort] = shown.get(code, {}).get(cohort, [])
        found = {code: {name: rows for name, rows in each.items() if rows} for code, each in found.items()}
    return found


def _summed(
    lines: QuerySet[Line], place: Value | F, unit_of: Mapping[Any, str], codes: Collection[str]
) -> _Sums:
    """The amounts of lines by the code of the unit they are placed at and that of the cohort."""
    sums = {f"sum_{name}": Cast(Sum(name), BigIntegerField()) for name in ledger.AMOUNTS}
    grouped = lines.values("cohorts", place=place).annotate(many=Cast(Count("pk"), BigIntegerField()), **sums)
    found: _Sums = defaultdict(lambda: defaultdict(list))
    for cohorts, where, *amounts in grouped.order_by().values_list("cohorts", "place", "many", *sums):
        if (code := unit_of.get(where, where)) in codes:
            for cohort in cohorts.split():
                found[code][cohort].append(Amounts(*amounts))
    return found


def _units_of_teams(state: State, level: str) -> dict[int | None, str]:
    """The codes of the PDUs or regions of teams, by the number of the team; nothing of the nation."""
    if level == "nation":
        return {}
    teams = Unit.objects.filter(load_id=state.load_id, level="team", whole=True)
    return dict(teams.values_list("number", f"{level}_code"))
