"""Recorded sessions, for notebooks, programs and reports."""
