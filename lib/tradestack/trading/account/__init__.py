"""Accounts: what one user's orders, fills and positions are in one feed session."""
