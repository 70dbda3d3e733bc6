"""Plans that people keep: models and who may read them. What comes of a plan: `queries/plan_effects.py`."""
