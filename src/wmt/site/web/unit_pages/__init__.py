"""The page of a unit: one view for every tab, and what is around them."""
