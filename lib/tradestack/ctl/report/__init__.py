"""The summary of a report for a terminal, and the choice of its session."""
