"""Verbs that query the daemons."""
