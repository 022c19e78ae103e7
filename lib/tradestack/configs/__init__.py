"""The configuration of each daemon: its keys, with defaults and limits."""
