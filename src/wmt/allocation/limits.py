"""What a protected post may get: no new cases, fewer of them, less capacity, or not every kind of case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from wmt import ledger
from wmt.allocation.cases import CaseToGive
from wmt.allocation.eligibility import names_tier
from wmt.days import written


@dataclass(frozen=True, kw_only=True)
class CaseLimits:
    """What a manager set for a post until a day: active cases at most, capacity at most in hundredths of a
    per cent, and by type of case the tiers it may not get as eligibility rules write them ('A B3', 'all')."""

    until: date | None
    no_new: bool = False
    most_cases: int | None = None
    most_x100: int | None = None
    not_tiers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """That a post is protected: no more than everybody may read."""
        return f"protected until {written(self.until)}" if self.until else "protected"

    @property
    def words(self) -> list[str]:
        """Every limit in words."""
        kinds = [self._of_type(location) for location in self.not_tiers]
        return [*self._numbers.values(), *kinds]

    def refusal(self, cases: int, with_it: ledger.Moment, case: CaseToGive | None = None) -> str:
        """Why the post is not to get a case, or several, in words; '' where it may.

        `cases` are the active cases it would have then, `with_it` its points and available points.
        """
        numbers = self._numbers
        if self.no_new:
            return numbers["no_new"]
        if case is not None and self._names(case):
            return self._of_type(case.location)
        if self.most_cases is not None and cases > self.most_cases:
            return numbers["most_cases"]
        if self.most_x100 is not None and ledger.is_over(*with_it, self.most_x100):
            return numbers["most_x100"]
        return ""

    def _names(self, case: CaseToGive) -> bool:
        """Whether the kind of a case is one it may not get. A case without a tier may turn out to be any."""
        tiers = self.not_tiers.get(case.location, "")
        return bool(tiers) and (case.tier == "0" or names_tier(tiers, case.tier))

    @property
    def _numbers(self) -> dict[str, str]:
        percent = f"{ledger.decimal(self.most_x100 or 0):f}".rstrip("0").rstrip(".")
        found = {
            "no_new": "no new cases" if self.no_new else "",
            "most_cases": "" if self.most_cases is None else f"at most {self.most_cases:,} active cases",
            "most_x100": "" if self.most_x100 is None else f"at most {percent}% capacity",
        }
        return {name: words for name, words in found.items() if words}

    def _of_type(self, location: str) -> str:
        tiers = self.not_tiers[location]
        of_tier = "" if tiers == "all" else f" of tier {', '.join(tiers.split())}"
        return f"no {location} cases{of_tier}"
