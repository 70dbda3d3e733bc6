"""Pages of units, from the nation to a post: one address scheme, one view, a presenter for each tab."""
