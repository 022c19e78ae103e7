"""Answers to appends: many under way at once, each with a deadline of its own."""

import asyncio
import itertools
import json
from typing import TYPE_CHECKING

from tradestack.engine.faults import EngineError, Unavailable, UnknownOutcome
from tradestack.engine.meanings import meaning, refusal
from tradestack.engine.settings import EngineSettings

if TYPE_CHECKING:
    from nats.aio.client import Client
    from nats.aio.msg import Msg

NO_RESPONDERS = "503"


class Replies:
    """The appends of one connection that were not answered yet."""

    def __init__(self, client: "Client", settings: EngineSettings) -> None:
        self._client = client
        self._settings = settings
        self._prefix = ""
        self._tokens = itertools.count()
        self._open: dict[str, tuple[asyncio.Future[int], asyncio.TimerHandle]] = {}

    async def start(self) -> None:
        """Subscribe to the answers."""
        self._prefix = self._client.new_inbox()
        await self._client.subscribe(f"{self._prefix}.*", cb=self._answered)

    async def publish(
        self, subject: str, data: bytes, headers: dict[str, str], timeout_s: float
    ) -> asyncio.Future[int]:
        """Send a message; the result is its sequence in the stream.

        The future raises Fenced, Unavailable, UnknownOutcome, or EngineError for what else the
        server refuses.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[int] = loop.create_future()
        future.add_done_callback(_look_at)
        token = str(next(self._tokens))
        timer = loop.call_later(timeout_s, self._fail, token, f"no answer within {timeout_s:g} s")
        self._open[token] = future, timer
        reply = f"{self._prefix}.{token}"
        try:
            await self._client.publish(subject, data, reply=reply, headers=headers)
        except Exception as error:  # nats-py has no one class for it
            self._fail(token, meaning(error))
        return future

    def fail_all(self, reason: str) -> None:
        """Give up all that were not answered."""
        for token in tuple(self._open):
            self._fail(token, reason)

    async def _answered(self, message: "Msg") -> None:
        entry = self._open.pop(message.subject.rpartition(".")[2], None)
        if entry is None:
            return
        future, timer = entry
        timer.cancel()
        if future.done():
            return
        try:
            future.set_result(self._sequence(message))
        except EngineError as error:
            future.set_exception(error)

    def _sequence(self, message: "Msg") -> int:
        """Return the sequence in the server's answer to an append. Raises EngineError."""
        if message.headers and message.headers.get("Status") == NO_RESPONDERS:
            raise Unavailable("no stream takes the message: it does not exist, or has no leader")
        answer = json.loads(message.data)
        error = answer.get("error")
        if error is None:
            return int(answer["seq"])
        raise refusal(error, self._settings)

    def _fail(self, token: str, reason: str) -> None:
        entry = self._open.pop(token, None)
        if entry is None:
            return
        future, timer = entry
        timer.cancel()
        if not future.done():
            future.set_exception(UnknownOutcome(reason))


def _look_at(future: asyncio.Future[int]) -> None:
    """Look at an exception that the caller may not wait for any more: asyncio would log it."""
    if not future.cancelled():
        future.exception()
