"""One connection to a NATS server; after a loss its owner makes another one.

nats-py would reconnect by itself and then send what it had buffered, long after the caller was told
that nothing is known of it. Here a connection ends with its socket: what was under way has an
unknown outcome at once.
"""

import asyncio
import contextlib
import json
import logging
import random
from typing import TYPE_CHECKING, Any, Self

from tradestack.domain.faults import OperatorFault
from tradestack.engine.credentials import check_credentials, read_certificates
from tradestack.engine.extra import require_nats
from tradestack.engine.faults import EngineError, Unavailable
from tradestack.engine.meanings import NO_JETSTREAM, meaning, refusal, silence
from tradestack.engine.replies import Replies
from tradestack.engine.settings import TLS, EngineSettings

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

CONNECT_TIMEOUT_S = 2
REQUEST_TIMEOUT_S = 5.0
PING_INTERVAL_S = 2  # two that are not answered: the server, or the way to it, is gone
PINGS_MAX = 2
CLOSE_TIMEOUT_S = 1.0
WATCH_INTERVAL_S = 0.5
FORBIDDEN = "permissions violation"

logger = logging.getLogger(__name__)


async def connect(settings: EngineSettings) -> "Connection":
    """Connect to one of the servers.

    Raises Unavailable if none can be reached, OperatorFault if one refuses the login, if a file of
    the settings cannot be used, or if nats-py is not installed.
    """
    require_nats("nats")
    options = _options(settings)
    problems = []
    for server in random.sample(settings.servers, len(settings.servers)):
        try:
            return await Connection.open(server, settings, options)
        except EngineError as problem:
            problems.append(f"{server}: {problem}")
    raise Unavailable("; ".join(sorted(problems)))  # the same words for the same problems


class Connection:
    """A connection to one server, at the address `server`; made by `connect`."""

    def __init__(self, client: "Client", server: str, settings: EngineSettings) -> None:
        self.server = server.partition("://")[2]
        self.settings = settings
        self.lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.replies = Replies(client, settings)
        self.client = client
        self._watching: asyncio.Future[None] | None = None
        self._reason: Exception | None = None  # the first thing that went wrong
        self._forbidden = ""  # what the user tried last and may not do; such requests get no answer

    @classmethod
    async def open(cls, server: str, settings: EngineSettings, options: dict[str, Any]) -> Self:
        """Connect to one server. Raises as `connect`."""
        from nats import errors

        from tradestack.engine.client import EngineClient

        client = EngineClient(needs_tls=server.startswith(TLS))
        connection = cls(client, server, settings)
        try:
            async with asyncio.timeout(2 * CONNECT_TIMEOUT_S):
                await client.connect(
                    [server],
                    name=settings.name,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,  # of connecting, too
                    reconnect_time_wait=0,
                    connect_timeout=CONNECT_TIMEOUT_S,
                    ping_interval=PING_INTERVAL_S,
                    max_outstanding_pings=PINGS_MAX,
                    error_cb=connection._failed,
                    closed_cb=connection._closed,
                    **options,
                )
                await connection.replies.start()
        except (errors.Error, OSError, TimeoutError, ValueError) as error:
            await _close(client)
            if isinstance(error, errors.AuthorizationError) or "authoriz" in str(error).lower():
                raise OperatorFault(
                    server,
                    "refuses the login",
                    "correct user and password_file, or credentials_file, in the section [nats]",
                ) from error
            raise Unavailable(meaning(connection._reason or error)) from error
        connection._watching = asyncio.ensure_future(connection._watch())
        return connection

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @property
    def is_open(self) -> bool:
        """Whether the connection was not lost yet."""
        return not self.lost.done()

    @property
    def message_bytes_max(self) -> int:
        """How long a message may be, headers included, by the server's setting `max_payload`."""
        return self.client.max_payload

    async def close(self) -> None:
        """Disconnect."""
        if self._watching is not None:
            self._watching.cancel()
        await _close(self.client)

    async def request(self, subject: str, **fields: object) -> dict[str, Any]:
        """Ask the API of JetStream, and return the answer.

        Raises Missing, Unavailable, TooFewServers.
        """
        message = await self.ask(f"{self.settings.api}.{subject}", json.dumps(fields).encode())
        answer: dict[str, Any] = json.loads(message.data)
        error = answer.get("error")
        if error is None:
            return answer
        raise refusal(error, self.settings)

    async def ask(self, subject: str, payload: bytes) -> "Msg":
        """Send a request and return its answer. Raises Unavailable."""
        from nats import errors

        asked = asyncio.ensure_future(
            self.client.request(subject, payload, timeout=REQUEST_TIMEOUT_S)
        )
        either: set[asyncio.Future[Any]] = {asked, self.lost}
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not asked.done():
                raise Unavailable(self.lost.result())
            return await asked
        except TimeoutError as error:
            if self._forbidden:
                raise Unavailable(self._forbidden) from error
            raise silence(self.server, REQUEST_TIMEOUT_S, self.settings) from error
        except errors.NoRespondersError as error:
            raise Unavailable(NO_JETSTREAM) from error
        except errors.Error as error:
            raise Unavailable(meaning(error)) from error
        finally:
            asked.cancel()

    async def _watch(self) -> None:
        """Notice the end of the connection in any case.

        nats-py does not call back where the last bytes cannot be sent any more.
        """
        while not self.client.is_closed:
            await asyncio.sleep(WATCH_INTERVAL_S)
        await self._closed()

    async def _failed(self, error: Exception) -> None:
        from nats import errors

        logger.debug("NATS: %s", error)
        if FORBIDDEN in str(error).lower():  # nats-py has no class for it
            self._forbidden = f"{meaning(error)}: allow it to the user"
            return
        self._reason = self._reason or error
        if isinstance(error, errors.UnexpectedEOF | errors.StaleConnectionError | OSError):
            await self._closed()

    async def _closed(self) -> None:
        if not self.lost.done():
            reason = self._reason or self.client.last_error
            why = "closed" if reason is None else meaning(reason)
            self.lost.set_result(f"connection to {self.server} lost: {why}")
            self.replies.fail_all(self.lost.result())


async def _close(client: "Client") -> None:
    """Disconnect; nats-py would wait forever for a server that takes no bytes any more."""
    with contextlib.suppress(Exception):
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await client.close()


def _options(settings: EngineSettings) -> dict[str, Any]:
    """Return what the settings mean to nats-py. Raises OperatorFault."""
    options: dict[str, Any] = {}
    if settings.credentials_file is not None:
        check_credentials(settings.credentials_file)
        options["user_credentials"] = str(settings.credentials_file)
    if settings.user is not None:
        options |= {"user": settings.user, "password": settings.password}
    if settings.ca_file is not None:
        options["tls"] = read_certificates(settings.ca_file)
    return options
