"""Files that a job makes: asked for by a person, kept for some days, theirs alone."""
