"""What a verification has compared, in numbers."""

from dataclasses import dataclass


@dataclass(slots=True)
class Counts:
    """What was compared; unplaced: reports that no account has made, and no fold explains."""

    orders: int = 0
    requests: int = 0
    reports: int = 0
    fills: int = 0
    checkpoints: int = 0
    unplaced: int = 0
