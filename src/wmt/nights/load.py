"""A load: input → facts → night folder, all or nothing."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from pathlib import Path

import polars as pl

import wmt
from wmt import intake, policy, rules
from wmt.days import moment_words
from wmt.facts import Facts
from wmt.intake import read
from wmt.ledger import Ledger, warm_up
from wmt.nights import folder, summary, withdrawal, write
from wmt.nights.carry_forward import keep_former
from wmt.nights.comparison_nights import ComparisonRequest, weigh
from wmt.nights.lock import loading
from wmt.nights.plausibility import Verdict
from wmt.nights.quality import to_put_right
from wmt.nights.report import check_report, checksums
from wmt.rules.amendments import fingerprint

Progress = Callable[[str, float], None]
#: Gives facts and kept tables of a night with what the caller knows of its posts and the input does not.
Known = Callable[[Facts, Mapping[str, pl.DataFrame]], tuple[Facts, Mapping[str, pl.DataFrame]]]


@dataclass(frozen=True)
class Loaded:
    """What a load did. `night` is None when the input was refused, or is held and was never there.

    `is_new` is False when the night was there. `verdict` is how it compares with the one shown; None where
    nothing was compared.
    """

    night: folder.Night | None
    is_new: bool
    report: intake.Import | None
    verdict: Verdict | None = None
    is_held: bool = False


@dataclass(frozen=True, kw_only=True)
class Acceptance:
    """That a person wants a night although it is not plausible, and why.

    `beside` names the nights it had been compared with when they said so; None when whatever is found is
    accepted.
    """

    reason: str
    beside: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class Order:
    """What was asked for: the input, and how to take it."""

    paths: Sequence[Path]
    people: Path | None = None
    set_aside: bool = False
    names: bool = False
    rules_date: date | None = None
    overlays: Sequence[rules.Overlay] = ()
    correction: bool = False
    #: people's tables are kept elsewhere and change by themselves: they do not make the input another one
    people_apart: bool = False
    #: a night older than the one shown joins the history
    history: bool = False
    #: the night that is shown, where that is not the latest of the folder
    shown: summary.Summary | None = None
    #: the last day an extract may be of; None: any
    last_day: date | None = None
    acceptance: Acceptance | None = None
    policies: Callable[[date], rules.RuleSet] = policy.at
    #: read in a process of its own under these limits and their memory; None: here, as the program does
    limits: Mapping[str, intake.InputLimits] | None = None
    known: Known | None = None
    progress: Progress | None = None

    def tell(self, stage: str, share: float) -> None:
        """Say how far the load is, if anybody listens."""
        if self.progress:
            self.progress(stage, share)

    def checksum(self) -> str:
        """One checksum over everything the caller decides the results with."""
        people = [self.people] if self.people and not self.people_apart else []
        parts = {
            "sources": checksums([*self.paths, *people]),
            "set_aside": self.set_aside,
            "names": self.names,
            "rules_date": str(self.rules_date),
            "overlays": [f"{overlay.name} {overlay.entries}" for overlay in self.overlays],
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def load(nights: Path, order: Order) -> Loaded:
    """Load an extract into a folder of nights.

    The same input again does nothing. Another input for a moment that has a night already is refused
    with NightError, unless it is marked as a correction: then it stands beside the former, which is kept.
    Raises NightBusyError when another load is under way, and WithdrawnError for the input of a night that is
    withdrawn.
    """
    with loading(nights, f"loading {', '.join(path.name for path in order.paths)}"):
        write.sweep(nights)
        withdrawal.finish(nights)
        saved = folder.saved_nights(nights)
        checksum = order.checksum()
        # only the latest of a moment is what stands: what a correction replaced may be put back by another
        for night in {night.manifest.as_at: night for night in saved}.values():
            if night.manifest.inputs == checksum and _has_these_rules(night.manifest):
                return _there(night, saved, order)
        withdrawal.refuse_withdrawn(nights, checksum, _has_these_rules if order.correction else None)
        # another thread lets the ledger make its SQL meanwhile: it takes as long as a small read
        with ThreadPoolExecutor(1) as beside:
            beside.submit(warm_up)
            reader = read if order.limits is None else partial(intake.read_apart, limits=order.limits)
            taken = reader(
                order.paths,
                people=order.people,
                people_stand=order.people_apart,
                set_aside=order.set_aside,
                names=order.names,
                progress=order.progress,
                last_day=order.last_day,
                tree=rules.load(),
            )
        if taken.facts is None:
            return Loaded(None, False, taken)
        return _store(nights, saved, order, taken, taken.facts, checksum)


def _there(night: folder.Night, saved: Sequence[folder.Night], order: Order) -> Loaded:
    """A night that was loaded before. Where it would be shown in place of another, it is compared again."""
    shown = order.shown
    if shown is None or shown.name == night.name or night.manifest.as_at < shown.as_at or night.damage():
        return Loaded(night, False, None)  # whoever shows it says what is damaged
    others = [other for other in saved if other.name != night.name]
    verdict = _weighed(summary.summary_of_night(night), others, order)
    if verdict.is_held and not _accepts(order.acceptance, verdict):
        return Loaded(night, False, None, verdict, is_held=True)
    return Loaded(night, False, None, verdict)


def _weighed(now: summary.Summary, saved: Sequence[folder.Night], order: Order) -> Verdict:
    wanted = ComparisonRequest(
        order.shown, order.last_day, history=order.history, correction=order.correction
    )
    return weigh(now, saved, wanted, order.policies(now.as_at.date()))


def _accepts(acceptance: Acceptance | None, verdict: Verdict) -> bool:
    return acceptance is not None and acceptance.beside in (None, verdict.beside)


def _store(
    nights: Path,
    saved: Sequence[folder.Night],
    order: Order,
    taken: intake.Import,
    facts: Facts,
    checksum: str,
) -> Loaded:
    """Work the night out; write it, unless it is not plausible."""
    revision = _revision(nights, saved, facts.as_at, order.correction)
    ruleset = rules.load().at(order.rules_date or facts.day, order.overlays)
    inputs: Mapping[str, pl.DataFrame] = taken.canonical
    if order.known is not None:
        facts, inputs = order.known(facts, inputs)
    # the night whose figures posts that are set aside keep: the last one, or the one being corrected
    earlier = [night for night in saved if night.manifest.as_at <= facts.as_at]
    facts, former = keep_former(facts, earlier[-1] if earlier else None)
    order.tell("working out every line", 0.7)
    tables = write.results(Ledger(facts, ruleset, former=former))
    tables |= to_put_right(facts, inputs, ruleset, tables["results/lines"], earlier)
    report = check_report(taken)
    name = folder.night_name(facts.as_at, revision)
    now = summary.summary_of(name, facts.as_at, tables["results/totals"], report, taken.layout or "")
    verdict = _weighed(now, saved, order)
    if verdict.is_held and not _accepts(order.acceptance, verdict):
        return Loaded(None, False, taken, verdict, is_held=True)
    order.tell("writing the night", 0.9)
    content = write.Content(
        facts=facts,
        ruleset=ruleset,
        former=former,
        inputs=inputs,
        results=tables,
        report=report,
    )
    accepted = (
        {"reason": order.acceptance.reason if order.acceptance else "", **verdict.as_data()}
        if verdict.is_held
        else None
    )
    path = write.write_night(nights, content, _about(taken, facts, ruleset, checksum, revision), accepted)
    return Loaded(folder.open_night(path), True, taken, verdict)


def _about(
    taken: intake.Import, facts: Facts, ruleset: rules.RuleSet, checksum: str, revision: int
) -> dict[str, object]:
    """What the manifest says of the night itself."""
    return {
        "format": folder.FORMAT,
        "as_at": facts.as_at,
        "layout": taken.layout,
        "tier_scheme": facts.tier_scheme,
        "rules_date": ruleset.day,
        "overlays": ruleset.overlays,
        "sources": [vars(source) for source in taken.sources],
        "inputs": checksum,
        "revision": revision,
        "program": wmt.__version__,
        **({"approved": approved} if (approved := _approved_on(ruleset.day)) else {}),
    }


def _approved_on(day: date) -> str:
    """What of the rules of a day this installation approved."""
    return fingerprint(rules.load(), rules.shipped(), day)


def _has_these_rules(manifest: folder.NightManifest) -> bool:
    """Whether a night was measured by what is approved for its day now: else the same input makes another
    night, beside it, as a correction."""
    return manifest.approved == _approved_on(manifest.rules_date)


def _revision(nights: Path, saved: Sequence[folder.Night], as_at: datetime, correction: bool) -> int:
    """0 for the first night of a moment, one more for each correction of it, and of one that is withdrawn."""
    same = [night for night in saved if night.manifest.as_at == as_at]
    if same and not correction:
        raise folder.NightError(
            f"there is data of {moment_words(as_at)} already, made from other input or other rules "
            f"({same[-1].name}). Saved data is never rewritten: if this is a correction, say so "
            "(--correction, or the box of that name on the page) and both will be kept"
        )
    away = [night for night in withdrawal.withdrawn_nights(nights) if night.manifest.as_at == as_at]
    return max((night.manifest.revision + 1 for night in (*same, *away)), default=0)
