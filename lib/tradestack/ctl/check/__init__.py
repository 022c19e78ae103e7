"""Checks of order journals and feed logs."""
