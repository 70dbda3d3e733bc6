"""Hours and reductions on pages: of one post, of a team, by tables that are uploaded, and the reasons."""
