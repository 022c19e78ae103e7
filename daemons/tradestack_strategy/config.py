"""etc/strategy/<instance>.toml → StrategyConfig: every key, its default and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.fixed_point import FIXED_MAX, FIXED_MIN
from tradestack.domain.order import QUANTITY_MAX, Start
from tradestack.net.addresses import Address
from tradestack.runtime.config import key, required_key
from tradestack.runtime.config_values import (
    Choice,
    FilePath,
    FixedPoint,
    Integer,
    ListOf,
    MapOf,
    Symbol,
    TcpAddress,
    Text,
)
from tradestack.runtime.log_level import LogLevel
from tradestack.wire.soup import USER_LENGTH_MAX
from tradestack_strategy.parameters import SignalName, effective_parameters

# More in flight than the order manager may hold up in one connection gains nothing.
ORDERS_IN_FLIGHT_MAX = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyConfig:
    """One strategy instance."""

    signal: SignalName = key("news", Choice(SignalName))
    parameters: Mapping[str, int] = key({}, MapOf(FixedPoint(FIXED_MIN, FIXED_MAX)))
    symbols: tuple[str, ...] = key([], ListOf(Symbol()))
    quantity: int = required_key(FixedPoint(1, QUANTITY_MAX))
    user: str = required_key(
        Text("(?!#)[!-9;-~]+", "printable ASCII without space, colon, # in front", USER_LENGTH_MAX)
    )
    start: Start = key("now", Choice(Start))
    feed: Address = key("127.0.0.1:8999", TcpAddress())
    orders: Address = key("127.0.0.1:8998", TcpAddress())
    orders_in_flight_max: int = key(1_000, Integer(1, ORDERS_IN_FLIGHT_MAX))
    password_file: Path | None = key(None, FilePath())
    segment_suffix: str = key("", Text("[A-Za-z0-9_.-]*", "letters, digits and _ . -", 64))
    control_socket: Path | None = key(None, FilePath())
    state_directory: Path | None = key(None, FilePath())
    log_level: LogLevel = key("info", Choice(LogLevel))

    def __post_init__(self) -> None:
        try:
            parameters = effective_parameters(self.signal, self.parameters)
        except ValueError as error:
            raise ValueError(f"parameters: {error}") from None
        object.__setattr__(self, "parameters", parameters)
