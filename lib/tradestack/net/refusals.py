"""Refused logins by origin: beyond their rate, the next logins from there wait to be looked at.

It is for a server that passes passwords on to another one. There all of them have one origin, so
that guesses of others would delay the right ones.
"""

from tradestack.domain.clock import Clock
from tradestack.net.allowance import Allowance, Rate

ORIGINS_MAX = 1_024  # that are remembered; beyond, the oldest is forgotten


class Refusals:
    """The refused logins of each origin (origins.py)."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        self._rate = rate
        self._clock = clock
        self._allowances: dict[str, Allowance] = {}

    def may_try(self, origin: str) -> bool:
        """Return whether a login from there may be looked at now."""
        return self._allowance(origin).left(self._rate, self._clock.monotonic_ns()) > 0

    def note(self, origin: str) -> None:
        """Note that a login from there was refused."""
        allowance = self._allowance(origin)
        allowance.left(self._rate, self._clock.monotonic_ns())  # adds what time has given back
        allowance.spend(self._rate, 1)

    def _allowance(self, origin: str) -> Allowance:
        if origin not in self._allowances:
            if len(self._allowances) >= ORIGINS_MAX:
                del self._allowances[next(iter(self._allowances))]
            self._allowances[origin] = Allowance()
        return self._allowances[origin]
