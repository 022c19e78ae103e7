"""The section [replication] of the order manager's config.

etc/order-manager.toml explains the keys.
"""

import enum
import os
from dataclasses import dataclass

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.quantities import Duration
from tradestack.runtime.config.values import Choice, Integer, Text, ValueParser, expect_text

NEVER = "never"
TAKEOVER_AFTER_NS_MIN = NANOSECONDS_PER_SECOND
NAME = "[A-Za-z0-9_-]{1,32}"
HOST = "[A-Za-z0-9._-]{0,64}"
REPLICAS_MAX = 5


class Role(enum.Enum):
    """What an order manager begins as."""

    PRIMARY = "primary"
    STANDBY = "standby"


@dataclass(frozen=True, slots=True)
class TakeoverAfter(ValueParser[int | None]):
    """A duration → nanoseconds; "never" → None."""

    @property
    def allowed(self) -> str:
        return 'a duration of 1 s or more, as in "10s", or "never"'

    def parse(self, value: object) -> int | None:
        return None if expect_text(value) == NEVER else _SILENCE.parse(value)

    def format(self, value: int | None) -> object:
        return NEVER if value is None else _SILENCE.format(value)


_SILENCE = Duration(TAKEOVER_AFTER_NS_MIN)


@dataclass(frozen=True, kw_only=True)
class ReplicationKeys:
    """Keys of [replication], which hold with durability = "replicated"."""

    role: Role = key("primary", Choice(Role), reload=Reload.RESTART)
    host: str = key("", Text(HOST, "letters, digits, '._-'"), reload=Reload.RESTART)
    stream: str = key("ORDERS", Text(NAME, "letters, digits, '_-'"), reload=Reload.RESTART)
    replicas: int = key(3, Integer(1, REPLICAS_MAX), reload=Reload.RESTART)
    takeover_after: int | None = key(NEVER, TakeoverAfter(), reload=Reload.RESTART)

    @property
    def own_name(self) -> str:
        """Return the name of this host, by which the others know it."""
        return self.host or os.uname().nodename
