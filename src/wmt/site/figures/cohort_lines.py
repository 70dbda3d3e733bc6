"""The lines of cases in cohorts: which cohorts there are, their lines by unit, who may read a count."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, Count, Sum
from django.db.models.functions import Cast

from wmt import ledger
from wmt.facts.cohorts import CaseCohort, named_cohorts
from wmt.ledger.lines import WEIGHTED_FLAGS
from wmt.nights import NightError
from wmt.rules import DatedValue, RuleSet
from wmt.site.accounts import visibility
from wmt.site.figures import line_queries
from wmt.site.workload.models import Line, Unit
from wmt.site.workload.night_rows import CELL_LEVELS
from wmt.site.workload.state import State, rules_of

#: Lines of units by the code of the unit and that of the cohort.
ByCohort = Mapping[str, Mapping[str, list[line_queries.Lines]]]
_OPEN_AT = ("region", "nation")


def cohorts_of(state: State) -> dict[str, CaseCohort]:
    """The cohorts that have names by the rules of the figures; none where their night is gone."""
    try:
        return _named(rules_of(state))
    except NightError:
        return {}


@lru_cache(maxsize=8)
def _named(ruleset: RuleSet) -> dict[str, CaseCohort]:
    return named_cohorts({path: value.value for path, value in ruleset.under("cohorts").items()})


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


def sums_of(state: State, units: Sequence[Unit], *, grade: str = "") -> ByCohort:
    """The lines of cases in cohorts of units of one level and stream, summed by what priced them.

    A line of a case in two cohorts is among those of both. With a grade, only lines of posts of it.
    """
    if not units:
        return {}
    level, codes = units[0].level, {unit.code for unit in units}
    posts = Unit.objects.filter(load_id=state.load_id, level="post", stream=units[0].stream)
    lines = Line.objects.filter(load_id=state.load_id).exclude(cohorts="")
    lines = lines.filter(grade=grade) if grade else lines
    key = "post_no" if level == "post" else "team_no"
    if level in CELL_LEVELS:
        teams = Unit.objects.filter(load_id=state.load_id, level="team", whole=True)
        places = teams.values_list("number", "code" if level == "nation" else f"{level}_code")
        unit_of = {number: "nation" if level == "nation" else code for number, code in places}
        posts = posts if level == "nation" else posts.filter(**{f"{level}_code__in": codes})
    else:
        unit_of = {unit.number: unit.code for unit in units}
        lines = lines.filter(**{f"{key}__in": list(unit_of)})
    sums = {f"sum_{name}": Cast(Sum(name), BigIntegerField()) for name in ledger.AMOUNTS}
    grouped = lines.filter(post_no__in=posts.values("number")).values("cohorts", key, "pricing")
    grouped = grouped.annotate(many=Cast(Count("pk"), BigIntegerField()), **sums).order_by()
    pricing = line_queries.pricing_of(state)
    found: dict[str, dict[str, list[line_queries.Lines]]] = defaultdict(lambda: defaultdict(list))
    for cohorts, number, priced, *amounts in grouped.values_list("cohorts", key, "pricing", "many", *sums):
        if (code := unit_of.get(number)) in codes:
            for cohort in cohorts.split():
                found[code][cohort].append(line_queries.Lines(code, grade, pricing[priced], *amounts))
    return found
