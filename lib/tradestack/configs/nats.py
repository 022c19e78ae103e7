"""The section [nats] of a daemon's config: servers of NATS, and the login there."""

from dataclasses import dataclass
from pathlib import Path

from tradestack.engine.credentials import check_credentials, read_certificates
from tradestack.engine.settings import TLS, EngineSettings
from tradestack.runtime.config.key_fault import KeyFault
from tradestack.runtime.config.keys import Reload, key
from tradestack.runtime.config.named_files import NamedFile
from tradestack.runtime.config.password import read_password
from tradestack.runtime.config.values import ListOf, Text

SERVERS_MAX = 16
SERVER = r"(nats|tls)://[^\s/@]+:[0-9]+"
SERVER_FORM = 'an address like "nats://host:4222" or "tls://host:4222"'
NAME = "[A-Za-z0-9_-]*"
NAME_LENGTH_MAX = 32
STREAM_PREFIX = "FEED"  # default of the exporter, and of those who read what it has published


class StreamPrefix(Text):
    """What is in front of the names of a feed's streams."""

    def __init__(self) -> None:
        super().__init__("[A-Za-z0-9-]+", "letters, digits and -", NAME_LENGTH_MAX)


@dataclass(frozen=True, kw_only=True)
class NatsKeys:
    """Keys of [nats]."""

    servers: tuple[str, ...] = key(
        [],
        ListOf(Text(SERVER, SERVER_FORM), SERVERS_MAX),
        reload=Reload.RESTART,
    )
    user: str | None = key(None, Text(), reload=Reload.RESTART)
    password_file: Path | None = key(None, NamedFile(read_password), reload=Reload.RESTART)
    credentials_file: Path | None = key(None, NamedFile(check_credentials), reload=Reload.RESTART)
    ca_file: Path | None = key(None, NamedFile(read_certificates), reload=Reload.RESTART)
    domain: str = key(
        "", Text(NAME, "letters, digits, '_-'", NAME_LENGTH_MAX), reload=Reload.RESTART
    )

    def __post_init__(self) -> None:
        if (self.user is None) != (self.password_file is None):
            missing = "user" if self.user is None else "password_file"
            raise KeyFault((missing,), "is not set, but the other one is", "set both, or neither")
        if self.ca_file is not None and not any(each.startswith(TLS) for each in self.servers):
            problem = f"is set, and no server is spoken to through TLS: none begins with {TLS}"
            raise KeyFault(("ca_file",), problem, f"write {TLS} in place of nats:// in servers")

    def require_servers(self, why: str) -> None:
        """Raise KeyFault if no server is named; why: as in `source is "nats"`."""
        if not self.servers:
            raise KeyFault(
                ("nats", "servers"),
                f"is empty, and {why}",
                'set it in the section [nats]: servers = ["nats://host:4222"]',
            )

    def settings(self, name: str) -> EngineSettings:
        """Read the password, and return what `connect` takes. Raises OperatorFault."""
        return EngineSettings(
            servers=self.servers,
            name=name,
            user=self.user,
            password=None if self.password_file is None else read_password(self.password_file),
            credentials_file=self.credentials_file,
            ca_file=self.ca_file,
            domain=self.domain,
        )
