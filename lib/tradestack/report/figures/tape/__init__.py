"""The tape by symbol, and what of it is shown."""
