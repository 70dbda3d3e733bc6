"""Retention: private text goes when its time is over, by dated policies. Every figure stays what it was."""

from wmt.site.retention.removal import apply, due

__all__ = ["apply", "due"]
