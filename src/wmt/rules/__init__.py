"""Rules: what things are worth, and since when.

`load()` gives the tree of dated parameters, `tree.at(day)` the rules in force on a day, overlays laid over.
The room stands alone: it knows no table, no engine and no file of figures.
"""

from wmt.rules import formulas
from wmt.rules.errors import NoRuleError, RuleFault, RulesError
from wmt.rules.overlays import load_overlay, validate
from wmt.rules.ruleset import RuleChange, RuleSet, diff, from_yaml
from wmt.rules.tree import Tree, as_tree, load, otherwise, shipped, using
from wmt.rules.units import UNITS, Scalar, ValueUnit
from wmt.rules.values import ALWAYS, STATUSES, DatedValue, Overlay, Parameter

__all__ = [
    "ALWAYS", "STATUSES", "UNITS", "DatedValue", "NoRuleError", "Overlay", "Parameter", "RuleChange",
    "RuleFault", "RuleSet", "RulesError", "Scalar", "Tree", "ValueUnit", "as_tree", "diff", "formulas",
    "from_yaml", "load", "load_overlay", "otherwise", "shipped", "using", "validate",
]  # fmt: skip
