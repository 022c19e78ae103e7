"""The config keys of a strategy instance, with defaults and limits.

etc/strategy/news.toml explains them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.fixed_point import FIXED_MAX, FIXED_MIN
from tradestack.domain.order import QUANTITY_MAX, Start
from tradestack.net.addresses import Address
from tradestack.runtime.config.keys import Reload, key, required_key
from tradestack.runtime.config.quantities import FixedPoint
from tradestack.runtime.config.shared_keys import SEGMENT_SUFFIX_LENGTH_MAX, DaemonConfig
from tradestack.runtime.config.values import (
    Choice,
    FilePath,
    Integer,
    ListOf,
    MapOf,
    Symbol,
    TcpAddress,
    Text,
)
from tradestack.wire.soup import USER_LENGTH_MAX
from tradestack_strategy.parameters import SignalName, effective_parameters

# The most that the order manager lets one connection have in flight.
ORDERS_IN_FLIGHT_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyConfig(DaemonConfig):
    """The keys of a strategy instance, beside those of every daemon.

    Those that decide about orders make up the epoch: another value is another epoch, and an epoch
    begins with a start of the process. So they need a restart, as does what names a peer.
    """

    signal: SignalName = key("news", Choice(SignalName), reload=Reload.RESTART)
    parameters: Mapping[str, int] = key(
        {}, MapOf(FixedPoint(FIXED_MIN, FIXED_MAX)), reload=Reload.RESTART
    )
    symbols: tuple[str, ...] = key([], ListOf(Symbol()), reload=Reload.RESTART)
    quantity: int = required_key(FixedPoint(1, QUANTITY_MAX), reload=Reload.RESTART)
    user: str = required_key(
        Text("(?!#)[!-9;-~]+", "printable ASCII without space, colon, # in front", USER_LENGTH_MAX),
        reload=Reload.RESTART,
    )
    start: Start = key("now", Choice(Start), reload=Reload.RESTART)
    feed: Address = key("127.0.0.1:8999", TcpAddress(), reload=Reload.RESTART)
    orders: Address = key("127.0.0.1:8998", TcpAddress(), reload=Reload.RESTART)
    orders_in_flight_max: int = key(1_000, Integer(1, ORDERS_IN_FLIGHT_MAX), reload=Reload.AT_ONCE)
    password_file: Path | None = key(None, FilePath(), reload=Reload.RESTART)
    segment_suffix: str = key(
        "",
        Text("[A-Za-z0-9_.-]*", "letters, digits and _ . -", SEGMENT_SUFFIX_LENGTH_MAX),
        reload=Reload.RESTART,
    )

    def __post_init__(self) -> None:
        try:
            parameters = effective_parameters(self.signal, self.parameters)
        except ValueError as error:
            raise ValueError(f"parameters: {error}") from None
        object.__setattr__(self, "parameters", parameters)
