"""The verbs of tradestackctl, one module each."""
