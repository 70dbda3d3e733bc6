"""Advice to courts: dated notices of what a unit that is full cannot take."""
