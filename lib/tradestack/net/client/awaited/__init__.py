"""Orders and requests that can be awaited, and the reports of a user."""
