"""How long the primary has been silent, as counted by the standby.

Counted in looks at the stream and not by a clock: a look that finds no stream says nothing about
the primary, and neither does the time in which this process itself was stopped.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Silence:
    """The looks since the primary was heard. looks_max: how many are too many; None: none are."""

    looks_max: int | None
    looks: int = 0

    def heard(self) -> None:
        """Note that the primary has said something."""
        self.looks = 0

    def look(self, *, is_stream_there: bool) -> None:
        """Note a look at the stream at which nothing of the primary was heard."""
        self.looks = self.looks + 1 if is_stream_there else 0

    @property
    def is_over(self) -> bool:
        """Whether it has lasted long enough to take over."""
        return self.looks_max is not None and self.looks >= self.looks_max
