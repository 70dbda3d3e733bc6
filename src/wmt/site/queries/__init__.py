"""Queries over figures, history and rules that pages, files and the API share."""
