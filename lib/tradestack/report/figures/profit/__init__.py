"""The profit of fills: round trips, and ratios of profits."""
