"""Execution of orders against the recorded trades: models, arrival, matching, fees."""
