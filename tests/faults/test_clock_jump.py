"""Wall clocks that jump by hours, within a session and between two."""

import asyncio
import signal

from tests.faults.compare.checker import differences
from tests.faults.compare.evidence import Evidence
from tests.faults.repetition import Repetition
from tests.faults.stack import GATEWAY, ORDER_MANAGER, fail_points_hit
from tradestack.observe.events import SERVER_LOST
from tradestack.runtime.fail_points import FailPoint

JUMPS = (
    "gateway.read:200:-1h gateway.appended:600:3h gateway.sent:1000:-400d "
    "strategy.received:50:2h strategy.decided:100:-5h strategy.sent:500:30d "
    "order-manager.received:50:-1h order-manager.judged:150:4h order-manager.reported:300:-2d"
)
POLL_S = 0.05


def test_jumps_break_no_number_id_heartbeat_or_deadline(
    undisturbed: Evidence, repetition: Repetition
) -> None:
    """Nobody is disconnected or delayed, and the session equals one with a steady clock."""
    said: list[str] = []

    async def watch(watched: Repetition) -> None:
        await watched.subscribers["fast"].end_of(watched.session)
        said.extend(watched.stack.lines)

    evidence = asyncio.run(repetition.run(watch, fail_points=JUMPS))

    assert differences(undisturbed, evidence) == []
    assert (
        len(fail_points_hit(said)) == len(JUMPS.split()) + 3
    )  # each of the two strategies has three
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
