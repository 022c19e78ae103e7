"""The config keys of the gateway, with defaults and limits; etc/gateway.toml explains them."""

import datetime
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tradestack.configs.nats import STREAM_PREFIX, NatsKeys, StreamPrefix
from tradestack.domain.symbol import SYMBOLS_MAX
from tradestack.domain.times import format_utc
from tradestack.domain.units import NANOSECONDS_OF
from tradestack.net.addresses import Address
from tradestack.net.allowance import Rate
from tradestack.net.server.limits import SessionLimits
from tradestack.runtime.config.key_fault import KeyFault
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.named_files import NamedFile
from tradestack.runtime.config.password import read_login_password
from tradestack.runtime.config.quantities import ByteSize, Duration
from tradestack.runtime.config.sections import Section
from tradestack.runtime.config.shared_keys import (
    CLIENTS_MAX,
    FEED_ADDRESS,
    HOST_USERS,
    SEGMENT_SUFFIX_LENGTH_MAX,
    ServerConfig,
)
from tradestack.runtime.config.values import (
    Choice,
    FilePath,
    Integer,
    ListOf,
    MapOf,
    TcpAddress,
    TcpAddresses,
    Text,
    ValueParser,
    expect_text,
)
from tradestack.sources.csv.options import COLUMNS, OPTIONS, ReadingOptions
from tradestack.sources.csv.parsing.rows import OnBadRow
from tradestack.sources.csv.source import Reading
from tradestack.sources.csv.times.timestamps import parse_timestamp
from tradestack.sources.pace import Pace, parse_pace
from tradestack.store.shared_memory.trusted_users import TRUSTED_USERS
from tradestack.wire.soup import USER_LENGTH_MAX

IGNORED_MESSAGES = Rate(100, 100)  # from one client of the feed, which has no reason to send any


class SourceChoice(enum.Enum):
    """Where the ticks come from."""

    CSV = "csv"
    RANDOM_WALK = "random-walk"
    RELAY = "relay"
    NATS = "nats"

    @property
    def is_followed(self) -> bool:
        """Whether it is another gateway's feed, whose sessions and numbers are kept."""
        return self in (SourceChoice.RELAY, SourceChoice.NATS)


class AtEnd(enum.Enum):
    """What happens to the session at the end of the source."""

    HOLD = "hold"
    LOOP = "loop"
    END_SESSION = "end-session"


@dataclass(frozen=True, slots=True)
class PaceValue(ValueParser[Pace]):
    """The pace of publication."""

    @property
    def allowed(self) -> str:
        return '"1x", "60x", "500/s" or "max"'

    def parse(self, value: object) -> Pace:
        try:
            return parse_pace(expect_text(value))
        except ValueError:
            raise ValueError from None  # `allowed` has the same text

    def format(self, value: Pace) -> object:
        return str(value)


@dataclass(frozen=True, slots=True)
class Moment(ValueParser[int]):
    """A point in time → nanoseconds since the Unix epoch."""

    @property
    def allowed(self) -> str:
        return 'a time as in "2013-10-10T14:30:00Z"; without a zone it is UTC'

    def parse(self, value: object) -> int:
        if isinstance(value, datetime.datetime):  # as TOML writes it without quotes
            value = value.isoformat()
        try:
            return parse_timestamp(expect_text(value))[1]
        except ValueError:
            raise ValueError from None  # `allowed` has the same text

    def format(self, value: int) -> object:
        return format_utc(value)


@dataclass(frozen=True, slots=True)
class Files(ValueParser[tuple[str, ...]]):
    """Paths of files and directories, and patterns like "day*.csv", made absolute at once."""

    @property
    def allowed(self) -> str:
        return "the path of a file or directory, a pattern, or a list of them"

    def parse(self, value: object) -> tuple[str, ...]:
        texts = value if isinstance(value, list | tuple) else [value]
        paths = tuple(str(FilePath().parse(text)) for text in texts)
        if not paths:
            raise ValueError("is empty")
        if len(set(paths)) < len(paths):
            raise ValueError("has an entry twice")
        return paths

    def format(self, value: tuple[str, ...]) -> object:
        return value[0] if len(value) == 1 else list(value)


@dataclass(frozen=True, slots=True)
class FormatTable(ValueParser[ReadingOptions]):
    """The section [format]: options of files, each as it is written on the command line."""

    @property
    def allowed(self) -> str:
        return f"a table of {', '.join(OPTIONS)}"

    def parse(self, value: object) -> ReadingOptions:
        if not isinstance(value, Mapping):
            raise ValueError("is not a table")
        options = ReadingOptions()
        for name, entry in value.items():
            if name not in OPTIONS:
                raise ValueError(f"has an unknown entry {name!r}")
            try:
                options = options.with_text(name, _as_text(entry))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return options

    def format(self, value: ReadingOptions) -> object:
        return dict(value.texts)


def _as_text(entry: object) -> str:
    if isinstance(entry, bool):
        return str(entry).lower()
    if isinstance(entry, list):
        return ",".join(map(str, entry))
    return str(entry)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewayConfig(ServerConfig):
    """The keys of the gateway, beside those that it shares with other daemons."""

    listen: Address = key(FEED_ADDRESS, TcpAddress(), reload=Reload.RESTART)
    segment_suffix: str = key(
        "",
        Text("[A-Za-z0-9_.-]*", "letters, digits, '_.-'", SEGMENT_SUFFIX_LENGTH_MAX),
        reload=Reload.RESTART,
    )

    source: SourceChoice = key("csv", Choice(SourceChoice), reload=Reload.NEXT_SESSION)
    prices: tuple[str, ...] | None = key(None, Files(), reload=Reload.NEXT_SESSION)
    sentiment: tuple[str, ...] | None = key(None, Files(), reload=Reload.NEXT_SESSION)
    columns: Mapping[str, tuple[str, ...]] = key(
        {},
        MapOf(ListOf(Text(length_max=256), 16, length_min=1), COLUMNS),
        reload=Reload.NEXT_SESSION,
    )
    format: ReadingOptions = key({}, FormatTable(), reload=Reload.NEXT_SESSION)
    on_bad_row: OnBadRow = key("skip", Choice(OnBadRow), reload=Reload.NEXT_SESSION)
    validate_bytes_max: int = key("64MiB", ByteSize(), reload=Reload.NEXT_SESSION)
    start_at: int | None = key(None, Moment(), reload=Reload.NEXT_SESSION)

    upstream: tuple[Address, ...] | None = key(None, TcpAddresses(), reload=Reload.RESTART)
    upstream_user: str | None = key(
        None,
        Text("(?!#)[!-9;-~]+", "printable ASCII without space, colon, # in front", USER_LENGTH_MAX),
        reload=Reload.RESTART,
    )
    password_file: Path | None = key(None, NamedFile(read_login_password), reload=Reload.RESTART)
    server_users: tuple[str, ...] = key(list(TRUSTED_USERS), HOST_USERS, reload=Reload.RESTART)
    stream_prefix: str = key(STREAM_PREFIX, StreamPrefix(), reload=Reload.RESTART)
    nats: NatsKeys = key({}, Section(NatsKeys), reload=Reload.RESTART)

    walk_seed: int = key(1, Integer(0, 2**63 - 1), reload=Reload.NEXT_SESSION)
    walk_symbols: int = key(10, Integer(1, SYMBOLS_MAX), reload=Reload.NEXT_SESSION)
    walk_news_every: int = key(100, Integer(0, 10**9), reload=Reload.NEXT_SESSION)
    walk_interval: int = key(
        "2ms", Duration(maximum_ns=NANOSECONDS_OF["h"]), reload=Reload.NEXT_SESSION
    )

    connections_per_user_max: int = key(32, Integer(1, CLIENTS_MAX), reload=Reload.AT_ONCE)

    pace: Pace = key("500/s", PaceValue(), reload=Reload.AT_ONCE)
    max_gap: int = key("60s", Duration(), reload=Reload.AT_ONCE)
    at_end: AtEnd = key("loop", Choice(AtEnd), reload=Reload.AT_ONCE)

    def __post_init__(self) -> None:
        for name in ("upstream", "upstream_user"):
            if self.source is SourceChoice.RELAY and getattr(self, name) is None:
                example = {"upstream": "gateway.example:8999", "upstream_user": "relay"}[name]
                raise KeyFault(
                    (name,), 'is not set, and source is "relay"', f'set it: {name} = "{example}"'
                )

        if self.source is SourceChoice.RELAY and self.listen in (self.upstream or ()):
            problem = f"{self.listen} is the address of this gateway itself (key listen)"
            raise KeyFault(("upstream",), problem, "name the gateway that is to be followed")
        if self.source is SourceChoice.NATS:
            self.nats.require_servers('source is "nats"')

    def reading(self) -> Reading:
        """Return how files are read."""
        return Reading(columns=self.columns, options=self.format, on_bad_row=self.on_bad_row)

    def session_limits(self) -> SessionLimits:
        """Return the limits of the feed server's clients."""
        return SessionLimits(
            clients_max=self.clients_max,
            connections_per_user_max=self.connections_per_user_max,
            client_stall_max_ns=self.client_stall_max,
            messages=IGNORED_MESSAGES,
        )
