"""Where a FIX session stands."""

import enum


class State(enum.Enum):
    """The states of a FIX session; link.py has how they follow each other."""

    CHECKING = "checking"
    ACTIVE = "active"
    OVER = "over"
