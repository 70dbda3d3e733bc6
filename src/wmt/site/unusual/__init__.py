"""Answers to unusual changes."""
