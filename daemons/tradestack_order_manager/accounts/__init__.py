"""Execution: the accounts, their tapes, and what the passing of time does to them."""
