"""Values → text that a terminal shows as it is."""


def printable(value: object) -> str:
    """Value → text without line breaks and without characters that would move a cursor."""
    return "".join(c if c.isprintable() else "?" for c in str(value))
