"""One client that is logged on: its connection, its numbers, its way to the order manager."""
