"""A standby while it follows: reloads, space, foreign messages, and what it says of itself."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.kit.moving_client import MovingClient
from tests.kit.nats import NatsServers
from tests.kit.replicated import ReplicatedOrderManager
from tradestack.ctl.main import run
from tradestack.engine.connection import connect
from tradestack.net.server.metric_table import METRICS as OF_SERVERS
from tradestack.observe.metrics import undeclared
from tradestack.runtime.metric_table import METRICS as OF_EVERY_DAEMON
from tradestack_order_manager.metric_table import METRICS

NAMES = [f"o{number}" for number in range(30)]


def _reload(manager: ReplicatedOrderManager) -> None:
    before = manager.stats()["process"]["config_reloads"]
    manager.signal(signal.SIGHUP)
    manager.stats_when(lambda stats: stats["process"]["config_reloads"] > before)


def _enter(client: MovingClient, manager: ReplicatedOrderManager, names: list[str]) -> int:
    """Enter orders; return the newest message of the stream."""
    client.log_in(manager)
    client.send(names)
    client.read(len(names))
    last: int = manager.replication()["sequence"]
    return last


def test_a_standby_that_has_no_space_waits_for_it(
    tmp_path: Path,
    primary: ReplicatedOrderManager,
    standby: ReplicatedOrderManager,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It says so, in each of the ways to ask, and takes users and limits of a reload meanwhile."""
    asked = tmp_path / "order-manager.sock"
    asked.symlink_to(standby.control)
    config = tmp_path / "b" / "config.toml"
    text = config.read_text()
    config.write_text('free_bytes_min = "1000000GiB"\n' + text)
    standby.write_users("news", "later")
    _reload(standby)
    refused = standby.raw_client("later").send_login()
    assert refused.next_packet() is None
    assert refused.remarks[0].startswith(b"STANDBY this order manager stands by")
    standby.replication_when(lambda status: status["fault"] is not None)
    last = _enter(MovingClient(), primary, NAMES)
    assert standby.replication()["sequence"] < last
    verb = ["--runtime-dir", str(tmp_path)]
    assert run([*verb, "ha", "status"]) == 1
    assert "fault           disk full: " in capsys.readouterr().out
    run([*verb, "status"])
    assert "standby, a is the primary, epoch 1, " in capsys.readouterr().out
    stats = standby.stats_when(lambda stats: stats["limits_near"] is not None)
    assert "journal disk 100% used" in stats["limits_near"]
    assert "disk full: " in stats["replication"]["fault"]
    assert list(undeclared(METRICS + OF_SERVERS + OF_EVERY_DAEMON, stats)) == []
    config.write_text(text)
    _reload(standby)
    standby.replication_when(lambda status: status["sequence"] == last)
    assert standby.replication_when(lambda status: status["fault"] is None)["behind"] == 0
    assert standby.journals() == primary.journals()
    assert run([*verb, "ha", "status"]) == 0
    asked.unlink()
    asked.symlink_to(primary.control)
    run([*verb, "status"])
    assert "primary, epoch 1, 30 orders, " in capsys.readouterr().out


def test_messages_of_other_programs_are_passed_over(
    primary: ReplicatedOrderManager,
    standby: ReplicatedOrderManager,
    servers: NatsServers,
    stream: str,
) -> None:
    """By whoever writes the stream, follows it, compares it, or reads it at a start."""

    async def publish(count: int) -> None:
        async with await connect(servers.settings()) as connection:
            for _ in range(count):
                await connection.client.publish(stream, b"of another program")
            await connection.client.flush()

    def foreign(manager: ReplicatedOrderManager, count: int) -> dict[str, Any]:
        return manager.stats_when(lambda each: each["replication"]["foreign_messages"] == count)

    client = MovingClient()
    asyncio.run(publish(3))
    for manager in (primary, standby):
        foreign(manager, 3)
    _enter(client, primary, NAMES[:10])
    asyncio.run(publish(1))
    last = _enter(client, primary, NAMES[10:20])
    standby.replication_when(lambda status: status["sequence"] == last)
    asyncio.run(publish(2))
    for manager in (primary, standby):
        foreign(manager, 6)
        assert manager.call("io.tradestack.Replication.Verify")["difference"] is None
    for manager in (standby, primary):
        manager.stop()
        manager.start()
    last = _enter(client, primary, NAMES[20:])
    standby.replication_when(lambda status: status["sequence"] == last)
    assert standby.journals() == primary.journals()
    assert f"stream {stream}: message 4 is of another program, and is skipped" in primary.errors
