"""An order manager that executes, as far as a strategy can tell."""

from tests.daemons.tradestack_strategy.servers import Feed, Orders
from tests.kit.market import Market
from tradestack.domain.order import Order
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderStatusRequest,
)
from tradestack.domain.tick import Tick
from tradestack.net.server.connection import Connection
from tradestack.net.server.users import Users
from tradestack.wire.feed import TickBatch
from tradestack.wire.order_messages import MatchedThrough, Progress, Register
from tradestack.wire.orders import decode_client_message, encode_message


class Exchange(Orders):
    """Orders, executed by a Market in each feed session, up to what the strategy has said.

    is_silent = True: it takes everything and reports nothing. told: each Progress.
    """

    def __init__(self, users: Users, feed: Feed, *, entry_ns: int, report_ns: int) -> None:
        super().__init__(users)
        self.told: list[tuple[str, int]] = []
        self.is_silent = False
        self._feed = feed
        self._latencies = {"entry_ns": entry_ns, "report_ns": report_ns}
        self._ticks: dict[str, list[Tick]] = {}
        self._markets: dict[str, Market] = {}
        self._reported: dict[str, int] = {}

    def publish(self, batch: TickBatch) -> None:
        """Publish messages of the current feed session, which this order manager reads, too."""
        self.market(self._feed.log.session_id)
        self._ticks[self._feed.log.session_id] += batch.ticks()
        self._feed.append(batch.records)

    def market(self, feed_session: str) -> Market:
        """Return the market of a feed session."""
        if feed_session not in self._markets:
            ticks = self._ticks[feed_session] = []
            self._markets[feed_session] = Market(feed_session, ticks, **self._latencies)
            self._reported[feed_session] = 0
        return self._markets[feed_session]

    def unsequenced_received(self, client: Connection, payload: bytes) -> None:
        """Handle any message of a strategy."""
        message = decode_client_message(payload)
        assert not isinstance(message, OrderStatusRequest)
        match message:
            case Order() | OrderCancelRequest() | OrderCancelReplaceRequest():
                if self.takes_orders:
                    self.market(message.feed_session or "").request(message)
            case Progress():
                self.told.append((message.feed_session, message.feed_seq))
                self._match(message)
            case Register():
                super().unsequenced_received(client, payload)
                self.market(message.feed_session)
        if not self.is_silent:
            self._answer(client, message.feed_session or "")

    def end_session(self) -> None:
        """End the order session; the next one begins with what works."""
        super().end_session()
        for market in self._markets.values():
            for report in market.restated():
                self.append(report)

    def speak(self) -> None:
        """Report what was kept back."""
        self.is_silent = False
        assert self.server is not None
        (client,) = self.server.connections
        for feed_session in self._markets:
            self._answer(client, feed_session)

    def _match(self, progress: Progress) -> None:
        market = self.market(progress.feed_session)
        market.match(progress.feed_seq + 1)
        has_ended = self._feed.has_ended(progress.feed_session)
        if has_ended and progress.feed_seq == len(self._ticks[progress.feed_session]):
            market.end()

    def _answer(self, client: Connection, feed_session: str) -> None:
        market = self.market(feed_session)
        new = market.reports[self._reported[feed_session] :]
        self._reported[feed_session] += len(new)
        matched = MatchedThrough(
            feed_session=feed_session,
            feed_seq=market.matched,
            reports=self.reports.head + len(new),
        )
        client.send_unsequenced(encode_message(matched))  # it overtakes the reports
        for report in new:
            self.append(report)
