"""Charts: one scale, one canvas, one figure on the page and in a file. Presenters give whole numbers."""
