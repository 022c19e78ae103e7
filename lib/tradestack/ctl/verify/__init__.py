"""Verification of the files of a feed session: its log, and the order journals of it."""
