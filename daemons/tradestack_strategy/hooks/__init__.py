"""The code of a user's strategy, as it runs: watched, paused, and beside the feed."""
