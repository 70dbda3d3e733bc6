"""Everything that is held about the person who asks: a page that says what there is, and a file to keep."""
