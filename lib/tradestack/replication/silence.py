"""How long the primary has been silent, as counted by the standby.

Counted in looks at the stream and not by a clock: a look that finds no stream says nothing about
the primary, and neither does the time in which this process itself was stopped. Nor does a look at
a leader that the other servers do not follow: then it is this host that may be cut off.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class Silence:
    """The looks since the primary was heard. looks_max: how many are too many; None: none are.

    is_over: whether it has lasted long enough to take over. Most servers have to confirm the
    stream's leader after that: what they have not confirmed yet may be the begin of an isolation.
    """

    looks_max: int | None
    looks: int = 0
    is_over: bool = False
    _long_since_ns: int | None = None  # monotonic

    def heard(self) -> None:
        """Note that the primary has said something, or that nothing could be heard."""
        self.looks, self.is_over, self._long_since_ns = 0, False, None

    def look(self, now_ns: int, confirmed_ns: int | None) -> None:
        """Note a look at the stream at which nothing of the primary was heard.

        confirmed_ns: until when most servers have followed the leader; None: too long ago.
        """
        if confirmed_ns is None:
            self.heard()
            return
        self.looks += 1
        if self.looks_max is not None and self.looks >= self.looks_max:
            if self._long_since_ns is None:
                self._long_since_ns = now_ns
            self.is_over = confirmed_ns >= self._long_since_ns
