"""What fills have earned: round trips, and ratios of profits."""
