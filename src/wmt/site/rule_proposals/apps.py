"""The room's registration with Django."""

from django.apps import AppConfig


class RuleProposals(AppConfig):
    """Proposals to change rules."""

    name = "wmt.site.rule_proposals"
    label = "rule_proposals"
