"""An order manager with a replicated journal: the primary, or a standby until it becomes that.

    start: connect ─► make the local journals equal to the stream ─► who wrote it last?
             ├── this host, or nobody and role = "primary" ──► claim ─► serve
             ├── another host, role = "primary" ──► exit status 78
             └── role = "standby" ──► follow ── command, or silence ──► claim ─► serve

A claim is a `Takeover` after the newest message: of two hosts that try, one is refused, and the
primary before is refused its next append. So the stream alone decides; there is no lease and no
clock. Each start of a primary is a claim too: what its predecessor had under way cannot be stored
any more.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Mapping, Sequence
from typing import cast

from tradestack.configs.durability import Durability
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.replication import Role
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.engine.faults import EngineError, Unavailable
from tradestack.net.control.interface import Interface
from tradestack.net.server.session_server import SessionServer
from tradestack.net.server.users import Users
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.replication.silence import Silence
from tradestack.runtime.service import Context
from tradestack.store.directory_lock import DirectoryLock
from tradestack.wire.service import Service
from tradestack_order_manager.control.inquiry import Inquiry
from tradestack_order_manager.control.interface import (
    ControlledOrderManager,
    order_manager_interface,
)
from tradestack_order_manager.order_manager import OrderManager
from tradestack_order_manager.replica import Replica, require_restart
from tradestack_order_manager.replication.claim import (
    catch_up,
    claim,
    may_be_served_elsewhere,
    read_rest,
)
from tradestack_order_manager.replication.control import (
    Status,
    TakeoverRefused,
    Verified,
    replication_interface,
)
from tradestack_order_manager.replication.follower import Follower
from tradestack_order_manager.replication.late import Late
from tradestack_order_manager.replication.link import Link
from tradestack_order_manager.replication.publisher import (
    LOOK_INTERVAL_S,
    UNCONFIRMED_NS_MAX,
    Publisher,
    fenced,
)
from tradestack_order_manager.replication.standby import StandbyPort
from tradestack_order_manager.replication.status import status_of_primary, status_of_standby
from tradestack_order_manager.replication.verification import Verification
from tradestack_order_manager.replication.writer import Overtaken
from tradestack_order_manager.sessions.order_sessions import recover_newest
from tradestack_order_manager.sessions.replicated import Replicated
from tradestack_order_manager.show.ended_log import complete_logs

logger = logging.getLogger(__name__)


class Member:
    """An order manager with a replicated journal, as the runtime (`Service`) uses it."""

    def __init__(self, context: Context[OrderManagerConfig]) -> None:
        """Lock the state directory. Raises OperatorFault, OSError."""
        keys = context.config.replication
        self._context = context
        self._host = keys.own_name
        self._lock = DirectoryLock.take(context.state_directory)
        settings = context.config.nats.settings(f"tradestack order manager of {self._host}")
        self._link = Link(settings, keys.stream, keys.replicas)
        self._port: SessionServer | None = None
        self._follower: Follower | None = None
        self._following: asyncio.Task[None] | None = None
        self._publisher: Publisher | None = None
        self._manager: OrderManager | None = None
        self._silence: asyncio.Task[None] | None = None
        self._taking_over = asyncio.Lock()

    async def start(self) -> None:
        """Make the local journals equal to the stream; serve, or stand by. Raises OperatorFault."""
        directory = self._context.state_directory
        copy = await catch_up(directory, self._link, self._context.notifier)
        logger.info("%d bytes were missing in the local journals", copy.appended_bytes)
        complete_logs(self._context.config.order_log, copy.ended)
        session = recover_newest(directory)
        looks = self._context.config.replication.takeover_after
        self._follower = Follower(
            self._link,
            directory,
            session,
            last=copy.last,
            author=copy.author,
            stored_session=copy.session_id,
            silence=Silence(
                looks and -(-looks // int(LOOK_INTERVAL_S * NANOSECONDS_PER_SECOND)) + 1
            ),
            sessions_kept=self._context.config.sessions_kept,
            order_log=self._context.config.order_log,
        )
        role, author = self._context.config.replication.role, copy.author
        is_own = role is Role.PRIMARY if author is None else author.host == self._host
        if is_own and role is Role.STANDBY:
            await self._become_primary(self._follower)
        elif is_own:
            try:
                await self._serve(self._follower)
            except Overtaken as overtaken:
                raise fenced(overtaken) from overtaken
        elif role is Role.PRIMARY and author is not None:
            raise OperatorFault(
                "replication.role",
                f"host {author.host} is the primary (epoch {author.epoch}), and this one is "
                f"{self._host}",
                'set role = "standby" here; `tradestackctl ha takeover` then makes it the primary',
            )
        else:
            self._stand_by(self._follower)

    # ---- the primary ---------------------------------------------------------------------------

    async def _serve(self, follower: Follower) -> None:
        """Claim the stream, then serve. Raises OperatorFault, Overtaken, OSError."""
        context = self._context
        publisher = await claim(follower, self._link, self._host, context.clock)
        session = follower.session
        is_stored = session is not None and session.id == follower.stored_session
        replicated = Replicated(session, is_stored, publisher.backlog)
        replica = Replica(self._lock, replicated, publisher)
        self._publisher = publisher
        context.spawn(publisher.send(), "order journal to the stream")
        context.spawn(publisher.watch(), "watch over the stream")
        if await may_be_served_elsewhere(follower, self._link, self._host):
            # Until then the primary before, which may be cut off, may still answer its clients.
            await asyncio.sleep(UNCONFIRMED_NS_MAX / NANOSECONDS_PER_SECOND)
        self._manager = OrderManager(context, replica)
        await self._manager.start()
        logger.warning("this host is the primary, epoch %d", publisher.epoch)

    # ---- the standby ---------------------------------------------------------------------------

    def _stand_by(self, follower: Follower) -> None:
        context = self._context
        self._port = SessionServer(
            listener=context.listeners["orders"],
            users=Users.load(context.config.users_file).traders(),
            handler=StandbyPort(self._words),
            limits=context.config.limits,
            clock=context.clock,
            service=Service.ORDERS,
        )
        self._port.start()
        self._following = context.spawn(follower.follow(), "stream to the order journal")
        if self._silence is None:
            self._silence = context.spawn(self._wait_for_silence(follower), "primary's silence")

    async def _wait_for_silence(self, follower: Follower) -> None:
        while self._manager is None:
            await follower.listen()
            try:
                await self.take_over()
            except TakeoverRefused as refused:
                logger.warning("this host has not taken over: %s", refused)
            follower.silence.heard()

    async def take_over(self) -> Status:
        """Become the primary. Raises TakeoverRefused."""
        async with self._taking_over:
            follower, following = self._follower, self._following
            if self._is_primary():
                raise TakeoverRefused("this host is the primary already")
            if follower is None or following is None or self._port is None:
                raise TakeoverRefused("the order manager has not started yet")
            try:  # what cannot be read now must not be waited for: the standby goes on
                await follower.end_of_stream()
            except EngineError as error:
                raise TakeoverRefused(f"the stream cannot be read: {error}") from error
            following.cancel()
            await asyncio.wait([following])
            await self._port.close()
            # A fault in it ends the process, whoever has asked.
            await asyncio.wait([self._context.spawn(self._become_primary(follower), "takeover")])
            if not self._is_primary():
                raise TakeoverRefused(f"host {self._primary} has taken over")
            return self.status_of_replication()

    async def _become_primary(self, follower: Follower) -> None:
        try:
            await read_rest(follower, self._link)
            await self._serve(follower)
        except Overtaken as overtaken:
            logger.warning("this host has not taken over: %s", overtaken)
            self._stand_by(follower)

    def _words(self) -> str:
        primary = self._primary or "nobody yet"
        return f"this order manager stands by; the primary is {primary}"

    def _is_primary(self) -> bool:
        return self._manager is not None

    @property
    def _primary(self) -> str:
        author = None if self._follower is None else self._follower.author
        return self._host if self._manager is not None else author.host if author else ""

    def status_of_replication(self) -> Status:
        """Return what this order manager is."""
        if self._manager is not None and self._publisher is not None:
            return status_of_primary(
                self._host, self._link, self._publisher, self._manager.inquiry.session_id
            )
        return status_of_standby(self._host, self._link, self._follower)

    async def verify(self) -> Verified:
        """Compare journals and stream. Raises EngineError while the stream cannot be read."""
        if self._manager is not None and self._publisher is not None:
            last = self._publisher.last
        elif self._follower is not None:
            last = self._follower.last
        else:
            raise Unavailable("the order manager has not started yet")
        return await Verification(self._context.state_directory, last).run(self._link)

    # ---- what the runtime asks for -------------------------------------------------------------

    async def stop(self) -> None:
        """Stop serving, or standing by."""
        if self._manager is not None:
            await self._manager.stop()
        else:
            if self._port is not None:
                await self._port.close()
            self._lock.release()
        await self._link.close()

    def reload(self, config: OrderManagerConfig) -> None:
        """Apply a changed config, of a standby when it takes over. Raises OperatorFault."""
        require_restart(Durability.REPLICATED, config.durability)
        if self._manager is not None:
            self._manager.reload(config)
        self._context = dataclasses.replace(self._context, config=config)

    def stats(self) -> dict[str, object]:
        """Return the counters of the order session; a standby has none."""
        return {} if self._manager is None else self._manager.stats()

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return the durations of the primary."""
        return {} if self._manager is None else self._manager.histograms()

    def status(self) -> str:
        """Return the role of this host, and the status of a primary."""
        status = self.status_of_replication()
        text = f"{status.role}, epoch {status.epoch}"
        if self._manager is not None:
            return f"{text}, {self._manager.status()}"
        behind = f"{status.behind} messages behind {status.primary or 'nobody'}"
        return f"{text}, {behind}{f', STREAM UNAVAILABLE: {status.fault}' if status.fault else ''}"

    def levels(self) -> Sequence[Level]:
        """Return how full the parts of a primary are."""
        return [] if self._manager is None else self._manager.levels()

    def stalled(self, now_ns: int) -> str | None:
        """Return what the primary says; a standby has no deadline."""
        return None if self._manager is None else self._manager.stalled(now_ns)

    def interfaces(self) -> Sequence[Interface]:
        """Return the order manager's, which a standby refuses, and io.tradestack.Replication."""
        manager = Late(lambda: self._manager, self._words)
        inquiry = Late(lambda: self._manager and self._manager.inquiry, self._words)
        return (
            order_manager_interface(
                cast("ControlledOrderManager", manager), cast("Inquiry", inquiry)
            ),
            replication_interface(self),
        )


def build(context: Context[OrderManagerConfig]) -> OrderManager | Member:
    """Return the order manager that the config asks for. Raises OperatorFault, OSError."""
    is_replicated = context.config.durability is Durability.REPLICATED
    return Member(context) if is_replicated else OrderManager(context)
