"""Pages over time: figures day by day, why they moved, the questions of years, the archive of reductions."""
