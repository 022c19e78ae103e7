"""A stretch of feed time."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The event times from start_ns to before end_ns, ns since the Unix epoch."""

    start_ns: int
    end_ns: int

    @property
    def length_ns(self) -> int:
        """How long it is."""
        return self.end_ns - self.start_ns
