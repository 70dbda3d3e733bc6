"""Proposals to change rules: what is proposed, who approved it, and the rules in force with that."""
