"""The client of nats-py, which is kept from sending anything in clear that is to be encrypted."""

from nats import errors
from nats.aio.client import Client

NO_TLS = (
    "asks for no TLS: add tls to its configuration, without allow_non_tls; or write nats:// in "
    "place of tls://, where nobody can listen on the way"
)


class NoTls(errors.Error):
    """The server is to be spoken to through TLS, and does not ask for it."""


class EngineClient(Client):
    """A client that logs in through TLS if it has to.

    Whether TLS is used, nats-py leaves to the server's first line; it comes in clear, and whoever
    is on the way can take one word out of it, and would then be sent the password.
    """

    def __init__(self, *, needs_tls: bool) -> None:
        super().__init__()
        self._needs_tls = needs_tls
        self._login = super()._connect_command  # fails here with a nats-py that has it no more

    def _connect_command(self) -> bytes:
        """Return the line with the login, which is sent next. Raises NoTls."""
        if self._needs_tls and not self._server_info.get("tls_required"):
            raise NoTls(NO_TLS)
        return self._login()
