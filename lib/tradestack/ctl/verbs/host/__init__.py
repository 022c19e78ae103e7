"""Verbs that change files and units of an installation."""
