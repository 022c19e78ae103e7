"""What an order manager has of its replication, if its journal is replicated."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from tradestack.configs.durability import Durability
from tradestack.domain.faults import OperatorFault
from tradestack.store.directory_lock import DirectoryLock
from tradestack_order_manager.sessions.replicated import Replicated

# What the stream has not stored by then is not answered; its senders send it again.
KEPT_AT_STOP_S = 5.0


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

    lock: of the state directory, None: not taken yet. follow_faults: names whom to tell why the
    stream stores nothing.
    """

    lock: DirectoryLock | None
    replicated: Replicated | None
    follow_faults: Callable[[Callable[[str | None], None]], None]

    @classmethod
    def none(cls) -> Self:
        """Return what an order manager has whose journal is not replicated."""
        return cls(None, None, lambda _: None)

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

    async def kept_at_stop(self) -> None:
        """Wait as `kept` does, for KEPT_AT_STOP_S at most."""
        try:
            async with asyncio.timeout(KEPT_AT_STOP_S):
                await self.kept()
        except TimeoutError:
            return
