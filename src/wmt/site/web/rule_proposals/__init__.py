"""Pages on which a change of rules is proposed, looked at before it is approved, and decided."""
