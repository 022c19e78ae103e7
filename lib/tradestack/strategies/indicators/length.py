"""Lengths of indicators: of how many values they are."""

# Values kept by an indicator, 40 bytes each or more: with all symbols of a full book (4,096) one
# takes less than 2 GB. What looks further back takes bars.
LENGTH_MAX = 10_000


def checked_length(length: int, *, minimum: int = 1, name: str = "length") -> int:
    """Return the length. Raises ValueError with what is allowed."""
    if not (isinstance(length, int) and minimum <= length <= LENGTH_MAX):
        limits = f"{minimum} to {LENGTH_MAX:,}"
        raise ValueError(f"{name} is {length!r}, allowed is a whole number from {limits}")
    return length
