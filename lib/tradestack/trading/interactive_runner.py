"""An interactive strategy in one feed session, in step with the reports on its orders.

Message m is handed to the strategy when every report that can be visible by then was received:

    no order is open and no request is unanswered, or
    MatchedThrough >= m − 1, and >= m if message m − 1 caused requests

The account never matches more than one message past the strategy's Progress, so MatchedThrough
m − 1 may have been sent before the requests that message m − 1 caused came; their verdicts are
certainly in the stream when m is matched. So what the strategy decides is a function of the feed
and of the reports with their VisibleTime: whenever they arrive, and however the feed is cut.
"""

from collections import deque
from collections.abc import Sequence
from typing import Generic

from tradestack.domain.tick import Tick, TickKind
from tradestack.strategies.intent import AnyIntent, CancelIntent, Intent, ReplaceIntent
from tradestack.strategies.interactive import (
    Cancel,
    Decision,
    InteractiveStrategy,
    NewOrder,
    Replace,
)
from tradestack.strategies.strategy import StateT
from tradestack.trading.counters import Counted, Counters
from tradestack.trading.epoch import Epoch
from tradestack.trading.matched import Matched
from tradestack.trading.own_view import OwnView
from tradestack.trading.report_queue import ReportQueue
from tradestack.wire.errors import ProtocolError
from tradestack.wire.feed import TickBatch


class InteractiveRunner(Generic[StateT]):
    """One interactive strategy in one feed session.

    from_sequence: number of the first message whose intents become requests. received: sequenced
    messages received so far in the order session.
    """

    def __init__(
        self,
        strategy: InteractiveStrategy[StateT],
        epoch: Epoch,
        counters: Counters,
        reports: ReportQueue,
        received: int,
    ) -> None:
        self.from_sequence = 0
        self.matched = Matched(epoch.feed_session, received)
        self.view = OwnView(epoch.quantity)
        self._strategy = strategy
        self._state = strategy.initial_state()
        self._epoch = epoch
        self._counters = counters
        self._reports = reports
        self._waiting: deque[Tick] = deque()
        self._next_sequence = 1  # of the message that is added next
        self._asked_sequence = 0  # of the newest message that caused requests
        self._prices: dict[str, int] = {}

    @property
    def sequence_processed(self) -> int:
        """The number of the newest message that the strategy has seen; 0 if none."""
        return self._next_sequence - 1 - len(self._waiting)

    @property
    def has_messages(self) -> bool:
        """Whether messages wait for the strategy."""
        return bool(self._waiting)

    def add(self, batch: TickBatch) -> None:
        """Take messages, to be handed on by `step`. Raises ProtocolError when some are missing."""
        if batch.first_sequence != self._next_sequence:
            raise ProtocolError(
                f"feed continues with message {batch.first_sequence}, not {self._next_sequence}"
            )
        self._waiting.extend(batch.ticks())
        self._next_sequence += len(batch)

    def step(self, *, is_idle: bool) -> Sequence[AnyIntent] | None:
        """Hand on the next message; return the intents to make requests of.

        None: there is no message, or it has to wait. is_idle: no order is open and no request is
        unanswered.
        """
        if not self._waiting or not (is_idle or self._is_due(self._waiting[0].sequence)):
            return None
        tick = self._waiting.popleft()
        self._count(tick)
        intents: list[AnyIntent] = []
        for report in self._reports.take_visible(tick.event_time_ns):
            self.view.take(report)
            self._note(tick, self._strategy.on_report(self._state, report, self.view), intents)
        self._note(tick, self._strategy.on_tick(self._state, tick, self.view), intents)
        if intents and tick.sequence >= self.from_sequence:
            self._asked_sequence = tick.sequence
            return intents
        self._counters.add(Counted.ORDERS_SUPPRESSED, sum(isinstance(i, Intent) for i in intents))
        return ()

    def lose_order_session(self) -> None:
        """Forget orders, and reports that are not visible yet: what became of them is unknown."""
        self._reports.clear()
        self.view.forget_orders()

    def strategy_counters(self) -> dict[str, int]:
        """Return the strategy's own counters of this feed session, by name."""
        return dict(self._strategy.counters(self._state))

    def _is_due(self, sequence: int) -> bool:
        has_asked = self._asked_sequence == sequence - 1
        return self.matched.through >= (sequence if has_asked else sequence - 1)

    def _count(self, tick: Tick) -> None:
        self._counters.add(Counted.TICKS_RECEIVED)
        if tick.kind is TickKind.PRICE:
            self._prices[tick.symbol] = tick.value
            self._counters.add(Counted.PRICES_RECEIVED)
        else:
            self._counters.add(Counted.NEWS_RECEIVED)

    def _note(self, tick: Tick, decisions: Sequence[Decision], intents: list[AnyIntent]) -> None:
        """Number decisions; let the view have those that are sent."""
        for decision in decisions:
            symbol = decision.symbol if isinstance(decision, NewOrder) else ""
            intent = _intent_of(tick, len(intents), decision, self._prices.get(symbol))
            intents.append(intent)
            if tick.sequence >= self.from_sequence:
                self.view.sent(intent, self._epoch.client_order_id(intent))


def _intent_of(tick: Tick, index: int, decision: Decision, price: int | None) -> AnyIntent:
    """Decision → intent of this message; price: the last one of a new order's symbol."""
    match decision:
        case NewOrder():
            return Intent(
                sequence=tick.sequence,
                index=index,
                symbol=decision.symbol,
                side=decision.side,
                value=decision.value if decision.value is not None else price or 0,
                price=price,
                event_time_ns=tick.event_time_ns,
                publish_time_ns=tick.publish_time_ns,
                quantity=decision.quantity,
                ord_type=decision.ord_type,
                limit_price=decision.price,
                time_in_force=decision.time_in_force,
            )
        case Cancel():
            return CancelIntent(
                sequence=tick.sequence,
                index=index,
                cl_ord_id=decision.cl_ord_id,
                publish_time_ns=tick.publish_time_ns,
            )
        case Replace():
            return ReplaceIntent(
                sequence=tick.sequence,
                index=index,
                cl_ord_id=decision.cl_ord_id,
                quantity=decision.quantity,
                limit_price=decision.price,
                publish_time_ns=tick.publish_time_ns,
            )
