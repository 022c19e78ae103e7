"""The settings of a strategy's run: its identity, and the addresses of its servers."""

from dataclasses import dataclass

from tradestack.domain.order import Start
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class InstanceSettings:
    """What identifies an instance, and where it starts in a new feed session."""

    instance: str
    config_hash: str
    start: Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """The gateway's feed and the order manager, each at one or several addresses; the login."""

    feed: tuple[Address, ...]
    orders: tuple[Address, ...]
    credentials: Credentials
