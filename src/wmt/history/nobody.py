"""Names that are nobody's, such as 'Vacant', 'Agency 1' and 'Not Known': a policy, dated as any other."""

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from pathlib import Path

import polars as pl

from wmt import policy, rules
from wmt.facts import GRADES

log = logging.getLogger(__name__)
PATH, STRONG_PATH = "names.of_nobody", "names.of_no_person"
#: What may stand beside the words of a name of nobody: numbers, single letters, and codes of grades.
_LITTLE = rf"^(\d+|.|{'|'.join(GRADES)}|NQO)$".lower()


def own_policies(nights: Path) -> Sequence[rules.Overlay]:
    """The `policy.yaml` beside the nights; none where there is none, or where it has faults."""
    own = nights.parent / "policy.yaml"
    try:
        return [policy.load_file(own)] if own.is_file() else []
    except rules.RulesError as fault:
        log.warning("the program's own names of nobody are used, because the policies have faults: %s", fault)
        return []


def words_of_nobody(
    own: Sequence[rules.Overlay], day: date | None = None
) -> tuple[frozenset[str], frozenset[str]]:
    """All words in force on a day, or today, and those that say by themselves that there is no person.

    Where `own` says nothing of names they are the program's.
    """
    # archives may hold figures of years before there were policies: the first ones stand for them
    found = policy.at(max(day or date.today(), min(policy.load().days)), own)
    strong = words_in(found, STRONG_PATH)
    return words_in(found, PATH) | strong, strong


def words_in(policies: rules.RuleSet, path: str) -> frozenset[str]:
    """The words that a set of policies has at a path; none where it is of a day before there were any."""
    found = policies.get(path)
    value = "" if found is None else str(found.value)
    return frozenset(
        "".join(sign for sign in word.strip().lower() if sign.isalnum())
        for word in value.split(",")
        if word.strip()
    )


def may_be_nobody(name: str, words: Collection[str]) -> pl.Expr:
    """Whether a name holds a word of nobody or a digit, or has no letters: it must not say who is who."""
    parts = _parts(name)
    marked = parts.list.eval(pl.element().is_in(sorted(words)) | pl.element().str.contains(r"\d")).list.any()
    return marked | (pl.col(name).str.replace_all(r"[^\p{L}]", "").str.len_chars() < 2)


def is_nobody(name: str, words: Collection[str], strong: Collection[str]) -> pl.Expr:
    """Whether a name says that there is no person: a strong word, and beside it words of nobody, numbers,
    single letters and grades alone.

    Other words of nobody, such as 'Bank' and 'Pool', are surnames too: they say nothing by themselves.
    """
    is_strong = pl.element().is_in(sorted(strong))
    is_other = pl.element().is_in(sorted(words)) | pl.element().str.contains(_LITTLE)
    only_such = _parts(name).list.eval(is_strong | is_other).list.all()
    # a name that is not known says nothing
    return (only_such & _parts(name).list.eval(is_strong).list.any()).fill_null(False)


def unclear_names(names: Iterable[str], words: Collection[str]) -> set[str]:
    """Those of some names that may be nobody's."""
    found = pl.DataFrame({"name": sorted(set(names))}, schema={"name": pl.String})
    return set(found.filter(may_be_nobody("name", words))["name"])


def _parts(name: str) -> pl.Expr:
    """The words of a name in lower case, without what is neither a letter nor a digit."""
    plain = pl.col(name).str.to_lowercase().str.replace_all(r"[/'’.]", "")
    return plain.str.extract_all(r"[\p{L}\p{N}]+")
