"""Where the feed comes from: from this gateway's own sources, or from another gateway.

FeedOrigin ◄─ Playback    plays the sources: sessions begin and end here
           ◄─ Relay       follows a feed; the commands are refused
"""

import enum
from typing import Protocol

from tradestack.configs.gateway import GatewayConfig
from tradestack.domain.faults import OperatorFault
from tradestack.sessions.feed_session import FeedSession
from tradestack.sources.pace import Gap, Pace


class SourceState(enum.Enum):
    """The state of the source."""

    CHECKING = "checking"  # before the first session
    RUNNING = "running"
    PAUSED = "paused"
    ENDED = "ended"
    FAULT = "fault"


class FeedOrigin(Protocol):
    """The present feed session and what makes it go on.

    config: the newest that was applied. fault: why nothing more is published. lag_ns: of the newest
    message after its first publication.
    """

    config: GatewayConfig
    fault: OperatorFault | None
    lag_ns: int

    @property
    def feed_session(self) -> FeedSession:
        """The present session. Raises RuntimeError before `open` has returned."""
        ...

    @property
    def state(self) -> SourceState:
        """The state of the source."""
        ...

    @property
    def checking(self) -> str:
        """What is done before the first session, for people."""
        ...

    @property
    def blocked(self) -> str | None:
        """Why nothing can be published; None if nothing prevents it."""
        ...

    @property
    def cut_off(self) -> str | None:
        """Why nothing is received from another gateway; None if that is not so."""
        ...

    @property
    def pace(self) -> str:
        """The present pace, for people."""
        ...

    def note_shortage(self, shortage: str | None) -> None:
        """Publish nothing while the disk is short of space."""
        ...

    def wait_ns(self, now_ns: int) -> int:
        """Return how long nothing will be due from this monotonic time on."""
        ...

    def gap(self) -> Gap:
        """Return the gap between the last tick and the next one, as far as that is known."""
        ...

    def overdue(self, now_ns: int) -> bool:
        """Return whether a tick should have been published long before this monotonic time."""
        ...

    def stats(self) -> dict[str, object]:
        """Return the values that only this origin has."""
        ...

    def apply_config(self, config: GatewayConfig) -> None:
        """Take a changed config."""
        ...

    async def open(self) -> None:
        """Continue the newest session, or begin one. Raises OperatorFault, OSError."""
        ...

    async def run(self) -> None:
        """Publish until cancelled."""
        ...

    def pause(self) -> None:
        """Publish nothing until `resume`. Raises Relayed, as the following commands do."""
        ...

    def resume(self) -> None:
        """Go on with the next tick."""
        ...

    def set_pace(self, pace: Pace) -> None:
        """Set the pace from the next tick on."""
        ...

    async def new_session(self) -> str:
        """End the session and begin another one; return its id."""
        ...

    def prune(self, sessions_kept: int | None = None) -> list[str]:
        """Remove old sessions that nobody reads; return their ids."""
        ...

    def close(self) -> None:
        """Close the session's files."""
        ...
