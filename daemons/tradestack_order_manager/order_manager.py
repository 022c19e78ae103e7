"""The order manager as a service: its parts, wired together.

The path of an order is in settler.py. If the journal cannot be written, or the disk has less than
`free_bytes_min` left, messages are answered with APPLICATION_NOT_AVAILABLE and leave no trace; the
next message tries again. After a failed fdatasync the process ends, because only a restart can tell
what is on the disk.
"""

import logging
from collections.abc import Sequence
from functools import partial

from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.domain.units import counted
from tradestack.net.common_beat import sleep_to_beat
from tradestack.net.control.interface import Interface
from tradestack.net.server.clients import Client, largest_lag, list_clients
from tradestack.net.server.connection import Connection
from tradestack.net.server.refusal import Answer
from tradestack.net.server.session_server import SessionServer
from tradestack.net.server.users import Users
from tradestack.observe.levels import Level
from tradestack.runtime.service import Context
from tradestack.store.directory_lock import DirectoryLock
from tradestack.store.free_space import ROOM_REMEDY, disk_level
from tradestack.wire import soup
from tradestack.wire.close_reason import Close
from tradestack.wire.service import Service
from tradestack_order_manager.accounts.configured_execution import change_execution, execution_of
from tradestack_order_manager.accounts.feed_again import feed_published_again
from tradestack_order_manager.availability import Availability
from tradestack_order_manager.control.inquiry import Inquiry
from tradestack_order_manager.control.interface import order_manager_interface
from tradestack_order_manager.control.known_users import KnownUsers
from tradestack_order_manager.control.trading_control import TradingControl
from tradestack_order_manager.cut_off import CutOff
from tradestack_order_manager.housekeeping import Housekeeping
from tradestack_order_manager.order_statistics import OrderStatistics
from tradestack_order_manager.recovery import recover
from tradestack_order_manager.replica import Replica
from tradestack_order_manager.risk_events import RiskEvents
from tradestack_order_manager.roll_over import RollOver
from tradestack_order_manager.sessions.disconnecting import disconnect
from tradestack_order_manager.sessions.order_sessions import recovery_timeout_s
from tradestack_order_manager.settler import Settler
from tradestack_order_manager.usage import Usage

logger = logging.getLogger(__name__)


class OrderManager:
    """The order manager, as the runtime (`Service`) and the clients (`SessionHandler`) use it."""

    def __init__(
        self, context: Context[OrderManagerConfig], replica: Replica | None = None
    ) -> None:
        """Recover order session and order log. Raises OperatorFault, OSError, SyncFailed."""
        config, clock, directory = context.config, context.clock, context.state_directory
        self._replica = replica or Replica.none()
        self._lock = self._replica.lock or DirectoryLock.take(directory)  # before it is read
        users = Users.load(config.users_file).traders()
        context.notifier.extend_timeout(recovery_timeout_s(directory))
        self._context, self._clock = context, clock
        self._statistics, self._usage = OrderStatistics(clock), Usage(clock.monotonic_ns())
        self.histograms = self._statistics.histograms
        stream = self._replica.stream
        self._availability = Availability() if stream is None else Availability(stream.look)
        self._sessions, self._display = recover(context, self._replica.replicated)
        self._statistics.follow(self._sessions.current.state.counters)
        self._server = SessionServer(
            listener=context.listeners["orders"],
            users=users,
            handler=self,
            limits=config.limits,
            clock=clock,
            service=Service.ORDERS,
        )
        self._cut_off = CutOff(stream, self._server)
        self._execution = execution_of(
            config,
            self._sessions.current.known,
            lambda: {connection.user for connection in self._server.connections},
            clock,
        )
        self._settler = Settler(
            sessions=self._sessions,
            display=self._display,
            availability=self._availability,
            usage=self._usage,
            statistics=self._statistics,
            durability=config.durability,
            rules=config.rules,
            execution=self._execution,
            risk_events=RiskEvents(context.note_level),
            answer=self._server.scheduler.serve_live,
            when_kept=self._replica.settled_when,
            clock=clock,
        )
        parts = self._settler, self._sessions, self._execution
        self.trading = TradingControl(config.halt_file, *parts)
        self._roll_over = RollOver(
            sessions=self._sessions,
            settler=self._settler,
            display=self._display,
            execution=self._execution,
            session_ends=context.session_ends,
            on_begun=self._session_begun,
            replica=self._replica,
            clock=clock,
        )
        self._housekeeping = Housekeeping(
            config=config,
            directory=directory,
            sessions=self._sessions,
            display=self._display,
            availability=self._availability,
            usage=self._usage,
            rules=lambda: self._settler.rules,
            followed=lambda: {connection.session_id for connection in self._server.connections},
            new_session=self._roll_over.begin_session,
            clock=clock,
        )
        self.inquiry = Inquiry(*parts, KnownUsers(self._server, self._sessions), self.kept)

    async def start(self) -> None:
        """Begin to accept. Raises OSError, OperatorFault if there must be a new order session."""
        self._replica.follow_faults(self._note_stream)
        if self._sessions.reason_to_end is not None:
            known, notifier = self._sessions.current.known, self._context.notifier
            await feed_published_again(self._execution, known, notifier, self._clock)
        self._roll_over.leave_session()
        self._housekeeping.check_space()
        self.trading.look_at_halt_file()
        await self._replica.kept()
        self._server.start()
        self._context.spawn(self._housekeeping.run(), "order manager's housekeeping")
        wake, let_go = self._server.scheduler.wake, partial(disconnect, self._server)
        search = self._sessions.search_long(wake, let_go, self._clock)
        self._context.spawn(search, "reports of long order sessions")
        self._context.spawn(self._pass_time(), "feed time")
        self._context.spawn(self.trading.watch_halt_file(), "halt file")
        self._context.spawn(self._cut_off.run(), "clients of an order manager that is cut off")

    async def stop(self) -> None:
        """Settle what was received, and disconnect all clients."""
        self._server.stop_accepting()
        self._settler.settle()
        await self._replica.kept_at_stop()
        await self._server.close()
        self._display.close(self._sessions.current)
        self._execution.close()
        self._sessions.close()
        self._lock.release()

    def reload(self, config: OrderManagerConfig) -> None:
        """Replace users, rules and limits, and reopen the order log. Raises OperatorFault."""
        users = Users.load(config.users_file).traders()
        self._display.reopen(self._sessions.current)
        self._roll_over.change_durability(config.durability)
        self._display.events.per_second = config.journal_orders_per_second
        self.trading.halt_file = config.halt_file
        self.trading.change_limits(config.rules)
        change_execution(self._execution, config)
        self._sessions.expect_orders(config.orders_per_session_max)
        self._server.users = users
        self._server.limits = config.limits
        self._housekeeping.config = config
        self._housekeeping.check_space()

    async def _pass_time(self) -> None:
        """Let the accounts follow their tapes, whether anybody sends something or not."""
        while True:
            self._settler.pass_time(self._execution.upkeep)
            await sleep_to_beat(self._execution.activity.interval_s)

    def levels(self) -> Sequence[Level]:
        """Return how full server, order session and disks are."""
        session = self._sessions.current
        journal_disk = disk_level(
            "journal_disk",
            self._context.state_directory,
            own_bytes=session.journal_bytes,
            bytes_min=self._housekeeping.config.free_bytes_min,
            remedy=f"{ROOM_REMEDY}, or begin a new session (`tradestackctl new-session orders`)",
        )
        others = *journal_disk, *self._display.levels(), *self.trading.levels()
        return [*self._server.levels(), self._usage.level(session, self._settler.rules), *others]

    def stalled(self, now_ns: int) -> str | None:  # noqa: ARG002
        """Return None: what a pass of the loop has received is settled in the same pass."""
        return None

    def status(self) -> str:
        """Return rate, orders and clients, and what is wrong."""
        counters = self._sessions.current.state.counters
        parts = [
            f"{self._statistics.rates()['1s']:g} orders/s",
            f"{counted(counters.orders_received, 'order')} in session {self._sessions.current.id}",
            counted(counters.fills, "fill"),
            f"{self._execution.orders_working} working",
            counted(len(self._server.connections), "client"),
        ]
        stopped, fault = self.trading.status(), self._availability.fault
        parts += [f"TRADING {stopped}"] if stopped else []
        parts += [self._usage.fault] if self._usage.fault else []
        parts += [f"JOURNAL UNAVAILABLE: {fault}"] if fault else []
        parts += [f"order log behind: {self._display.fault}"] if self._display.fault else []
        return ", ".join(parts)

    def stats(self) -> dict[str, object]:
        """Return counters of the order session; orders_duplicate since process or session began."""
        session = self._sessions.current
        return {
            **self._statistics.stats(session),
            "orders_working": self._execution.orders_working,
            "accounts": len(session.state.accounts),
            "session_fault": self._usage.fault,
            "trading": self.trading.stats(),
            "clients": len(self._server.connections),
            "client_lag_max": largest_lag(self._server.connections),
            "order_log_behind": self._display.reports_behind(session),
            "journal_fault": self._availability.fault,
            "order_log_fault": self._display.fault,
            "process": {**self._statistics.process_stats(), **self._server.stats()},
        }

    def interfaces(self) -> Sequence[Interface]:
        """Return io.tradestack.OrderManager."""
        return (order_manager_interface(self, self.inquiry),)

    # ---- what the control socket asks for --------------------------------------------------

    def clients(self) -> list[Client]:
        """Return the facts of each client that is logged in."""
        return list_clients(self._server.connections)

    async def new_session(self) -> str:
        """Begin another order session; return its id. Raises NewSessionFailed."""
        return await self._roll_over.new_session()

    async def kept(self) -> None:
        """Wait until all that is journalled may be told; raise OSError if that lasts too long."""
        await self._replica.kept_soon()

    def _note_stream(self, fault: str | None) -> None:
        """Refuse messages while the stream of a replicated journal stores nothing."""
        self._availability.note_stream(fault, self._sessions.current.id)

    def _session_begun(self) -> None:
        """Count and serve the order session that has begun."""
        self._statistics.follow(self._sessions.current.state.counters)
        self._usage.restart(self._clock.monotonic_ns())
        self._replica.when_kept(self._session_kept)

    def _session_kept(self) -> None:
        """Send the end of the session before, and remove journals."""
        self._server.scheduler.wake()
        self._housekeeping.prune(self._housekeeping.config.sessions_kept)

    # ---- what the session server asks for --------------------------------------------------

    @property
    def messages(self) -> Settler:
        """Orders and Registers go from the connection straight to the settler."""
        return self._settler

    def stream_for(self, user: str, session_id: str, sequence: int) -> Answer:
        """Return the user's reports, with those on all that was received so far."""
        if (refusal := self._cut_off.refusal()) is not None:
            return refusal
        order_session = self._sessions.find(session_id, self._clock.monotonic_ns())
        if order_session is None:
            return soup.RejectReason.SESSION_NOT_AVAILABLE
        self._settler.settle()
        stream = order_session.stream(user)
        if session_id and self._sessions.may_lack(order_session, user, sequence):
            sign = f"user {user} asks for report {sequence}, the journal has {stream.head}"
            self._give_up(order_session.id, sign)
            return soup.RejectReason.SESSION_NOT_AVAILABLE
        return stream

    def _give_up(self, session_id: str, sign: str) -> None:
        """Stop serving an incomplete session, and begin another if it was the current one."""
        if session_id != self._sessions.current.id:
            logger.error("order session %s is incomplete: %s", session_id, sign)
            return
        disconnect(self._server, session_id)
        self._sessions.record_loss(sign, self._clock.wall_ns())
        self._roll_over.leave_session()

    def client_joined(self, connection: Connection) -> None:
        """Do nothing: the client's stream has everything."""

    def client_left(self, connection: Connection, close: Close) -> None:
        """Do nothing: orders outlive connections."""
