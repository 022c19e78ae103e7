"""The order manager's access to its replication, if its journal is replicated."""

import asyncio
import errno
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, Self

from tradestack.configs.durability import Durability
from tradestack.domain.faults import OperatorFault
from tradestack.store.directory_lock import DirectoryLock
from tradestack_order_manager.sessions.replicated import Replicated

# What the stream has not stored by then is not answered; its senders send it again.
KEPT_AT_STOP_S = 5.0
# For an answer on the control socket, whose clients wait for ten seconds.
KEPT_SOON_S = 5.0


class StreamWatch(Protocol):
    """What knows whether the stream stores what is journalled."""

    def look(self) -> str | None:
        """Return why it does not, as known now; None if it does."""
        ...

    @property
    def is_confirmed(self) -> bool:
        """Whether no other order manager can serve."""
        ...

    @property
    def is_cut_off(self) -> bool:
        """Whether clients had better look for another order manager."""
        ...

    def follow_faults(self, on_fault: Callable[[str | None], None]) -> None:
        """Call `on_fault` with the same, whenever it changes."""
        ...


def require_restart(before: Durability, after: Durability) -> None:
    """Raise OperatorFault if a running order manager would have to begin or end a replication."""
    if before is not after and Durability.REPLICATED in (before, after):
        raise OperatorFault(
            "durability",
            f'cannot change from "{before.value}" to "{after.value}" while the order manager runs',
            "restart the order manager",
        )


@dataclass(frozen=True, slots=True)
class Replica:
    """A primary, or an order manager whose journal is here alone.

    lock: of the state directory, None: not taken yet. stream: whether it stores what is journalled.
    """

    lock: DirectoryLock | None
    replicated: Replicated | None
    stream: StreamWatch | None

    @classmethod
    def none(cls) -> Self:
        """Return what an order manager has whose journal is not replicated."""
        return cls(None, None, None)

    @property
    def fault(self) -> str | None:
        """Return why the stream does not store what is journalled; None if it does."""
        return None if self.stream is None else self.stream.look()

    def follow_faults(self, on_fault: Callable[[str | None], None]) -> None:
        """Call `on_fault` with the fault, whenever it changes."""
        if self.stream is not None:
            self.stream.follow_faults(on_fault)

    @property
    def is_all_kept(self) -> bool:
        """Whether nothing that is journalled waits for the stream."""
        return self.replicated is None or self.replicated.backlog.is_empty

    @property
    def settled_when(self) -> Callable[[Callable[[], None]], None] | None:
        """Return what `Settler` calls to wait; None: it need not."""
        return None if self.replicated is None else self.when_kept

    def when_kept(self, act: Callable[[], None]) -> None:
        """Call `act` when all that is journalled so far may be told."""
        if self.replicated is None:
            act()
        else:
            self.replicated.backlog.when_kept(act)

    async def kept(self) -> None:
        """Wait until all that is journalled so far may be told."""
        is_kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.when_kept(lambda: None if is_kept.done() else is_kept.set_result(None))
        await is_kept

    async def kept_soon(self) -> None:
        """Wait as `kept` does, but not for long; raise OSError if it may not be told then."""
        try:
            async with asyncio.timeout(KEPT_SOON_S):
                await self.kept()
        except TimeoutError:
            text = "the stream has not stored it yet, and may still do so: ask again"
            raise OSError(errno.EAGAIN, text) from None
        if (fault := self.fault) is not None:
            raise OSError(errno.EAGAIN, fault)

    async def kept_at_stop(self) -> None:
        """Wait as `kept` does, for KEPT_AT_STOP_S at most; what is not kept then never is."""
        try:
            async with asyncio.timeout(KEPT_AT_STOP_S):
                await self.kept()
        except TimeoutError:
            return
        finally:
            if self.replicated is not None:
                self.replicated.backlog.abandon()
