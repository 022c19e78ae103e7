"""etc/strategy/<instance>.toml → StrategyConfig: every key, its default and its limits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from tradestack.domain.fixed_point import format_fixed
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
    ValueParser,
)
from tradestack.runtime.log_level import LogLevel
from tradestack.strategies.registry import STRATEGIES, build_strategy
from tradestack.wire.soup import USER_LENGTH_MAX

# More in flight than the order manager may hold up in one connection gains nothing.
ORDERS_IN_FLIGHT_MAX = 100_000


class DecimalText(ValueParser[str]):
    """A decimal number → its shortest text: 60 and "60.0" are the same parameter."""

    _number = FixedPoint()

    @property
    def allowed(self) -> str:
        return self._number.allowed

    def parse(self, value: object) -> str:
        return format_fixed(self._number.parse(value))

    def format(self, value: str) -> object:
        return value


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategyConfig:
    """One strategy instance."""

    signal: str = key("news", Text("|".join(STRATEGIES), " or ".join(STRATEGIES), 32))
    parameters: Mapping[str, str] = key({}, MapOf(DecimalText()))
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
            parameters = build_strategy(self.signal, self.parameters).parameters()
        except ValueError as error:
            raise ValueError(f"parameters: {error}") from None
        object.__setattr__(self, "parameters", MappingProxyType(dict(parameters)))
