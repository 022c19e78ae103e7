"""The process of a daemon: what it inherits, its limits, how it starts and ends."""
