"""etc/order-manager.toml → OrderManagerConfig: every key, its default and its limits."""

import re
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.order import QUANTITY_MAX
from tradestack.net.addresses import Address
from tradestack.net.server.limits import SessionLimits
from tradestack.runtime.config import key
from tradestack.runtime.config_values import (
    ByteSize,
    Choice,
    Duration,
    FilePath,
    FixedPoint,
    Integer,
    ListOf,
    Symbol,
    TcpAddress,
    ValueParser,
    expect_text,
)
from tradestack.runtime.log_level import LogLevel
from tradestack.trading.checks import Rules
from tradestack.wire.orders import MESSAGE_LENGTH_MAX
from tradestack.wire.soup import HEADER_LENGTH
from tradestack_order_manager.durability import Durability

# Ten times as many would need gigabytes for what is known of them.
ORDERS_PER_SESSION_MAX = 100_000_000
MINUTE_NS = 60 * NANOSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True)
class TimeOfDay(ValueParser[int]):
    """HH:MM → nanoseconds after midnight."""

    @property
    def allowed(self) -> str:
        return 'a time of day in UTC, as in "21:30"'

    def parse(self, value: object) -> int:
        match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", expect_text(value), re.ASCII)
        if match is None:
            raise ValueError
        return (int(match[1]) * 60 + int(match[2])) * MINUTE_NS

    def format(self, value: int) -> object:
        hours, minutes = divmod(value // MINUTE_NS, 60)
        return f"{hours:02d}:{minutes:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderManagerConfig:
    """The order manager's keys; etc/order-manager.toml says what each is for."""

    listen: Address = key("127.0.0.1:8998", TcpAddress())
    users_file: Path = key("/etc/tradestack/users", FilePath())
    order_log: Path = key("/var/log/tradestack/order_log.txt", FilePath())
    symbols: tuple[str, ...] = key([], ListOf(Symbol()))
    order_qty_max: int = key("1000000", FixedPoint(1, QUANTITY_MAX))
    max_order_age: int = key("30s", Duration())
    durability: Durability = key("os", Choice(Durability))
    new_session_at: int | None = key(None, TimeOfDay())
    sessions_kept: int = key(3, Integer(1, 1_000))
    free_bytes_min: int = key("1GiB", ByteSize())
    orders_per_session_max: int = key(1_000_000, Integer(1, ORDERS_PER_SESSION_MAX))
    orders_in_flight_max: int = key(1_000, Integer(1, 100_000))
    clients_max: int = key(256, Integer(1, 4_096))
    client_stall_max: int = key("60s", Duration(NANOSECONDS_PER_SECOND))
    journal_orders_per_second: int = key(100, Integer(0, 10_000))
    control_socket: Path | None = key(None, FilePath())
    state_directory: Path | None = key(None, FilePath())
    log_level: LogLevel = key("info", Choice(LogLevel))

    @property
    def rules(self) -> Rules:
        """What orders are checked against."""
        return Rules(
            symbols=frozenset(self.symbols),
            order_qty_max=self.order_qty_max,
            order_age_max_ns=self.max_order_age,
            reports_per_session_max=self.orders_per_session_max,
        )

    @property
    def limits(self) -> SessionLimits:
        """What each client may cost."""
        return SessionLimits(
            clients_max=self.clients_max,
            client_stall_max_ns=self.client_stall_max,
            packet_length_max=HEADER_LENGTH + MESSAGE_LENGTH_MAX,
        )
