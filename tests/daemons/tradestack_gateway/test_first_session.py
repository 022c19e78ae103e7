"""A relay that waits for its first feed session, as the supervisor sees it."""

import asyncio

from tests.kit.clock import FakeClock
from tradestack.net.addresses import Address
from tradestack.net.client.feed_listener import FeedListener
from tradestack.net.client.login import Credentials
from tradestack.runtime.supervisor.notify import Notifier
from tradestack_gateway.upstream import Upstream, wait_for_session

NOBODY = Address("127.0.0.1", 1)  # where nothing listens


class Supervisor:
    """Keeps the status that it was told."""

    def __init__(self) -> None:
        self.status: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def notify(self, state: str) -> None:
        """Take a message of sd_notify(3)."""
        if state.startswith("STATUS=") and not self.status.done():
            self.status.set_result(state)


async def test_the_status_says_what_is_waited_for() -> None:
    """`systemctl status` has it while no command is answered."""
    supervisor = Supervisor()
    upstream = Upstream([NOBODY], Credentials("relay", "secret"), FakeClock(), "")
    following = asyncio.create_task(upstream.follow("", 1, FeedListener()))
    began: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waiting = asyncio.create_task(
        wait_for_session(upstream, following, began, Notifier(supervisor))
    )

    status = await supervisor.status
    began.set_result(None)
    await waiting
    following.cancel()
    assert status.startswith(f"STATUS=waiting for the feed of {NOBODY}; ")
    assert "Connect call failed" in status
