"""An order manager with a replicated journal: the primary, or a standby until it becomes that.

    start: connect ─► make the local journals equal to the stream ─► who wrote it last?
             ├── this host, or nobody and role = "primary" ──► claim ─► serve
             ├── another host, role = "primary" ──► exit status 78
             └── role = "standby" ──► follow ── command, or silence ──► claim ─► serve

A claim is a `Takeover` after the newest message: of two hosts that try, one is refused, and the
primary before is refused its next append. So the stream alone decides; there is no lease and no
clock. Each start of a primary is a claim too: what its predecessor had under way cannot be stored
any more. A primary that is refused an append ends; its next start, which its supervisor makes where
the role is "standby", follows.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Coroutine, Mapping, Sequence

from tradestack.configs.durability import Durability
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.replication import Role
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.engine.faults import Unavailable
from tradestack.net.control.interface import Interface
from tradestack.observe.levels import Level
from tradestack.observe.statistics import LatencyHistogram
from tradestack.runtime.service import Context
from tradestack.store.directory_lock import DirectoryLock
from tradestack_order_manager.order_manager import OrderManager
from tradestack_order_manager.replica import Replica, require_restart
from tradestack_order_manager.replication.claim import (
    Cause,
    another_primary,
    catch_up,
    claim,
    claim_in_time,
    confirm,
    deposed,
)
from tradestack_order_manager.replication.control import (
    Status,
    TakeoverRefused,
    Verified,
    replication_interface,
)
from tradestack_order_manager.replication.follower import Follower, silence_of
from tradestack_order_manager.replication.identity import Identity
from tradestack_order_manager.replication.late import late_interface
from tradestack_order_manager.replication.link import Link
from tradestack_order_manager.replication.publisher import UNCONFIRMED_NS_MAX, Publisher
from tradestack_order_manager.replication.standby import Standby
from tradestack_order_manager.replication.status import (
    stats_of,
    status_of_primary,
    status_of_standby,
    words_of,
)
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
        self._identity = Identity.of(context.state_directory, self._host, context.boot_id)
        settings = context.config.nats.settings(f"tradestack order manager of {self._host}")
        self._link = Link(settings, keys.stream, keys.replicas)
        self._follower: Follower | None = None
        self._following: asyncio.Task[None] | None = None
        self._publisher: Publisher | None = None
        self._manager: OrderManager | None = None
        self._standby: Standby | None = None
        self._silence: asyncio.Task[None] | None = None
        self._taking_over = asyncio.Lock()
        self._refusal = ""  # why the last claim of this host did not succeed

    async def start(self) -> None:
        """Make the local journals equal to the stream; serve, or stand by. Raises OperatorFault."""
        directory = self._context.state_directory
        copy = await catch_up(directory, self._link, self._context.notifier)
        if copy.appended_bytes:
            logger.info("%d bytes were missing in the local journals", copy.appended_bytes)
        complete_logs(self._context.config.order_log, copy.ended)
        session = recover_newest(directory)
        self._follower = Follower(
            self._link,
            directory,
            session,
            last=copy.last,
            author=copy.author,
            stored_session=copy.session_id,
            silence=silence_of(self._context.config.replication.takeover_after),
            identity=self._identity,
            clock=self._context.clock,
            config=self._context.config,
        )
        role, author = self._context.config.replication.role, copy.author
        self._identity.require_no_namesake(author)
        is_own = role is Role.PRIMARY if author is None else self._identity.is_own(author)
        if is_own and role is Role.STANDBY:
            await self._become_primary(self._follower, Cause.OWN)
        elif is_own:
            await self._as_primary(self._begin_as_primary(self._follower))
        elif role is Role.PRIMARY and author is not None:
            raise another_primary(author, self._host)
        else:
            self._stand_by(self._follower)

    # ---- the primary ---------------------------------------------------------------------------

    async def _begin_as_primary(self, follower: Follower) -> None:
        parts = follower, self._link, self._identity
        await self._serve(follower, await claim(*parts, Cause.OWN, self._context.clock), Cause.OWN)

    async def _serve(self, follower: Follower, publisher: Publisher, cause: Cause) -> None:
        """Serve, as the stream has stored the claim. Raises OperatorFault, OSError."""
        context, before = self._context, follower.author
        session = follower.session
        is_stored = session is not None and session.id == follower.stored_session
        replicated = Replicated(session, is_stored, publisher.backlog)
        replica = Replica(self._lock, replicated, publisher)
        self._publisher = publisher
        context.spawn(self._as_primary(publisher.send()), "order journal to the stream")
        context.spawn(self._as_primary(publisher.watch()), "watch over the stream")
        if before is not None and not self._identity.has_served_last(before):
            # Until then the primary before, which may be cut off, may still answer its clients.
            await asyncio.sleep(UNCONFIRMED_NS_MAX / NANOSECONDS_PER_SECOND)
        self._identity.note_served(publisher.author)
        if self._standby is not None:
            await self._standby.close()
        self._manager = OrderManager(context, replica)
        await self._manager.start()
        if self._silence is not None:
            self._silence.cancel()
        logger.warning("this host is the primary, epoch %d: %s", publisher.epoch, cause.value)

    async def _as_primary(self, work: Coroutine[object, object, None]) -> None:
        """Do it until another host is the primary. Raises OperatorFault, StartAgain."""
        try:
            await work
        except Overtaken as overtaken:
            raise deposed(overtaken, self._context.config.replication.role) from overtaken

    # ---- the standby ---------------------------------------------------------------------------

    def _stand_by(self, follower: Follower) -> None:
        context = self._context
        if self._standby is None:
            self._standby = Standby(context, follower, self._words)
            self._silence = context.spawn(self._wait_for_silence(follower), "primary's silence")
        self._following = context.spawn(self._follow(follower), "stream to the order journal")

    async def _follow(self, follower: Follower) -> None:
        """Follow the primary; take its place if a takeover is stored that was given up."""
        await follower.follow()
        async with self._taking_over:
            logger.warning("the takeover that was given up is stored after all")
            await self._become_primary(follower, Cause.OWN)

    async def _wait_for_silence(self, follower: Follower) -> None:
        while True:
            await follower.listen()
            try:
                await self._take_over(Cause.SILENCE)
            except TakeoverRefused as refused:
                logger.warning("this host has not taken over: %s", refused)
            follower.silence.heard()

    async def take_over(self) -> Status:
        """Become the primary. Raises TakeoverRefused."""
        return await self._take_over(Cause.COMMAND)

    async def _take_over(self, cause: Cause) -> Status:
        async with self._taking_over:
            follower, following = self._follower, self._following
            if self._is_primary():
                raise TakeoverRefused("this host is the primary already")
            if follower is None or following is None:
                raise TakeoverRefused("the order manager has not started yet")
            await confirm(follower)
            following.cancel()
            await asyncio.wait([following])
            # A fault in it ends the process, whoever has asked.
            work = self._become_primary(follower, cause)
            await asyncio.wait([self._context.spawn(work, "takeover")])
            if not self._is_primary():
                raise TakeoverRefused(self._refusal)
            return self.status_of_replication()

    async def _become_primary(self, follower: Follower, cause: Cause) -> None:
        """Become the primary, or stand by again, with the reason in `_refusal`."""
        try:
            publisher = await claim_in_time(
                follower, self._link, self._identity, cause, self._context.clock
            )
        except TakeoverRefused as refused:
            self._refusal = str(refused)
            logger.warning("this host has not taken over: %s", refused)
            self._stand_by(follower)
        else:
            await self._serve(follower, publisher, cause)

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
            if self._standby is not None:
                await self._standby.close()
            self._lock.release()
        await self._link.close()

    def reload(self, config: OrderManagerConfig) -> None:
        """Apply a changed config, of a standby when it takes over. Raises OperatorFault."""
        require_restart(Durability.REPLICATED, config.durability)
        if self._manager is not None:
            self._manager.reload(config)
        elif self._standby is not None:
            self._standby.reload(config)
        self._context = dataclasses.replace(self._context, config=config)

    def stats(self) -> dict[str, object]:
        """Return the values of the replication, and the counters of a primary."""
        of_manager = {} if self._manager is None else self._manager.stats()
        replication = stats_of(self.status_of_replication(), self._link.foreign.count)
        return {**of_manager, "replication": replication}

    def histograms(self) -> Mapping[str, LatencyHistogram]:
        """Return the durations of the primary."""
        return {} if self._manager is None else self._manager.histograms()

    def status(self) -> str:
        """Return the role of this host, and the status of a primary."""
        status = self.status_of_replication()
        if self._manager is None:
            return words_of(status)
        return f"{status.role}, epoch {status.epoch}, {self._manager.status()}"

    def levels(self) -> Sequence[Level]:
        """Return how full the parts of this one are."""
        part = self._manager or self._standby
        return [] if part is None else part.levels()

    def stalled(self, now_ns: int) -> str | None:
        """Return what the primary says; a standby has no deadline."""
        return None if self._manager is None else self._manager.stalled(now_ns)

    def interfaces(self) -> Sequence[Interface]:
        """Return the order manager's, which a standby refuses, and io.tradestack.Replication."""
        return late_interface(lambda: self._manager, self._words), replication_interface(self)


def build(context: Context[OrderManagerConfig]) -> OrderManager | Member:
    """Return the order manager that the config asks for. Raises OperatorFault, OSError."""
    is_replicated = context.config.durability is Durability.REPLICATED
    return Member(context) if is_replicated else OrderManager(context)
