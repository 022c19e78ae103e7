"""Feed sessions begun, published and resumed without a running gateway."""

import asyncio
from pathlib import Path

from tests.kit.clock import FakeClock
from tradestack.configs.gateway import GatewayConfig
from tradestack.runtime.supervisor.notify import Notifier
from tradestack.sessions.feed_session import FeedSession
from tradestack.sessions.sidecar import Settings
from tradestack_gateway.sessions.feed_sessions import FeedSessions

BAD_ROW = "2026-01-15T14:31:00Z,AA,none,1\n"


def make_sessions(directory: Path, clock: FakeClock | None = None) -> FeedSessions:
    """Return the sessions of a gateway that has just started."""
    return FeedSessions(directory, clock or FakeClock(), Notifier(None))


def begin(
    sessions: FeedSessions, config: GatewayConfig, current: FeedSession | None = None
) -> FeedSession:
    """Begin a session of checked sources."""
    identity = asyncio.run(sessions.check(config))
    return sessions.begin(sessions.open_source(config), identity, Settings(), current)


def resume(sessions: FeedSessions, config: GatewayConfig) -> FeedSession | None:
    """Resume the last session if it is continued."""

    async def work() -> FeedSession | None:
        return await sessions.resume(config, await sessions.check(config))

    return asyncio.run(work())


def publish_all(session: FeedSession) -> None:
    """Publish to the end of the source."""
    while (records := session.pending(0)) is not None:
        session.commit(len(records), 1)


def damage_log(directory: Path, session_id: str) -> None:
    """Overwrite the first packet."""
    with (directory / f"{session_id}.feed").open("r+b") as file:
        file.write(bytes(10) + b"not a packet")
