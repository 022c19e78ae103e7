"""Strategies of one's own: checked, and brought into an installation with what they need."""
