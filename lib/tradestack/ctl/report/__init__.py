"""The report of a session for a terminal, and which session it is of."""
