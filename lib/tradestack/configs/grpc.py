"""The config keys of the gRPC edge, with defaults and limits; etc/grpc.toml explains them."""

import enum
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.units import NANOSECONDS_OF
from tradestack.net.addresses import Address
from tradestack.runtime.config.key_fault import KeyFault
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.named_files import NamedFile
from tradestack.runtime.config.quantities import Duration
from tradestack.runtime.config.shared_keys import (
    FEED_ADDRESS,
    HOST_USERS,
    ORDERS_ADDRESS,
    DaemonConfig,
)
from tradestack.runtime.config.values import Choice, Integer, TcpAddress, TcpAddresses
from tradestack.store.shared_memory.trusted_users import TRUSTED_USERS

GRPC_ADDRESS = "127.0.0.1:8995"


class Plaintext(enum.Enum):
    """Where passwords and orders may travel without TLS."""

    LOOPBACK = "loopback"
    ANYWHERE = "anywhere"


@dataclass(frozen=True, slots=True, kw_only=True)
class GrpcConfig(DaemonConfig):
    """The keys of the gRPC edge, beside those of every daemon."""

    listen: Address = key(GRPC_ADDRESS, TcpAddress(), reload=Reload.RESTART)
    certificate_file: Path | None = key(None, NamedFile(), reload=Reload.RESTART)
    key_file: Path | None = key(None, NamedFile(), reload=Reload.RESTART)
    plaintext: Plaintext = key("loopback", Choice(Plaintext), reload=Reload.RESTART)
    feed: tuple[Address, ...] = key(FEED_ADDRESS, TcpAddresses(), reload=Reload.RESTART)
    orders: tuple[Address, ...] = key(ORDERS_ADDRESS, TcpAddresses(), reload=Reload.RESTART)
    server_users: tuple[str, ...] = key(list(TRUSTED_USERS), HOST_USERS, reload=Reload.RESTART)
    calls_max: int = key(256, Integer(1, 4_096), reload=Reload.AT_ONCE)
    slow_reader_max: int = key(
        "30s", Duration(minimum_ns=NANOSECONDS_OF["s"]), reload=Reload.AT_ONCE
    )

    def __post_init__(self) -> None:
        if (self.certificate_file is None) != (self.key_file is None):
            missing = "key_file" if self.key_file is None else "certificate_file"
            raise KeyFault((missing,), "is not set, but the other one is", "set both, or neither")
        has_tls = self.certificate_file is not None
        if not has_tls and not self.listen.is_loopback() and self.plaintext is Plaintext.LOOPBACK:
            raise KeyFault(
                ("listen",),
                f"other hosts can reach {self.listen}, and passwords would be read on the way",
                'set certificate_file and key_file, or plaintext = "anywhere" in a network that '
                "nobody else reads",
            )
