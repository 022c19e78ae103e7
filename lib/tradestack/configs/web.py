"""The config keys of the web server, with defaults and limits; etc/web.toml explains them."""

import enum
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.units import NANOSECONDS_OF
from tradestack.net.addresses import Address
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.quantities import Duration
from tradestack.runtime.config.shared_keys import DaemonConfig
from tradestack.runtime.config.values import Choice, FilePath, Integer, ListOf, TcpAddress, Text

WEB_ADDRESS = "127.0.0.1:8997"
HOST_NAME = r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?"


class Visitors(enum.Enum):
    """What may be read without a login."""

    READ = "read"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebConfig(DaemonConfig):
    """Keys of the web server besides those that all daemons have."""

    listen: Address = key(WEB_ADDRESS, TcpAddress(), reload=Reload.RESTART)
    page_socket: Path = key("/run/tradestack/web.sock", FilePath(), reload=Reload.RESTART)
    control_socket: Path = key(
        "/run/tradestack/web-control.sock", FilePath(), reload=Reload.RESTART
    )
    runtime_directory: Path = key("/run/tradestack", FilePath(), reload=Reload.RESTART)
    stack_directory: Path = key("/var/lib/tradestack", FilePath(), reload=Reload.RESTART)
    hosts: tuple[str, ...] = key(
        [], ListOf(Text(HOST_NAME, "the name of a host, without a port")), reload=Reload.AT_ONCE
    )
    visitors: Visitors = key("read", Choice(Visitors), reload=Reload.AT_ONCE)
    login_lifetime: int = key(
        "12h", Duration(NANOSECONDS_OF["min"], 366 * NANOSECONDS_OF["d"]), reload=Reload.AT_ONCE
    )
    viewers_max: int = key(64, Integer(1, 1_024), reload=Reload.AT_ONCE)
    connections_max: int = key(256, Integer(1, 4_096), reload=Reload.AT_ONCE)
    idle_exit: int = key("60s", Duration(), reload=Reload.AT_ONCE)
