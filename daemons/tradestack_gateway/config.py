"""etc/gateway.toml → GatewayConfig: every key, its default and its limits."""

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.times import format_utc
from tradestack.net.addresses import Address
from tradestack.net.server.limits import SessionLimits
from tradestack.runtime.config import key
from tradestack.runtime.config_values import (
    ByteSize,
    Choice,
    Duration,
    FilePath,
    Integer,
    ListOf,
    MapOf,
    TcpAddress,
    Text,
    ValueParser,
    expect_text,
)
from tradestack.runtime.log_level import LogLevel
from tradestack.sources.csv.header import STANDARD_NAMES, ColumnNames
from tradestack.sources.csv.rows import OnBadRow
from tradestack.sources.csv.timestamps import parse_timestamp
from tradestack_gateway.pace import Pace, parse_pace

SECOND_NS = 1_000_000_000
BOOK_SYMBOLS_MAX = 4_096  # what the books hold


class SourceChoice(enum.Enum):
    """Where the ticks come from."""

    CSV = "csv"
    RANDOM_WALK = "random-walk"


class AtEnd(enum.Enum):
    """What the end of the source means for the session."""

    HOLD = "hold"
    LOOP = "loop"
    END_SESSION = "end-session"


@dataclass(frozen=True, slots=True)
class PaceValue(ValueParser[Pace]):
    """A pace."""

    @property
    def allowed(self) -> str:
        return '"1x", "60x", "500/s" or "max"'

    def parse(self, value: object) -> Pace:
        try:
            return parse_pace(expect_text(value))
        except ValueError:
            raise ValueError from None  # its text repeats what `allowed` says

    def format(self, value: Pace) -> object:
        return str(value)


@dataclass(frozen=True, slots=True)
class Moment(ValueParser[int]):
    """A point in time → ns since the Unix epoch."""

    @property
    def allowed(self) -> str:
        return 'a time as in "2013-10-10T14:30:00Z"; without a zone it is UTC'

    def parse(self, value: object) -> int:
        if isinstance(value, datetime.datetime):  # TOML has a form of its own, without quotes
            value = value.isoformat()
        try:
            return parse_timestamp(expect_text(value))[1]
        except ValueError:
            raise ValueError from None  # its text repeats what `allowed` says

    def format(self, value: int) -> object:
        return format_utc(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig:
    """All keys; etc/gateway.toml explains them."""

    listen: Address = key("127.0.0.1:8999", TcpAddress())
    control_socket: Path | None = key(None, FilePath())
    state_directory: Path | None = key(None, FilePath())
    users_file: Path = key("/etc/tradestack/users", FilePath())
    log_level: LogLevel = key("info", Choice(LogLevel))
    segment_suffix: str = key("", Text("[A-Za-z0-9_.-]*", "letters, digits, '_.-'", 64))

    source: SourceChoice = key("csv", Choice(SourceChoice))
    prices: Path | None = key(None, FilePath())
    sentiment: Path | None = key(None, FilePath())
    columns: Mapping[str, tuple[str, ...]] = key(
        {}, MapOf(ListOf(Text(length_max=256), 16, length_min=1), tuple(STANDARD_NAMES))
    )
    on_bad_row: OnBadRow = key("skip", Choice(OnBadRow))
    validate_bytes_max: int = key("64MiB", ByteSize())

    walk_seed: int = key(1, Integer(0, 2**63 - 1))
    walk_symbols: int = key(10, Integer(1, BOOK_SYMBOLS_MAX))
    walk_news_every: int = key(100, Integer(0, 10**9))
    walk_interval: int = key("2ms", Duration(maximum_ns=3600 * SECOND_NS))

    pace: Pace = key("500/s", PaceValue())
    start_at: int | None = key(None, Moment())
    max_gap: int = key("60s", Duration())
    at_end: AtEnd = key("loop", Choice(AtEnd))
    sessions_kept: int = key(3, Integer(1, 1_000))
    free_bytes_min: int = key("1GiB", ByteSize())

    clients_max: int = key(256, Integer(1, 10_000))
    client_stall_max: int = key("60s", Duration(SECOND_NS))

    def column_names(self) -> ColumnNames:
        """What each column may be called in a file."""
        return {**STANDARD_NAMES, **self.columns}

    def session_limits(self) -> SessionLimits:
        """What the feed server allows its clients."""
        return SessionLimits(
            clients_max=self.clients_max, client_stall_max_ns=self.client_stall_max
        )
