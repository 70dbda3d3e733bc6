"""What people say is wrong with their figures, who answers by when, and what became of it."""
