"""the order manager as a service: sockets → batches → checks → journal → reports → order log.

All that one pass of the loop brought is judged, journalled in one write (and one fdatasync with
`durability = "disk"`), and only then answered. When the journal takes nothing, or the disk has less
than `free_bytes_min` left, nothing is kept and the senders are told that the application is not
available; it is tried again with the next message. After a failed fdatasync the process ends: only
a restart can tell what is on the disk.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence

from tradestack.net.control.server import Interface
from tradestack.net.server.client_facts import ClientFacts, describe_connections, largest_lag
from tradestack.net.server.connection import Connection
from tradestack.net.server.outbox import Stream
from tradestack.net.server.session_server import SessionServer
from tradestack.net.server.users import Users
from tradestack.runtime.fail_points import FailPoint, passed
from tradestack.runtime.service import Context
from tradestack.store.free_space import find_shortage
from tradestack.trading.judge import Batch, judge
from tradestack.wire import soup
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_journal import OrderRecord
from tradestack_order_manager.availability import Availability
from tradestack_order_manager.config import OrderManagerConfig
from tradestack_order_manager.control import order_manager_interface
from tradestack_order_manager.intake import Intake, Waiting
from tradestack_order_manager.journal_events import JournalEvents
from tradestack_order_manager.metrics import Meters
from tradestack_order_manager.order_logs import OrderLogs
from tradestack_order_manager.order_session import OrderSession
from tradestack_order_manager.order_sessions import (
    OrderSessions,
    is_session_due,
    recovery_timeout_s,
)

TICK_S = 1.0  # how often what may wait is done: the order log's backlog, schedules
# What a client sends into a session that has ended must not be executed in the next one: there it
# could not tell the report from one of another order.
SESSION_ENDED = "the order session has ended: log in to the current one"
SESSION_FULL = "the order session is full (orders_per_session_max): a new one must begin"

logger = logging.getLogger(__name__)


class OrderManager:
    """The order manager, as the runtime (`Service`) and the clients (`SessionHandler`) use it."""

    def __init__(self, context: Context[OrderManagerConfig]) -> None:
        self._context = context
        self._clock = context.clock
        self._config = context.config
        self._rules = context.config.rules
        self._meters = Meters(context.clock)
        self._intake = Intake(self._settle, context.config.orders_in_flight_max, context.clock)
        self._availability = Availability()
        self.unsequenced_received = self._intake.receive  # an order or a Register

    # ---- a daemon's life -------------------------------------------------------------------

    async def start(self) -> None:
        """Recovers session and order log, and begins to accept."""
        config = self._config
        users = Users.load(config.users_file)
        directory = self._context.state_directory
        self._context.notifier.extend_timeout(recovery_timeout_s(directory))
        self._sessions = OrderSessions(directory, config.durability, self._clock.wall_ns())
        events = JournalEvents(config.journal_orders_per_second)
        self._order_logs = OrderLogs(config.order_log, self._session, events, self._clock)
        self._server = SessionServer(
            listener=self._context.listeners["orders"],
            users=users,
            handler=self,
            limits=config.limits,
            clock=self._clock,
        )
        if self._session.manager.is_repaired:
            logger.warning("%s was repaired: orders go on in a new session", self._session.id)
            self.new_session()
        self._look_at_disk()
        self._server.start()
        self._context.spawn(self._tick(), "order manager's second")

    async def stop(self) -> None:
        """Settles what was received, and disconnects everybody."""
        if not hasattr(self, "_server"):
            return
        self._server.stop_accepting()
        self._intake.settle_now()
        await self._server.close()
        self._order_logs.close(self._session)
        self._sessions.close()

    def reload(self, config: OrderManagerConfig) -> None:
        """Users, rules, limits; and the order log is reopened."""
        users = Users.load(config.users_file)
        self._order_logs.reopen(self._session)
        self._config = config
        self._rules = config.rules
        self._order_logs.events.per_second = config.journal_orders_per_second
        self._intake.in_flight_max = config.orders_in_flight_max
        self._server.users = users
        self._server.limits = config.limits
        self._look_at_disk()

    def stalled(self, now_ns: int) -> str | None:  # noqa: ARG002
        """Never, as long as the loop turns: whatever is received is settled in the same pass."""
        return None

    def status(self) -> str:
        """Rate, orders, clients, and what is wrong."""
        rate = self._meters.rates()["1s"]
        counters = self._session.manager.counters
        parts = [
            f"{rate:g} orders/s",
            f"{counters.orders_received} orders in session {self._session.id}",
            f"{len(self._server.connections)} clients",
        ]
        if self._availability.fault is not None:
            parts.append(f"JOURNAL UNAVAILABLE: {self._availability.fault}")
        if self._order_logs.fault is not None:
            parts.append(f"order log behind: {self._order_logs.fault}")
        return ", ".join(parts)

    def stats(self) -> dict[str, object]:
        """Counters of the order session; orders_duplicate since process or session began."""
        session = self._session
        return {
            **self._meters.stats(session),
            "clients": len(self._server.connections),
            "client_lag_max": largest_lag(self._server.connections),
            "order_log_behind": session.last_order_id - self._order_logs.written_order_id,
            "journal_fault": self._availability.fault,
            "order_log_fault": self._order_logs.fault,
            "process": {
                **self._meters.process_stats(),
                "logins_rejected": self._server.logins_rejected_total,
                "logins_unchecked": self._server.logins_unchecked_total,
                "protocol_violations": self._server.violations_total,
            },
        }

    def interfaces(self) -> Sequence[Interface]:
        """io.tradestack.OrderManager."""
        return (order_manager_interface(self),)

    # ---- what the control socket asks ------------------------------------------------------

    def clients(self) -> Sequence[ClientFacts]:
        """Return the facts of each client that is logged in."""
        return describe_connections(self._server.connections)

    def users(self) -> Iterable[tuple[str, int]]:
        """Everybody who has reports in this session, and how many."""
        reports = self._session.manager.reports
        return [(user, len(ranges)) for user, ranges in sorted(reports.items()) if len(ranges)]

    def last_orders(self, count: int) -> Sequence[OrderRecord]:
        """The newest orders of this session, the oldest of them first."""
        return self._session.orders(self._session.last_order_id - count + 1, count)

    def new_session(self) -> str:
        """Begins another order session; its id. Raises OSError, and then all is as before."""
        self._intake.settle_now()
        # Lines of a session that has ended would not be found again after a crash.
        self._order_logs.complete(self._session)
        self._sessions.begin_next(self._clock.wall_ns())
        self._meters.reset()
        self._server.scheduler.wake()
        self._prune(self._config.sessions_kept)
        return self._session.id

    # ---- clients ---------------------------------------------------------------------------

    def stream_for(self, user: str, session_id: str) -> Stream | soup.RejectReason:
        """The user's reports; an older connection of his is drained and closed before."""
        found = self._sessions.find(session_id)
        if found is None:
            return soup.RejectReason.SESSION_NOT_AVAILABLE
        for connection in self._server.connections:
            if connection.user == user:
                connection.drain_received()
                connection.close(Close(CloseReason.REPLACED, "the user has logged in again"))
        self._intake.settle_now()
        return found.stream(user)

    def client_joined(self, connection: Connection) -> None:
        """Nothing is due: the stream says everything."""

    def client_left(self, connection: Connection, close: Close) -> None:
        """Nothing is due: orders outlive connections."""

    # ---- settling --------------------------------------------------------------------------

    @property
    def _session(self) -> OrderSession:
        return self._sessions.current

    def _settle(self, received: list[Waiting], received_ns: int) -> None:
        passed(FailPoint.ORDER_MANAGER_RECEIVED)
        session = self._session.id
        waiting = [one for one in received if one.client.session_id == session]
        if len(waiting) < len(received):
            ended = [one for one in received if one.client.session_id != session]
            self._refuse(ended, range(len(ended)), SESSION_ENDED)
        batch = judge(self._session.manager, [one.received for one in waiting], self._rules)
        passed(FailPoint.ORDER_MANAGER_JUDGED)
        self._meters.count_duplicates(batch.duplicates)
        try:
            self._availability.check()
            self._session.record(batch, self._config.durability)
        except OSError as error:
            self._availability.note_failed(error, self._session.id)
            self._refuse(waiting, batch.sources, f"orders cannot be journalled: {error.strerror}")
        else:
            passed(FailPoint.ORDER_MANAGER_JOURNALLED)
            journalled_ns = self._clock.monotonic_ns()
            self._server.scheduler.serve_live()
            passed(FailPoint.ORDER_MANAGER_REPORTED)
            if batch.entries:
                self._count(batch, journalled_ns - received_ns)
                self._order_logs.show(batch, self._session)
        self._refuse(waiting, batch.excess, SESSION_FULL)

    def _count(self, batch: Batch, latency_ns: int) -> None:
        self._meters.count_settled(len(batch.entries), latency_ns, orders=len(batch.order_records))
        self._availability.note_written(self._session.id)

    def _refuse(self, waiting: list[Waiting], indices: Sequence[int], text: str) -> None:
        for index in indices:
            waiting[index].refuse(text)
        self._meters.count_refused(len(indices))

    # ---- what may wait ---------------------------------------------------------------------

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._look_at_disk()
            self._order_logs.catch_up(self._session)
            self._follow_schedule()

    def _follow_schedule(self) -> None:
        began_ns = self._session.manager.header.time_ns
        if not is_session_due(began_ns, self._config.new_session_at, self._clock.wall_ns()):
            return
        try:
            self.new_session()
        except OSError as error:
            self._availability.note_failed(error, self._session.id)

    def _look_at_disk(self) -> None:
        """Makes room where it is short, by what is kept for comfort only."""
        directory, bytes_min = self._context.state_directory, self._config.free_bytes_min
        shortage = find_shortage(directory, bytes_min)
        if shortage is not None:
            self._prune(1)
            shortage = find_shortage(directory, bytes_min)
        self._availability.note_space(shortage, self._session.id)

    def _prune(self, sessions_kept: int) -> None:
        followed = {connection.session_id for connection in self._server.connections}
        try:
            self._sessions.prune(sessions_kept, followed)
        except OSError as error:
            logger.warning("an old journal cannot be removed: %s", error)
