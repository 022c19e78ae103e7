"""Wall clocks that jump by hours, within a session and between two."""

import asyncio
import signal

from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import Evidence
from tests.faults.repetition import Repetition
from tests.faults.stack import GATEWAY, ORDER_MANAGER, fail_points_hit
from tradestack.observe.events import SERVER_LOST
from tradestack.runtime.process.fail_points import FailPoint

# Each is passed however busy the machine is. 36,109 messages are at least 36 batches of the gateway
# (LOOKAHEAD_TICKS) and 18 receives of a strategy (receive_bytes_max), with orders because of each;
# 14,116 orders are at least 110 passes of the order manager (twice pass_packets_max).
JUMPS = (
    "gateway.read:10:-1h gateway.appended:20:3h gateway.sent:30:-400d "
    "strategy.received:5:2h strategy.decided:10:-5h strategy.sent:50:30d "
    "order-manager.received:20:-1h order-manager.judged:50:4h order-manager.reported:90:-2d"
)
JUMPS_DUE = len(JUMPS.split()) + 6  # each of the three strategies has three
POLL_S = 0.05


def test_jumps_break_no_number_id_heartbeat_or_deadline(
    undisturbed: Evidence, repetition: Repetition
) -> None:
    """Nobody is disconnected or delayed, and the session equals one with a steady clock."""
    said: list[str] = []

    async def watch(watched: Repetition) -> None:
        await watched.subscribers["fast"].end_of(watched.session)
        while len(fail_points_hit(watched.stack.lines)) < JUMPS_DUE:  # strategies may be behind
            await asyncio.sleep(POLL_S)
        said.extend(watched.stack.lines)

    evidence = asyncio.run(repetition.run(watch, fail_points=JUMPS))

    assert differences(undisturbed, evidence) == []
    assert len(fail_points_hit(said)) == JUMPS_DUE
    assert [line for line in said if SERVER_LOST.phrase in line] == []
    assert not any(repetition.result["respawns"].values())


def test_deaths_after_a_jump_are_recovered_from(
    undisturbed: Evidence, repetition: Repetition
) -> None:
    """A restarted process has another clock than the one that wrote its files."""

    async def attack(attacked: Repetition) -> None:
        for victim in (GATEWAY, ORDER_MANAGER, "strategy-dense"):
            seen = attacked.subscribers["fast"].head
            while attacked.subscribers["fast"].head < seen + 8_000:
                await asyncio.sleep(POLL_S)
            attacked.stack.signal(victim, signal.SIGKILL)

    evidence = asyncio.run(repetition.run(attack, fail_points=JUMPS))

    assert differences(undisturbed, evidence) == []


def test_sessions_follow_each_other_when_the_clock_goes_back(
    undisturbed: Evidence, repetition: Repetition
) -> None:
    """A session that began in the future is not taken to be newer than its successor."""

    async def begin_in_the_future(attacked: Repetition) -> None:
        while FailPoint.GATEWAY_READ.value not in fail_points_hit(attacked.stack.lines):
            await asyncio.sleep(POLL_S)
        began = attacked.session
        await attacked.stack.call(GATEWAY, "io.tradestack.Gateway.NewSession")
        while attacked.session == began:
            await asyncio.sleep(POLL_S)

    async def kill_gateway(attacked: Repetition) -> None:
        while attacked.subscribers["fast"].head < 8_000:
            await asyncio.sleep(POLL_S)
        attacked.stack.signal(GATEWAY, signal.SIGKILL)

    async def both() -> Evidence:
        await repetition.run(begin_in_the_future, fail_points="gateway.read:1:30d")
        return await repetition.run(kill_gateway)

    assert differences(undisturbed, asyncio.run(both())) == []
    assert repetition.result["respawns"][GATEWAY] == 1
