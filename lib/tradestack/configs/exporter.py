"""The config keys of the exporter, with defaults and limits; etc/exporter.toml explains them."""

from dataclasses import dataclass
from pathlib import Path

from tradestack.configs.nats import STREAM_PREFIX, NatsKeys, StreamPrefix
from tradestack.net.addresses import Address
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.named_files import NamedFile
from tradestack.runtime.config.password import read_login_password
from tradestack.runtime.config.sections import Section
from tradestack.runtime.config.shared_keys import FEED_ADDRESS, HOST_USERS, DaemonConfig
from tradestack.runtime.config.values import Integer, TcpAddresses, Text
from tradestack.store.shared_memory.trusted_users import TRUSTED_USERS
from tradestack.wire.soup import USER_LENGTH_MAX

REPLICAS_MAX = 5  # of JetStream


@dataclass(frozen=True, slots=True, kw_only=True)
class ExporterConfig(DaemonConfig):
    """The keys of the exporter, beside those of every daemon."""

    feed: tuple[Address, ...] = key(FEED_ADDRESS, TcpAddresses(), reload=Reload.RESTART)
    user: str = key(
        "export",
        Text("(?!#)[!-9;-~]+", "printable ASCII without space, colon, # in front", USER_LENGTH_MAX),
        reload=Reload.RESTART,
    )
    password_file: Path | None = key(None, NamedFile(read_login_password), reload=Reload.RESTART)
    server_users: tuple[str, ...] = key(list(TRUSTED_USERS), HOST_USERS, reload=Reload.RESTART)
    stream_prefix: str = key(STREAM_PREFIX, StreamPrefix(), reload=Reload.RESTART)
    replicas: int = key(1, Integer(1, REPLICAS_MAX), reload=Reload.RESTART)
    streams_kept: int = key(100, Integer(1, 10_000), reload=Reload.AT_ONCE)
    nats: NatsKeys = key({}, Section(NatsKeys), reload=Reload.RESTART)

    def __post_init__(self) -> None:
        self.nats.require_servers("the exporter has nowhere to publish")
