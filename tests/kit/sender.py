"""A sender of order messages without a connection."""

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class MemorySender:
    """A user's connection that keeps what it is sent beside the report stream."""

    user: str
    session_id: str = ""
    unsequenced: list[bytes] = field(default_factory=list)

    def count_malformed(self) -> None:
        """Accept any number of malformed messages."""

    def send_unsequenced(self, payload: bytes) -> None:
        """Keep the message."""
        self.unsequenced.append(payload)
