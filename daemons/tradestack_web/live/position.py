"""Where a viewer is in the feed and in the order journal: the id of an event."""

import re
from dataclasses import dataclass

NONE = "-"
_POSITION = re.compile(
    r"([0-9A-Z]{10}|-)\.([0-9]{1,15})\.([0-9A-Z]{10}|-)\.([0-9]{1,15})", re.ASCII
)


@dataclass(frozen=True, slots=True)
class Position:
    """Behind message `sequence` of a feed session and byte `offset` of an order session's journal.

    A session is "-" while there is none.
    """

    feed_session: str = NONE
    sequence: int = 0
    order_session: str = NONE
    offset: int = 0

    def __str__(self) -> str:
        """Return the id."""
        return f"{self.feed_session}.{self.sequence}.{self.order_session}.{self.offset}"


def parse_position(text: str) -> Position | None:
    """Id → position; None if it is no id."""
    match = _POSITION.fullmatch(text)
    if match is None:
        return None
    return Position(match[1], int(match[2]), match[3], int(match[4]))
