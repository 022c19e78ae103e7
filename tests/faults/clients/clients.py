"""The clients beside the strategies: a fast and a slow subscriber, a probe of the order port."""

from collections.abc import Collection, Sequence
from typing import Protocol

from tests.faults.clients.order_probe import OrderProbe
from tests.faults.clients.subscriber import Subscriber
from tests.faults.launch import PROBE
from tradestack.net.addresses import Address
from tradestack.net.client.login import Credentials
from tradestack.observe.events import ORDER_OUTCOME_UNKNOWN

SLOW_DELAY_S = 0.05  # a twentieth of a second for each batch: thousands of messages behind


class Servers(Protocol):
    """What the clients need to know of a stack."""

    @property
    def feed(self) -> Address:
        """The gateway that they follow."""
        ...

    @property
    def order_managers(self) -> Sequence[Address]:
        """The order manager, or several of which one is the primary."""
        ...

    def credentials(self, name: str) -> Credentials:
        """Return the credentials of a strategy instance or of the probe."""
        ...


class Clients:
    """They stay when the stack is started again elsewhere, like clients on another host."""

    def __init__(self, stack: Servers, *, prefix: str) -> None:
        """prefix: of the probe's ClOrdIDs."""
        self._stack = stack
        feed, credentials = stack.feed, stack.credentials("dense")
        self.subscribers = {
            "fast": Subscriber(feed, credentials),
            "slow": Subscriber(feed, credentials, delay_s=SLOW_DELAY_S),
        }
        login = stack.credentials(PROBE)
        self.probe = OrderProbe(login.user, login.password, prefix)
        self._connect_probe()

    def reconnect(self) -> None:
        """Use the addresses that the stack has now."""
        for subscriber in self.subscribers.values():
            subscriber.connect(self._stack.feed, self._stack.credentials("dense"))
        self._connect_probe()

    def _connect_probe(self) -> None:
        self.probe.connect(*self._stack.order_managers)

    async def finish(self, feed_session: str) -> None:
        """Return when all have everything, up to the end of that feed session."""
        for subscriber in self.subscribers.values():
            subscriber.hurry.set()
        for subscriber in self.subscribers.values():
            await subscriber.end_of(feed_session)
        await self.probe.drain()

    def faults(self, may_lack_their_ends: Collection[str], lines: Sequence[str]) -> list[str]:
        """Return what clients and strategies noticed and what no attack excuses.

        may_lack_their_ends: order sessions; lines: of the log.
        """
        faults = list(self.probe.faults)
        faults += [
            f"subscriber {name}: {session} was not served to its end"
            for name, subscriber in self.subscribers.items()
            for session in subscriber.gone
        ]
        if may_lack_their_ends:
            return faults
        faults += [f"probe: order session {session} was not served" for session in self.probe.gone]
        unknown = [line for line in lines if ORDER_OUTCOME_UNKNOWN.phrase in line]
        return faults + [f"{len(unknown)} lines like: {line}" for line in unknown[:1]]

    def close(self) -> None:
        """Disconnect all."""
        self.probe.close()
        for subscriber in self.subscribers.values():
            subscriber.close()
