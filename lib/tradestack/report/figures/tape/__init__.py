"""The tape by symbol, and the parts of it that are shown."""
