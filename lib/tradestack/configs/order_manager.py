"""The config keys of the order manager, with defaults and limits.

etc/order-manager.toml explains them.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.configs.durability import Durability
from tradestack.configs.execution import ExecutionKeys
from tradestack.configs.nats import NatsKeys
from tradestack.configs.replication import ReplicationKeys
from tradestack.configs.risk import USER, RiskKeys
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.order import QUANTITY_MAX
from tradestack.net.addresses import Address
from tradestack.net.allowance import Rate
from tradestack.net.server.limits import SessionLimits
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.quantities import Duration, FixedPoint
from tradestack.runtime.config.sections import Section
from tradestack.runtime.config.shared_keys import ORDERS_ADDRESS, ServerConfig
from tradestack.runtime.config.values import (
    Choice,
    FilePath,
    Integer,
    ListOf,
    MapOf,
    Symbol,
    TcpAddress,
    ValueParser,
    expect_text,
)
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.rules import Rules
from tradestack.wire.orders import MESSAGE_LENGTH_MAX
from tradestack.wire.soup import HEADER_LENGTH

# Bytes of a BusinessMessageReject, by which every message of a turn may be answered. A client is
# not read while half of `unsequenced_bytes_max` waits; the other half has room for two turns.
REFUSAL_LENGTH_MAX = 512
# Bytes of an order with all that a strategy fills in, and its packet's header. As many of them are
# received at a time as a turn may handle.
ORDER_LENGTH = 512
# Each takes about 180 bytes of memory: this many take 18 GB.
ORDERS_PER_SESSION_MAX = 100_000_000
NEVER = "never"
MINUTE_NS = 60 * NANOSECONDS_PER_SECOND


@dataclass(frozen=True, slots=True)
class TimeOfDay(ValueParser[int | None]):
    """HH:MM → nanoseconds after midnight; "never" → None."""

    @property
    def allowed(self) -> str:
        return 'a time of day in UTC, as in "21:30", or "never"'

    def parse(self, value: object) -> int | None:
        if value == NEVER:
            return None
        match = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", expect_text(value), re.ASCII)
        if match is None:
            raise ValueError
        return (int(match[1]) * 60 + int(match[2])) * MINUTE_NS

    def format(self, value: int | None) -> object:
        if value is None:
            return NEVER
        hours, minutes = divmod(value // MINUTE_NS, 60)
        return f"{hours:02d}:{minutes:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderManagerConfig(ServerConfig):
    """Keys of the order manager besides those that all daemons have."""

    listen: Address = key(ORDERS_ADDRESS, TcpAddress(), reload=Reload.RESTART)
    order_log: Path = key("/var/log/tradestack/order_log.txt", FilePath(), reload=Reload.RESTART)
    symbols: tuple[str, ...] = key([], ListOf(Symbol()), reload=Reload.AT_ONCE)
    order_qty_max: int = key("1000000", FixedPoint(1, QUANTITY_MAX), reload=Reload.AT_ONCE)
    max_order_age: int = key("0", Duration(), reload=Reload.AT_ONCE)
    risk: RiskKeys = key({}, Section(RiskKeys), reload=Reload.AT_ONCE)
    execution: ExecutionKeys = key({}, Section(ExecutionKeys), reload=Reload.NEXT_SESSION)
    feed_log_directory: Path = key("/var/lib/tradestack/gateway", FilePath(), reload=Reload.RESTART)
    halt_file: Path = key("/etc/tradestack/halt", FilePath(), reload=Reload.AT_ONCE)
    away_max: int = key("10s", Duration(NANOSECONDS_PER_SECOND), reload=Reload.AT_ONCE)
    cancel_on_disconnect: Mapping[str, int] = key(
        {}, MapOf(Duration(NANOSECONDS_PER_SECOND), name=USER), reload=Reload.AT_ONCE
    )
    feed_wait_max: int = key("5s", Duration(), reload=Reload.AT_ONCE)
    durability: Durability = key("os", Choice(Durability), reload=Reload.AT_ONCE)
    replication: ReplicationKeys = key({}, Section(ReplicationKeys), reload=Reload.RESTART)
    nats: NatsKeys = key({}, Section(NatsKeys), reload=Reload.RESTART)
    new_session_at: int | None = key("00:00", TimeOfDay(), reload=Reload.AT_ONCE)
    sessions_kept: int = key(30, Integer(1, 1_000), reload=Reload.AT_ONCE)
    orders_per_session_max: int = key(
        1_000_000, Integer(1, ORDERS_PER_SESSION_MAX), reload=Reload.AT_ONCE
    )
    orders_in_flight_max: int = key(64, Integer(1, 1_000), reload=Reload.AT_ONCE)
    messages_per_second_max: int = key(10_000, Integer(1, 1_000_000), reload=Reload.AT_ONCE)
    journal_orders_per_second: int = key(100, Integer(0, 10_000), reload=Reload.AT_ONCE)

    def __post_init__(self) -> None:
        """Raise ValueError for a disconnect that is noticed before its strategy counts as away."""
        if self.durability is Durability.REPLICATED:
            self.nats.require_servers('durability is "replicated"')
        for user, grace_ns in self.cancel_on_disconnect.items():
            if grace_ns < self.away_max:
                raise ValueError(f"cancel_on_disconnect.{user} is less than away_max")

    @property
    def rules(self) -> Rules:
        """Return what an order session takes."""
        return Rules(
            limits=self.risk_limits,
            reports_per_session_max=self.orders_per_session_max,
            uid=os.getuid(),
        )

    @property
    def risk_limits(self) -> RiskLimits:
        """Return the limits of pre-trade risk."""
        return self.risk.risk_limits(
            allowed_symbols=self.symbols,
            max_order_qty=self.order_qty_max,
            max_order_age_ns=self.max_order_age,
        )

    @property
    def limits(self) -> SessionLimits:
        """Return the limits of each client."""
        return SessionLimits(
            clients_max=self.clients_max,
            client_stall_max_ns=self.client_stall_max,
            connections_per_user_max=1,  # a later login replaces the earlier one
            packet_length_max=HEADER_LENGTH + MESSAGE_LENGTH_MAX,
            receive_bytes_max=HEADER_LENGTH
            + MESSAGE_LENGTH_MAX
            + ORDER_LENGTH * self.orders_in_flight_max,
            turn_packets_max=self.orders_in_flight_max,
            pass_packets_max=self.orders_in_flight_max,
            messages=Rate(self.messages_per_second_max, self.orders_in_flight_max),
            unsequenced_bytes_max=4 * REFUSAL_LENGTH_MAX * self.orders_in_flight_max,
        )
