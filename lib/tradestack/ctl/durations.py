"""Durations for people."""

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))
_MICROSECONDS_PER_MILLISECOND = 1_000


def duration_text(seconds: float) -> str:
    """Format a duration in its two largest units: `3 d 4 h`, `12 min 5 s`, `1 min`."""
    seconds_left = int(seconds)
    parts: list[tuple[int, str]] = []
    for size, unit in _UNITS:
        count, seconds_left = divmod(seconds_left, size)
        if count or parts or unit == "s":
            parts.append((count, unit))
    first, *rest = parts
    return " ".join(f"{count} {unit}" for count, unit in [first, *rest[:1]] if count or not rest)


def milliseconds_text(microseconds: float) -> str:
    """Return a latency in milliseconds: 1234.5 → "1.23 ms"."""
    return f"{microseconds / _MICROSECONDS_PER_MILLISECOND:,.2f} ms"
