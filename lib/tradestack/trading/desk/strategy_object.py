"""One object of a strategy, alive for a feed session, and the calls of its hooks."""

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from tradestack.domain.execution_report import Report
from tradestack.domain.tick import Tick
from tradestack.strategies.configured import ConfiguredStrategy
from tradestack.strategies.intent import AnyIntent
from tradestack.strategies.messages import PriceTick, TickColumns, message_of, messages_of
from tradestack.strategies.own_counters import checked_counters
from tradestack.strategies.strategy import HookResult
from tradestack.strategies.timers import Timers
from tradestack.trading.desk.desk import TradingDesk
from tradestack.wire.feed import TickBatch


class StrategyFailed(Exception):
    """A hook of the strategy has raised an exception; the text says which one, and where.

    sequence: number of the message that the hook was called for, of on_ticks the first one; None
    for on_start, on_end and counters. intents_before: of messages of the same batch ahead of it.
    """

    def __init__(self, text: str, sequence: int | None) -> None:
        super().__init__(text)
        self.sequence = sequence
        self.intents_before: Sequence[AnyIntent] = ()


class HookTookTooLong(BaseException):
    """A hook has run for too long; no hook that catches every Exception swallows it."""


class StrategyObject:
    """Calls the hooks for messages; the desk collects their intents."""

    def __init__(self, configured: ConfiguredStrategy, desk: TradingDesk) -> None:
        self._configured = configured
        self._desk = desk
        self._strategy = configured.begin(desk)
        self._timers = Timers(self._strategy)
        self._interest = configured.interest
        self._takes_columns = configured.takes_columns
        with self._failing():
            self._strategy.on_start()

    def counters(self) -> dict[str, int]:
        """Return the strategy's own counters of this feed session, by name."""
        with self._failing():
            return checked_counters(self._strategy.counters())

    def end(self) -> None:
        """Call the hook for the end of the session."""
        with self._failing():
            self._strategy.on_end()

    def take_batch(self, batch: TickBatch) -> None:
        """Call the hooks for all messages of a batch. Raises StrategyFailed.

        For a strategy that is neither interactive nor has async hooks.
        """
        with self._handling(batch.first_sequence):
            if self._takes_columns:
                self._desk.enter_rows(batch.first_sequence, len(batch))
                self._strategy.on_ticks(TickColumns(batch, self._interest.symbols))
            else:
                self._take_messages(batch)

    def _take_messages(self, batch: TickBatch) -> None:
        """Call the hooks for messages and timers; the batch is cut where a timer is due."""
        times_ns = batch.records["event_time_ns"]
        while len(batch) and times_ns[-1] >= self._timers.next_ns:
            row = int(times_ns.searchsorted(self._timers.next_ns))
            self._take_undisturbed(TickBatch(batch.first_sequence, batch.records[:row]))
            batch = TickBatch(batch.first_sequence + row, batch.records[row:])
            times_ns = batch.records["event_time_ns"]
            self._desk.sequence = batch.first_sequence
            for hook in self._timers.due(int(times_ns[0])):
                hook()
        self._take_undisturbed(batch)

    def _take_undisturbed(self, batch: TickBatch) -> None:
        desk, on_tick, on_news = self._desk, self._strategy.on_tick, self._strategy.on_news
        for message in messages_of(batch, self._interest):
            desk.sequence = message.sequence
            if isinstance(message, PriceTick):
                on_tick(message)
            else:
                on_news(message)

    def take(self, tick: Tick, reports: Iterator[Report]) -> None:
        """Call the hooks for the reports that are visible at a message, then for the message."""
        with self._handling(tick.sequence):
            for _ in self._results(tick, reports):
                pass

    async def take_async(self, tick: Tick, reports: Iterator[Report]) -> None:
        """Do the same for a strategy with async hooks, each of which ends before the next one."""
        with self._handling(tick.sequence):
            for result in self._results(tick, reports):
                if result is not None:
                    await result

    def _results(self, tick: Tick, reports: Iterator[Report]) -> Iterator[HookResult]:
        """Call the hooks for a message one by one, yield what each returns."""
        for report in reports:
            yield self._strategy.on_report(report)
        for hook in self._timers.due(tick.event_time_ns):
            yield hook()
        if self._interest.wants(tick):
            message = message_of(tick)
            if isinstance(message, PriceTick):
                yield self._strategy.on_tick(message)
            else:
                yield self._strategy.on_news(message)

    @contextmanager
    def _handling(self, sequence: int) -> Iterator[None]:
        """Let requests be caused by that message; raise StrategyFailed for what hooks raise."""
        self._desk.sequence = sequence
        try:
            with self._failing():
                yield
        finally:
            self._desk.leave()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Raise StrategyFailed for what hooks raise; note the place in a KeyboardInterrupt."""
        try:
            yield
        except (Exception, SystemExit, HookTookTooLong) as error:  # whatever a user's hook does
            raise self._failure(error) from error
        except KeyboardInterrupt as error:
            place, message, _ = self._where(error)
            error.add_note(f"{place}{message}")
            raise

    def _failure(self, error: BaseException) -> StrategyFailed:
        """Describe an exception by the strategy's last line, the exception and the message."""
        place, message, sequence = self._where(error)
        return StrategyFailed(f"{place}: {type(error).__name__}: {error}{message}", sequence)

    def _where(self, error: BaseException) -> tuple[str, str, int | None]:
        """Return the strategy's last line and the message, for people, and the message's number."""
        file = self._configured.loaded.path
        frames = traceback.extract_tb(error.__traceback__)
        newest = [frame for frame in frames if frame.filename == file]
        place = str(file)
        if newest:
            place = f"{newest[-1].filename} line {newest[-1].lineno}, in {newest[-1].name}"
        sequence, message = self._desk.sequence, ""
        if self._desk.rows:
            sequence = self._desk.rows[0]
            message = f" in messages {sequence} to {self._desk.rows[-1]}"
        elif sequence is not None:
            message = f" at message {sequence}"
        return place, message, sequence
