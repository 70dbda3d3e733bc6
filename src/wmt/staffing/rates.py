"""The dated rules that turn points and hours into people, ready to be used. Nothing is rounded here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from wmt.errors import RefusalError
from wmt.grades import GRADES
from wmt.plan.full_pool import FullRules
from wmt.rules import DatedValue, NoRuleError, RuleSet, load
from wmt.rules.formulas import points_f1_exact

#: Reports, and all other work with points: kinds of work beside the kinds of cases (`full_kinds`).
REPORTS, OTHER = "reports", "other"
CHAINS = ("product", "sum")


class StaffingError(RefusalError):
    """Rules from which no number of people follows; the message says which and what to do."""


@dataclass(frozen=True)
class Rates:
    """What a full-time officer's year holds, and who does which work, by the rules of a day.

    `chosen` is the chain to use instead of the rules' own: 'product' takes NET and NAT off one after the
    other, 'sum' together. `other` are numbers that a scenario has instead, by the path of their rule.
    """

    ruleset: RuleSet
    chosen: str | None = None
    other: Mapping[str, Decimal] = field(default_factory=dict)

    def value(self, path: str) -> DatedValue:
        """A rule; of nights saved before there was one, the value of their day. What scenarios start from was
        published late: before its first day, the first there is.

        Raises StaffingError where there is none.
        """
        found = self._found(path)
        return replace(found, value=self.other[path], status="overlay") if path in self.other else found

    def _found(self, path: str) -> DatedValue:
        try:
            return self.kinds.rule(path)
        except NoRuleError as error:
            known = load().parameters.get(path)
            if known is None or not path.startswith("staffing.demand."):
                raise StaffingError(str(error)) from None
            return known.values[0]

    def in_chain(self, chain: str) -> "Rates":
        """The same with another chain."""
        return replace(self, chosen=chain)

    @cached_property
    def kinds(self) -> FullRules:
        """What kind of work a case is, and the rules of the day beside those of the night."""
        return FullRules(self.ruleset)

    def number(self, path: str) -> Fraction:
        """A rule that is a number."""
        value = self.value(path).value
        assert isinstance(value, int | Decimal)
        return Fraction(value)

    @property
    def chain(self) -> str:
        return self.chosen or str(self.value("staffing.chain").value)

    @cached_property
    def nat(self) -> Fraction:
        """The share of contracted time that is non-attributable."""
        return self.number("nat_percent") / 100

    @cached_property
    def days_a_year(self) -> Fraction:
        """Paid days of a full-time year: 260.7."""
        return self.number("staffing.working_days_a_week") * self.weeks

    @cached_property
    def weeks(self) -> Fraction:
        return self.number("weeks_per_year")

    @cached_property
    def days_away(self) -> Mapping[str, Fraction]:
        """Non-effective time (NET) in days a year, by what it is for."""
        within = self.number("staffing.training_days_in_net")
        published = self.number("net_percent") / 100 * self.days_a_year
        # how many training days there are was published in 2023 only
        stated = self.ruleset.get("staffing.training_days") is not None
        return {
            "leave, sickness and other absence": published - within,
            "training": self.number("staffing.training_days") if stated else within,
            "more days away": self.number("staffing.more_days_away"),
        }

    @cached_property
    def net(self) -> Fraction:
        """The share of contracted time that is non-effective, built of days."""
        return sum(self.days_away.values(), Fraction()) / self.days_a_year

    @cached_property
    def share_left(self) -> Fraction:
        """The share of contracted time that is left for cases. Raises StaffingError where it is none."""
        left = (1 - self.net) * (1 - self.nat) if self.chain == "product" else 1 - self.net - self.nat
        if left <= 0:
            raise StaffingError(
                f"NET of {float(self.net * 100):.1f}% and NAT of {float(self.nat * 100):.1f}% leave no "
                "time for cases; lower net_percent, nat_percent or staffing.more_days_away"
            )
        return left

    @cached_property
    def full_time(self) -> Fraction:
        """Hours of a full-time week of a probation officer."""
        return self.number("full_time_hours.PO")

    @cached_property
    def hours_of_fte(self) -> Fraction:
        """Hours a year that one full-time officer has for cases and reports."""
        return self.full_time * self.weeks * self.share_left

    @cached_property
    def hours_of_point(self) -> Fraction:
        """Hours a year behind one point: formula F1 turned round, not rounded."""
        return 1 / points_f1_exact(1, self.value("nat_percent").value, self.value("weeks_per_year").value)  # type: ignore[arg-type]

    @cached_property
    def points_of_fte(self) -> Fraction:
        """Standing points that one full-time officer carries through the year."""
        return self.hours_of_fte / self.hours_of_point

    def shares(self, kind: str) -> Mapping[str, Fraction]:
        """How much of the work of a kind each grade does. Raises StaffingError where it is not all of it."""
        if kind not in self._shares:
            self._shares[kind] = self._shares_of(kind)
        return self._shares[kind]

    @cached_property
    def _shares(self) -> dict[str, Mapping[str, Fraction]]:
        return {}

    def _shares_of(self, kind: str) -> Mapping[str, Fraction]:
        path = f"staffing.shares.{kind}"
        values = self.ruleset.under(path) or self.kinds.of_day.under(path)
        found = {
            grade: Fraction(self.other.get(f"{path}.{grade}", values[grade].value)) / 100  # type: ignore[arg-type]
            for grade in GRADES
            if grade in values
        }
        if sum(found.values()) != 1:
            added = float(sum(found.values()) * 100)
            raise StaffingError(
                f"the shares under {path} add up to {added:g}%; change them so that they make 100%"
            )
        return found
