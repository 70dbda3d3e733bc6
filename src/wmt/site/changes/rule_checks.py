"""What is wrong with a proposal of rules, what is missing, and what a person is asked before it goes on."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from wmt import rules
from wmt.days import written
from wmt.rules import amendments
from wmt.rules.values import Overlay
from wmt.site.availability.change_requests import ChangeFault
from wmt.site.clock import calendar_day
from wmt.site.rule_proposals import in_force
from wmt.site.rule_proposals.models import RuleProposal
from wmt.text import NAME, counted

#: So long may a name or a source be, and so long reasons and effects; so many values may a proposal have.
MOST_NAME, MOST_WORDS, MOST_VALUES = 200, 4_000, 3_000
#: A number that moves by more than this share of what it was is asked about.
_FAR = Decimal("0.5")
#: What runs over the threshold are judged by, on each of their days.
_MARKS = ("thresholds.", "four_week_rule.")


def wording(overlay: Overlay, not_consulted: str) -> list[ChangeFault]:
    """What is wrong with what is said of the values, as it was sent: nothing is cut off without a word."""
    found = []
    if not overlay.name.strip():
        found.append(ChangeFault("NAME", "Enter a name for the change", "name"))
    elif wrong := NAME.why_not(overlay.name):
        found.append(ChangeFault("NAME", f"The name holds {wrong}", "name"))
    asked = overlay.consultation
    short = {"source": overlay.reference, "body": asked.body, "letter": asked.letter}
    long = {"reason": overlay.reason, "effect": overlay.effect, "not_consulted": not_consulted}
    for texts, most in ((short, MOST_NAME), (long, MOST_WORDS)):
        found += [
            ChangeFault("TOO_LONG", f"Enter at most {most:,} characters", field)
            for field, text in texts.items()
            if len(text) > most
        ]
    if asked.day is not None and asked.day > calendar_day():
        found.append(ChangeFault("CONSULTED", "The day of the consultation has not come", "consulted_on"))
    return found


def values(overlay: Overlay, former: RuleProposal | None = None) -> list[ChangeFault]:
    """What is wrong with the values, by the rules in force here without what they supersede (`former`): as
    strict as for files."""
    if not overlay.entries:
        words = "Nothing differs from the rules that are in force on that day. Enter at least one other value"
        return [ChangeFault("NO_VALUES", words)]
    if len(overlay.entries) > MOST_VALUES:
        return [ChangeFault("TOO_MANY", f"A proposal can have at most {MOST_VALUES:,} values")]
    counts = Counter((path, day) for path, day, _ in overlay.entries)
    twice = sorted({path for (path, _), number in counts.items() if number > 1})
    if twice:
        words = "has two values for one day. Enter one"
        return [ChangeFault("TWICE", f"{path} {words}", path) for path in twice]
    return faults_of(amendments.faults(in_force.tree_under(former), overlay))


def faults_of(found: Iterable[rules.RuleFault]) -> list[ChangeFault]:
    """Faults of rules as faults of a request, each with the rule it is about as its field."""
    return [
        ChangeFault("VALUE", f"{each.key}: {each.message}" if each.key else each.message, each.key)
        for each in found
    ]


def missing(row: RuleProposal) -> list[ChangeFault]:
    """What has to be said before somebody can approve it."""
    overlay, asked = row.overlay, row.overlay.consultation
    found = []
    if not overlay.reference:
        found.append(ChangeFault("SOURCE", "Enter the source of the values", "source"))
    if not overlay.reason:
        found.append(ChangeFault("REASON", "Enter why the rules are to change", "reason"))
    said = (asked.body, asked.day, asked.letter)
    if any(said) and not all(said):
        words = "Enter who was consulted, on which day, and the reference of the letter: all three"
        found.append(ChangeFault("CONSULTATION", words, "body"))
    elif not any(said) and not row.not_consulted:
        words = "Enter who was consulted, or why nobody was"
        found.append(ChangeFault("CONSULTATION", words, "body"))
    return found


def questions(row: RuleProposal) -> list[str]:
    """What is unlikely to be meant, or has consequences that are easily missed."""
    tree, under, found = in_force.tree_now(), in_force.tree_under(row.supersedes), []
    if row.first_day <= calendar_day():
        found.append(
            f"It begins on {written(row.first_day)}, which is not ahead. Figures that were measured keep "
            "their rules. To measure a past day anew, load its extract again as a correction."
        )
        found += _judged_anew(row)
    far, later, waits = [], [], []
    for path, day, value in row.overlay.entries:
        if path not in under.parameters:
            continue  # the faults say so
        there, now = tree.parameter(path).at(day), under.parameter(path).at(day)
        if there is not None and _is_far(there.value, value):
            far.append(f"{path} from {there.value} to {value}")
        if now is not None and now.valid_from > calendar_day():
            waits.append(f"{path} ({_worth(now)} from {written(now.valid_from)}, then {value})")
        after = [each for each in under.parameter(path).values if each.valid_from > day]
        own = {each for at, each, _ in row.overlay.entries if at == path}
        if after and after[0].valid_from not in own:
            later.append(f"{path} ({after[0].value} from {written(after[0].valid_from)})")
    if far:
        found.append(f"{_listed(far, 'value')} by more than half: {_few(far)}.")
    if waits:
        found.append(f"{_replaces(waits)} one that is still ahead: {_few(waits)}.")
    if later:
        found.append(f"{_gives_way(later)} to a later value that is in the rules already: {_few(later)}.")
    if row.supersedes is not None:
        found += _reverting(tree, under, row)
    return found


def _judged_anew(row: RuleProposal) -> list[str]:
    """The question about marks of days gone by: runs are judged by them, not by the rules of a night."""
    former: tuple[str, ...] = ()
    if row.supersedes is not None and row.first_day <= calendar_day():
        former = row.supersedes.overlay.paths
    own = [path for path, day, _ in row.overlay.entries if day <= calendar_day()]
    marks = sorted(path for path in {*own, *former} if path.startswith(_MARKS))
    if not marks:
        return []
    return [
        f"It changes when somebody counts as over the threshold on days gone by ({_few(marks)}). How long "
        "people have been over, and what follows from it, is worked out anew for those days. Figures are not."
    ]


def _reverting(tree: rules.Tree, under: rules.Tree, row: RuleProposal) -> list[str]:
    """The question about values that end with what a proposal supersedes and that it does not say again."""
    found = [
        f"{path} from {written(day)} ({_worth(was)} to {_worth(then)})"
        for path, day, was, then in amendments.reverting(tree, under, row.overlay, row.first_day)
    ]
    if not found:
        return []
    verb = "goes" if len(found) == 1 else "go"
    first = f"{counted(len(found), 'value')} {verb} back to what the rules are without proposal"
    return [f"{first} {row.supersedes_id}, which this one supersedes: {_few(found, len(found))}."]


def _worth(value: rules.DatedValue | None) -> str:
    return "not in force" if value is None else "none" if value.value is None else str(value.value)


def _listed(found: list[str], noun: str) -> str:
    return f"{counted(len(found), noun)} {'changes' if len(found) == 1 else 'change'}"


def _replaces(found: list[str]) -> str:
    return f"{counted(len(found), 'value')} {'replaces' if len(found) == 1 else 'replace'}"


def _gives_way(found: list[str]) -> str:
    return f"{counted(len(found), 'value')} {'gives' if len(found) == 1 else 'give'} way"


def _few(found: list[str], most: int = 5) -> str:
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return f"{'; '.join(found[:most])}{more}"


def unanswered(row: RuleProposal, checked: bool) -> list[ChangeFault]:
    """The questions, where nobody said that they were looked at."""
    return asked([] if checked else questions(row))


def asked(found: Iterable[str]) -> list[ChangeFault]:
    """Questions as faults of a request that did not say that they were looked at."""
    return [ChangeFault("CHECK", f"{each} Tick that you have checked this", "checked") for each in found]


def ending(row: RuleProposal, day: date) -> list[str]:
    """What a person is asked before a change in force that superseded another ends: what holds then."""
    if row.supersedes_id is None:
        return []
    there = in_force.tree_without(row).at(day)
    found = [
        f"{path}: {_worth(there.get(path))}" for path in row.overlay.paths if path not in in_force.unfit(row)
    ]
    return [
        f"When it ends, what it superseded (proposal {row.supersedes_id}) does not come back. These hold "
        f"from {written(day)}: {_few(found, len(found))}. For others, propose a change from that day first."
    ]


def _is_far(before: rules.Scalar, after: rules.Scalar) -> bool:
    if isinstance(before, bool) or not isinstance(before, int | Decimal) or not before:
        return False
    if isinstance(after, bool) or not isinstance(after, int | Decimal):
        return False
    return abs(Decimal(after) - Decimal(before)) > _FAR * abs(Decimal(before))
