"""The settings of the engine: servers, and the login there."""

from dataclasses import dataclass
from pathlib import Path

PORT = 4222  # of NATS
TLS = "tls://"  # in front of the address of a server that has to offer it


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """The servers and the login there; the password is kept out of reprs, which end in logs.

    servers: addresses as "nats://host:4222" or "tls://host:4222", tried in a random order.
    credentials_file: made by nsc, with a token and a key; it needs nkeys. ca_file: who has signed
    the servers' certificates, if not somebody that this host trusts. domain: of JetStream, "" for
    that of the server.
    """

    servers: tuple[str, ...]
    name: str  # of this client, in the servers' lists
    user: str | None = None
    password: str | None = None
    credentials_file: Path | None = None
    ca_file: Path | None = None
    domain: str = ""

    def __repr__(self) -> str:
        return f"EngineSettings(servers={self.servers!r}, name={self.name!r})"

    @property
    def hosts(self) -> str:
        """The servers without their schemes, for people."""
        return ", ".join(server.partition("://")[2] for server in self.servers)

    @property
    def api(self) -> str:
        """The subject in front of all requests to JetStream."""
        return f"$JS.{self.domain}.API" if self.domain else "$JS.API"
