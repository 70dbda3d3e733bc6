"""Loads: how an extract becomes the figures that are shown, and what becomes of the nights that are kept."""
