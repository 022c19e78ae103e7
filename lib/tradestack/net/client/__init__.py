"""Clients of the feed and of the order manager, which survive disconnects."""
