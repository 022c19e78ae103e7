"""The lines of an order journal, replayed as the order manager does, but on past damage.

`journal check` and `journal repair` both read by it, so what they find whole is what starts.
"""

from tradestack.store.journal import PREFIX_LENGTH
from tradestack.store.journal_lines import JournalLine
from tradestack.trading.ranges import packed
from tradestack.trading.session.replay import add_record
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.order_journal import SessionRecord, decode_header
from tradestack.wire.journal.replayed_records import (
    ReplayedExecutionRecord,
    ReplayedOrderRecord,
    ReplayedRecord,
    decode_replayed,
)


class MissingOrders(ValueError):
    """The order in the line is not the next one: `count` numbers before it are missing."""

    def __init__(self, first_order_id: int, order_id: int) -> None:
        super().__init__(f"order {order_id} follows order {first_order_id - 1}")
        self.first_order_id = first_order_id
        self.count = order_id - first_order_id


class JournalReplay:
    """The state of a journal, line by line.

    state: None before the header. orders_lost: the order numbers that the last damage turned out to
    have had, known from the first order after it.
    """

    def __init__(self) -> None:
        self.state: SessionState | None = None
        self.orders_lost: int | None = None
        self._lost_from: int | None = None  # the first order number that may be lost

    def interrupt(self) -> None:
        """Expect any later order number next: something is lost here."""
        self.orders_lost = None
        if self.state is not None and self._lost_from is None:
            self._lost_from = self.state.next_order_id

    @property
    def orders_lost_at_least(self) -> int:
        """Return how many orders the damage had at least, if no order follows it yet."""
        if self.state is None or self._lost_from is None:
            return 0
        return self.state.next_order_id - self._lost_from

    def take(self, line: JournalLine) -> ReplayedRecord:
        """Replay the record in a line and return it; ValueError where the order manager refuses it.

        An unknown format version is a ValueError as well.
        """
        if line.payload is None:
            raise ValueError("the checksum does not match")
        if line.number == 1:
            header = decode_header(line.payload)
            self.state = SessionState(header)
            return header
        record = decode_replayed(line.payload)
        if isinstance(record, SessionRecord):
            raise ValueError("a second session header")
        if self.state is not None:
            self._add(self.state, record, line.offset + PREFIX_LENGTH, line.payload)
        return record

    def _add(
        self, state: SessionState, record: ReplayedRecord, offset: int, payload: bytes
    ) -> None:
        if isinstance(record, ReplayedOrderRecord):
            self._skip_to(state, record.report.order_id, offset, len(payload))
        elif isinstance(record, ReplayedExecutionRecord) and self._lost_from is not None:
            number = record.report.order_id or 0
            self._skip_to(state, number + 1, offset, len(payload))  # its order is lost
        add_record(state, record, offset, payload)
        if isinstance(record, ReplayedOrderRecord) and self._lost_from is not None:
            self.orders_lost = record.report.order_id - self._lost_from
            self._lost_from = None

    def _skip_to(self, state: SessionState, order_id: int, offset: int, length: int) -> None:
        missing = order_id - state.next_order_id
        if missing <= 0:
            return
        if self._lost_from is None:
            raise MissingOrders(state.next_order_id, order_id)
        state.skip_orders(missing, packed(offset, length))
