"""Observation of what happens and how much: events, metrics, statistics."""
