"""The desk of a strategy in one feed session: requests become intents, reads are answered.

Requests are made within hooks and are caused by the message that the hook is called for. The runner
says which one that is, and takes the intents when the hook has returned.
"""

from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, NoReturn, Protocol

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import OrdType, Side, TimeInForce
from tradestack.strategies.desk import OwnOrder
from tradestack.strategies.intent import AnyIntent, CancelIntent, Intent, ReplaceIntent
from tradestack.trading.desk.background import IN_BACKGROUND, Background, BackgroundRequests
from tradestack.trading.desk.epoch import INTENTS_PER_MESSAGE_MAX, Epoch
from tradestack.trading.desk.own_view import OwnView
from tradestack.trading.desk.request_values import (
    cl_ord_id_of,
    integer,
    price_of,
    quantity_of,
    symbol_of,
    time_in_force_of,
)


class HandledFeed(Protocol):
    """The feed up to a message that a strategy is handling."""

    def times_of(self, sequence: int) -> tuple[int, int]:
        """Return the event time and the publish time of a message that is handled now."""
        ...

    def last_price(self, symbol: str, sequence: int | None) -> int | None:
        """Return the symbol's newest price up to that message, None = up to the newest.

        Later calls name no earlier one.
        """
        ...


class TradingDesk:
    """Takes the requests of one strategy object.

    feed: what the hooks are given. view: of an interactive strategy. from_sequence: number of the
    first message whose requests are sent. background: None where nothing runs beside the feed, as
    in a backtest. sequence: of the message that causes requests now, None outside of hooks. rows:
    in on_ticks, the numbers of the batch's messages; empty elsewhere. not_run: coroutines that were
    closed, because nothing runs beside the feed.
    """

    def __init__(
        self,
        epoch: Epoch,
        feed: HandledFeed,
        view: OwnView | None,
        background: Background | None = None,
    ) -> None:
        self.from_sequence = 0
        self.sequence: int | None = None
        self.rows = range(0)
        self.not_run = 0
        self._epoch = epoch
        self._feed = feed
        self._view = view
        self._background = background
        self._intents: list[AnyIntent] = []

    def enter_rows(self, first_sequence: int, count: int) -> None:
        """Let requests be caused by the rows of a batch, in ascending order."""
        self.rows = range(first_sequence, first_sequence + count)
        self.sequence = first_sequence

    def leave(self) -> None:
        """Let requests be refused until a hook is called again."""
        self.sequence, self.rows = None, range(0)

    def take_intents(self) -> Sequence[AnyIntent]:
        """Take what was requested."""
        intents, self._intents = self._intents, []
        return intents

    # ---- requests -------------------------------------------------------------------------------

    def order(
        self,
        symbol: str,
        side: Side,
        quantity: int,
        *,
        price: int | None,
        time_in_force: TimeInForce | None,
        value: int | None,
        cause: int | None,
    ) -> str:
        """Request an order; return its ClOrdID. Raises ValueError for what no order can be."""
        if IN_BACKGROUND.get():
            return self._beside().order(
                symbol, side, quantity, price=price, time_in_force=time_in_force, value=value
            )
        sequence = self._cause(cause)
        symbol = symbol_of(symbol)
        last_price = self._feed.last_price(symbol, sequence)
        event_time_ns, publish_time_ns = self._feed.times_of(sequence)
        return self._note(
            Intent(
                sequence=sequence,
                index=self._next_index(sequence),
                symbol=symbol,
                side=side,
                value=(last_price or 0) if value is None else integer("value", value),
                price=last_price,
                event_time_ns=event_time_ns,
                publish_time_ns=publish_time_ns,
                quantity=quantity_of(quantity),
                ord_type=OrdType.MARKET if price is None else OrdType.LIMIT,
                limit_price=None if price is None else price_of(price),
                time_in_force=time_in_force_of(time_in_force, price),
            )
        )

    def cancel(self, cl_ord_id: str, *, cause: int | None) -> None:
        """Request that what an order has left is canceled."""
        if IN_BACKGROUND.get():
            self._beside().cancel(cl_ord_id)
            return
        sequence = self._cause(cause)
        self._note(
            CancelIntent(
                sequence=sequence,
                index=self._next_index(sequence),
                cl_ord_id=cl_ord_id_of(cl_ord_id),
                publish_time_ns=self._feed.times_of(sequence)[1],
            )
        )

    def replace(
        self, cl_ord_id: str, quantity: int, price: int | None, *, cause: int | None
    ) -> str:
        """Request another quantity and price; return the ClOrdID that the order will have."""
        if IN_BACKGROUND.get():
            return self._beside().replace(cl_ord_id, quantity, price)
        sequence = self._cause(cause)
        return self._note(
            ReplaceIntent(
                sequence=sequence,
                index=self._next_index(sequence),
                cl_ord_id=cl_ord_id_of(cl_ord_id),
                quantity=quantity_of(quantity),
                limit_price=None if price is None else price_of(price),
                publish_time_ns=self._feed.times_of(sequence)[1],
            )
        )

    def background(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a coroutine beside the feed; where nothing does, it is closed."""
        if self._background is None:
            work.close()
            self.not_run += 1
        else:
            self._background.run(work, None if IN_BACKGROUND.get() else self.sequence)

    def _beside(self) -> BackgroundRequests:
        assert self._background is not None, "it runs what is in the background"
        return BackgroundRequests(self._epoch, self._background)

    def _cause(self, row: int | None) -> int:
        """Return the number of the message that causes a request."""
        if self.sequence is None:
            raise RuntimeError(
                "requests are made within hooks for messages, reports and timers; not in on_start "
                "and on_end, nor from a thread"
            )
        if not self.rows:
            if row is not None:
                raise ValueError(
                    "cause names a row of on_ticks; elsewhere the message is the cause"
                )
            return self.sequence
        if row is None:
            raise ValueError("in on_ticks, a request names the row that causes it: cause=i")
        sequence = self.rows.start + integer("cause", row)
        if sequence not in self.rows:
            raise ValueError(f"cause is {row}, the batch has rows 0 to {len(self.rows) - 1}")
        if sequence < self.sequence:
            before = self.sequence - self.rows.start
            raise ValueError(f"cause is {row} after {before}: rows are named in ascending order")
        self.sequence = sequence
        return sequence

    def _next_index(self, sequence: int) -> int:
        newest = self._intents[-1] if self._intents else None
        index = 0 if newest is None or newest.sequence != sequence else newest.index + 1
        if index > INTENTS_PER_MESSAGE_MAX:
            raise RuntimeError(
                f"more than {INTENTS_PER_MESSAGE_MAX + 1:,} requests for one message"
            )
        return index

    def _note(self, intent: AnyIntent) -> str:
        """Keep an intent for the runner; let the view have it if it is sent."""
        self._intents.append(intent)
        cl_ord_id = self._epoch.client_order_id(intent)
        if self._view is not None and intent.sequence >= self.from_sequence:
            self._view.sent(intent, cl_ord_id)
        return cl_ord_id

    # ---- reads ----------------------------------------------------------------------------------

    def position(self, symbol: str) -> int:
        """Return the quantity held; raise RuntimeError for a strategy that is not interactive."""
        view = self._view or self._not_interactive("position")
        return view.position(symbol)

    @property
    def working(self) -> Mapping[str, OwnOrder]:
        """The working orders by ClOrdID; RuntimeError for a strategy that is not interactive."""
        view = self._view or self._not_interactive("working")
        return view.working

    @property
    def equity(self) -> int:
        """Profit at last prices, less fees; RuntimeError for one that is not interactive."""
        view = self._view or self._not_interactive("equity")
        worth = sum(
            quantity * (self.last_price(symbol) or 0) for symbol, quantity in view.positions.items()
        )
        return (view.cash + worth) // SCALE

    def last_price(self, symbol: str) -> int | None:
        """Return the symbol's newest price up to the message that is handled now, or was last."""
        if self.rows:
            raise RuntimeError("on_ticks is given the prices as columns: last_price is not for it")
        return self._feed.last_price(symbol, self.sequence)

    def _not_interactive(self, read: str) -> NoReturn:
        raise RuntimeError(
            f"{read} depends on reports: a strategy that reads them has `interactive = True`"
        )
