"""Verbs that change what running daemons do."""
