"""The process of a daemon: what it inherits, what it may use, how it starts and ends."""
