"""Forms: the fields that several pages have."""
