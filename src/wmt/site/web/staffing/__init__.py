"""The page on how many people the work of a unit needs, beside those who are there."""
