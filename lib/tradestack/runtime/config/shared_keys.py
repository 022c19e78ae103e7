"""The config keys that several daemons have; a daemon's config derives from one of these."""

from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.units import NANOSECONDS_OF
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.named_files import NamedFile
from tradestack.runtime.config.quantities import ByteSize, Duration
from tradestack.runtime.config.values import Choice, FilePath, Integer, ListOf, Text
from tradestack.runtime.logs.level import LogLevel

CLIENTS_MAX = 4_096  # the units allow 8192 descriptors, and each client is one
SEGMENT_SUFFIX_LENGTH_MAX = 64  # characters
FEED_ADDRESS = "127.0.0.1:8999"  # default of the gateway's port, and of those who connect to it
ORDERS_ADDRESS = "127.0.0.1:8998"  # the same for the order manager's
HOST_USERS = ListOf(Text(r"[A-Za-z_][A-Za-z0-9_.-]*", "the name of a user of this host", 32))


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonConfig:
    """The keys of every daemon.

    `control_socket` defaults to /run/tradestack/<daemon>[-<instance>].sock, `state_directory` to
    $STATE_DIRECTORY or else /var/lib/tradestack/<daemon>[-<instance>].
    """

    control_socket: Path | None = key(None, FilePath(), reload=Reload.RESTART)
    state_directory: Path | None = key(None, FilePath(), reload=Reload.RESTART)
    log_level: LogLevel = key("info", Choice(LogLevel), reload=Reload.AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig(DaemonConfig):
    """The keys of a daemon whose clients log in to sessions that it keeps in files."""

    users_file: Path = key("/etc/tradestack/users", NamedFile(), reload=Reload.AT_ONCE)
    sessions_kept: int = key(3, Integer(1, 1_000), reload=Reload.AT_ONCE)
    free_bytes_min: int = key("1GiB", ByteSize(), reload=Reload.AT_ONCE)
    clients_max: int = key(256, Integer(1, CLIENTS_MAX), reload=Reload.AT_ONCE)
    client_stall_max: int = key(
        "60s", Duration(minimum_ns=NANOSECONDS_OF["s"]), reload=Reload.AT_ONCE
    )
