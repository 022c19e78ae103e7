"""Answers about the order session: its users, orders, accounts and fills.

An account that is not in memory, as after a restart, is made again for the answer; that may be the
occasion for a report, so it is done within a batch like everything that happens to accounts.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping

import msgspec

from tradestack.domain.fixed_point import format_fixed
from tradestack.domain.requests import OrderCancelReplaceRequest
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.history import AccountKey
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.replies.accounts import (
    Account,
    Position,
    UnavailableAccount,
    account_reply,
    position_replies,
)
from tradestack.trading.replies.orders import (
    Fill,
    OpenOrder,
    Order,
    fill_reply,
    open_order_reply,
    order_after,
    order_reply,
)
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import OrderRecord
from tradestack_order_manager.accounts.execution import Execution
from tradestack_order_manager.control.known_users import KnownUsers
from tradestack_order_manager.sessions.order_sessions import OrderSessions
from tradestack_order_manager.settler import Settler

NOT_JOURNALLED = "it can be made again only while the order journal can be written"


class Inquiry:
    """Answers questions about the current order session.

    known_users: whom a question can be about.
    kept: returns when what an answer is made from may be told; raises OSError if it may not.
    """

    def __init__(
        self,
        settler: Settler,
        sessions: OrderSessions,
        execution: Execution,
        known_users: KnownUsers,
        kept: Callable[[], Awaitable[None]],
    ) -> None:
        self.known_users = known_users
        self.kept = kept
        self._sessions = sessions
        self._settler = settler
        self._execution = execution

    @property
    def session_id(self) -> str:
        """Return the id of the current order session."""
        return self._sessions.current.id

    def users(self) -> Iterable[tuple[str, int]]:
        """Return the users who have reports in this session, and how many each has."""
        reports = self._sessions.current.state.reports
        return [(user, len(ranges)) for user, ranges in sorted(reports.items()) if len(ranges)]

    def last_orders(self, count: int) -> list[Order]:
        """Return the newest orders of this session, the oldest of them first. Raises OSError."""
        self._settler.settle()
        session = self._sessions.current
        records = session.orders(session.last_order_id - count + 1, count)
        return [_as_it_is_now(record, session.known) for record in records]

    def accounts(self, user: str | None) -> tuple[list[Account], list[UnavailableAccount]]:
        """Return the newest account of each user, or of one; and those that cannot be used."""
        states, unavailable = self._newest(user)
        return [account_reply(key, state) for key, state in states.items()], unavailable

    def positions(
        self, user: str | None
    ) -> tuple[list[Account], list[Position], list[UnavailableAccount]]:
        """Return the same accounts with their positions, all at the same moment."""
        states, unavailable = self._newest(user)
        accounts = [account_reply(key, state) for key, state in states.items()]
        positions = [each for item in states.items() for each in position_replies(*item)]
        return accounts, positions, unavailable

    def open_orders(self) -> list[OpenOrder]:
        """Return the working orders of all accounts, by number."""
        self._settler.settle()
        orders = [
            open_order_reply(key, order)
            for key in self._sessions.current.state.accounts
            if (state := self._execution.state_of(key)) is not None
            for order in state.orders.values()
        ]
        return sorted(orders, key=lambda order: order.order_id)

    def last_fills(self, count: int) -> list[Fill]:
        """Return the newest fills of this session, the oldest of them first. Raises OSError."""
        self._settler.settle()
        session = self._sessions.current
        fills = session.state.fills
        places = fills.slice(max(0, len(fills) - count), len(fills))
        return [self._fill(session.read_record(*place)) for place in places]

    def _fill(self, record: object) -> Fill:
        assert isinstance(record, ExecutionRecord), f"no fill: {record}"
        report = record.report
        event_time_ns = self._execution.event_time(report.feed_session or "", report.feed_seq or 0)
        return fill_reply(record, event_time_ns)

    def _newest(
        self, user: str | None
    ) -> tuple[Mapping[AccountKey, AccountState], list[UnavailableAccount]]:
        """Return the states of the users' newest accounts, by user; those that cannot be used.

        Of an account that waits for the end of the one before, that one is returned.
        """
        newest: dict[str, AccountKey] = {}
        for key in self._sessions.current.state.accounts:
            if user in (None, key[0]):
                newest[key[0]] = max(newest.get(key[0], key), key)  # session ids ascend
        faults: dict[AccountKey, str] = {}

        def load(judgement: Judgement) -> None:
            faults.update(self._execution.load(judgement, newest.values()))
            while awaited := self._awaited(newest.values()):
                newest.update(awaited)
                faults.update(self._execution.load(judgement, awaited.values()))

        self._settler.pass_time(load)
        states, unavailable = {}, []
        for key in sorted(newest.values()):
            state = self._execution.state_of(key)
            if state is None or state.is_awaiting:
                unavailable.append(UnavailableAccount(*key, faults.get(key, NOT_JOURNALLED)))
            else:
                states[key] = state
        return states, unavailable

    def _awaited(self, keys: Iterable[AccountKey]) -> dict[str, AccountKey]:
        """Return, by user, the accounts for whose end some of these wait."""
        awaited = {}
        for key in keys:
            state = self._execution.state_of(key)
            if state is None or not state.is_awaiting or state.opening is None:
                continue
            before = key[0], state.opening.feed_session
            if before in self._sessions.current.state.accounts:
                awaited[key[0]] = before
        return awaited


def _as_it_is_now(record: OrderRecord, known: KnownOrders) -> Order:
    """Describe an order by its record and the newest report on it. Raises OSError."""
    order = order_reply(record)
    newest = known.latest_report_on(record.user, order.order_id)
    if newest is None or newest == record.report:
        return order
    now = order_after(order, newest)
    if newest.order_name == record.order.cl_ord_id:
        return now
    # Only the report on a replace has the order's new price; the request has it, too.
    request = known.first_use(record.user, newest.order_name)
    price = request.price if isinstance(request, OrderCancelReplaceRequest) else None
    return msgspec.structs.replace(
        now,
        cl_ord_id=newest.order_name,
        price=now.price if price is None else format_fixed(price),
    )
