"""A feed session that is traded message by message, by a strategy that reads its reports.

Messages that the runner may not hand on yet wait here, and the feed is read no further. Whatever
can end the wait leads to `advance`: a report, a MatchedThrough, room for requests, a registration,
the end of an async hook.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any

from tradestack.net.client.feed_listener import EndReason
from tradestack.runtime.process.fail_points import FailPoint, passed
from tradestack.trading.desk.in_step_runner import InStepRunner, Intents
from tradestack.trading.desk.strategy_object import StrategyFailed
from tradestack.wire.feed import TickBatch
from tradestack.wire.order_messages import MatchedThrough
from tradestack_strategy.handshake import Event
from tradestack_strategy.trading import Trading


class InStepTrading(Trading[InStepRunner]):
    """A feed session of a strategy that is interactive or has async hooks."""

    _is_following = False  # registered, and not stopped since then
    _is_full = False  # too many orders wait for their reports
    _hooks: "asyncio.Task[None] | None" = None  # async ones that have not ended
    _ended: tuple[str, int] | None = None  # session and last message, received to its end

    @property
    def is_unfinished(self) -> bool:
        """Whether the session was received to its end, but not handled to its end."""
        return self._ended is not None

    async def follow(self) -> None:
        """Handle what waits, then read the session from the next message on, until cancelled."""
        self._is_following = True
        if self._ended is not None:
            self._on_event(Event.FEED_COMPLETE)
            self.advance()
            return
        self.advance()
        await super().follow()

    def stop(self) -> None:
        """Handle nothing until `follow` is called again."""
        self._is_following = False
        super().stop()

    def close(self) -> None:
        """Cancel async hooks that have not ended."""
        if self._hooks is not None:
            self._hooks.cancel()

    def on_ticks(self, batch: TickBatch) -> None:
        """Take the batch, and handle as much as may be."""
        passed(FailPoint.STRATEGY_RECEIVED)
        self.runner.add(batch)
        self.head = max(self.head, batch.last_sequence)
        self.advance()

    def on_session_ended(self, session_id: str, last_sequence: int, reason: EndReason) -> None:
        """Leave the session, or first handle what waits."""
        if reason is EndReason.COMPLETE and self.runner.has_messages:
            self._ended = session_id, last_sequence
            self._on_event(Event.FEED_COMPLETE)
        else:
            super().on_session_ended(session_id, last_sequence, reason)

    def matched(self, message: MatchedThrough) -> None:
        """Take how far the orders have met the feed."""
        self.runner.matched.tell(message)
        self.advance()

    def received(self, sequence: int) -> None:
        """Note that this many messages of the order session were received."""
        if self.runner.matched.receive(sequence):
            self.advance()

    def leave_order_session(self, *, is_lost: bool) -> None:
        """Leave the order session; is_lost: what it had not reported stays unknown."""
        self.runner.matched.leave_order_session()
        if is_lost:
            self.runner.lose_order_session()

    def pause_reading(self) -> None:
        """Handle nothing more: too many orders wait for their reports."""
        self._is_full = True
        self._adjust_reading()

    def resume_reading(self) -> None:
        """Let `advance` handle messages again; it follows."""
        self._is_full = False
        self._adjust_reading()

    def advance(self) -> None:
        """Handle messages until one has to wait, and tell how far that was."""
        if self._is_following:
            self._handle_messages()

    def _handle_messages(self) -> None:
        before, began_ns = self.runner.sequence_processed, self._clock.monotonic_ns()
        while not self._is_full:
            intents = self._step(began_ns)
            if intents is None:
                break
            self._enter(intents, began_ns)
        if not self._is_following:  # a hook has failed
            return
        self._adjust_reading()
        handled = self.runner.sequence_processed - before
        if handled:
            self.tell_progress()
            self._ticks_rates.add(handled, began_ns)
            self._note_progress()
        if self._ended is not None and not self.runner.has_messages:
            ended, self._ended = self._ended, None
            super().on_session_ended(*ended, EndReason.COMPLETE)

    def _step(self, began_ns: int) -> Intents | None:
        """Hand on a message; return its intents, None if nothing more can be handled now."""
        try:
            intents = self.runner.step(is_idle=self._order_entry.is_idle)
        except StrategyFailed as failure:
            self._on_failure(failure)
            return None
        if isinstance(intents, Coroutine):
            self._hooks = asyncio.ensure_future(self._finish(intents, began_ns))
            return None
        return intents

    async def _finish(self, hooks: Coroutine[Any, Any, Intents], began_ns: int) -> None:
        """Wait for async hooks, then go on."""
        try:
            intents = await hooks
        except StrategyFailed as failure:
            self._on_failure(failure)
            return
        self._enter(intents, began_ns)
        self.tell_progress()
        self._note_progress()
        self.advance()

    def _adjust_reading(self) -> None:
        if self._is_full or self.runner.has_messages:
            self.feed.pause_reading()
        else:
            self.feed.resume_reading()
