"""Order sessions end again and again while strategies trade, are killed, and start again."""

import asyncio
import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.stack import ORDER_MANAGER, RunningStack
from tradestack.ctl.up.display.progress import SOURCE_ENDED, StackStats
from tradestack.net.control.client import ControlFault
from tradestack.store.journal_lines import read_lines
from tradestack.wire.journal.order_journal import OrderRecord, decode_record

STRATEGIES = {"dense": (1, 2), "wide": (5, 20)}  # short_ticks, long_ticks
PACE = "12000/s"  # three seconds for the sample
SESSIONS = 8
WAIT_MAX_S = 0.3
POLL_S = 0.02
END_DEADLINE_S = 600.0


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Counter[str]:
    """Return the decisions of a run in which one order session takes them all."""
    directory = tmp_path_factory.mktemp("undisturbed")
    stack = RunningStack(directory, {name: name for name in STRATEGIES})

    async def play() -> None:
        await stack.start(_options(directory, "max"))
        await _until_ended(stack)
        await stack.stop()

    asyncio.run(play())
    return _decisions(directory)


@pytest.mark.parametrize("victim", [None, "strategy-dense", ORDER_MANAGER])
def test_every_decision_is_taken_once_over_all_order_sessions(
    tmp_path: Path, undisturbed: Counter[str], victim: str | None
) -> None:
    """Neither an order in flight at the end of a session is lost, nor one before it repeated."""
    rng = random.Random(7)
    stack = RunningStack(tmp_path, {name: name for name in STRATEGIES})

    async def play() -> None:
        try:
            await stack.start(_options(tmp_path, PACE))
            for _ in range(SESSIONS):
                await asyncio.sleep(rng.uniform(0, WAIT_MAX_S))
                if victim is not None:
                    stack.signal(victim, signal.SIGKILL)
                await _begin_session(stack)
            await _until_ended(stack)
            await stack.stop()
        finally:
            await stack.kill()

    asyncio.run(play())

    assert len(undisturbed) > 14_000
    assert _decisions(tmp_path) == undisturbed
    assert len([*(tmp_path / "state" / ORDER_MANAGER).glob("*.journal")]) == SESSIONS + 1


def _options(directory: Path, pace: str) -> list[str]:
    options = ["--pace", pace, "--set", "gateway.at_end=hold"]
    settings = ["max_order_age='0'", "sessions_kept=1000", "new_session_at='never'"]
    for setting in settings:
        options += ["--set", f"order-manager.{setting}"]
    for name, (short_ticks, long_ticks) in STRATEGIES.items():
        path = directory / f"{name}.toml"
        path.write_text(
            f'strategy = "crossover"\nquantity = "10"\nuser = "{name}"\nstart = "session"\n'
            f"[parameters]\nshort_ticks = {short_ticks}\nlong_ticks = {long_ticks}\n"
        )
        options += ["--strategy-config", str(path)]
    return options


async def _begin_session(stack: RunningStack) -> None:
    while True:
        try:
            await stack.call(ORDER_MANAGER, "io.tradestack.OrderManager.NewSession")
        except ControlFault:  # it is just starting
            await asyncio.sleep(POLL_S)
        else:
            return


async def _until_ended(stack: RunningStack) -> None:
    """Wait until every order has its report: one that was lost would be awaited forever."""
    async with asyncio.timeout(END_DEADLINE_S):
        await _ended(stack)


async def _ended(stack: RunningStack) -> None:
    while (stats := await stack.stats()) is None or not _has_ended(stats):
        await asyncio.sleep(POLL_S)


def _has_ended(stats: StackStats) -> bool:
    """Return whether every order has a report; the last ones wait for a trade that never comes."""
    return stats.gateway["source_state"] == SOURCE_ENDED and all(
        strategy["session"] == stats.gateway["session"]
        and strategy["sequence_processed"] >= stats.gateway["head"]
        and strategy["orders_pending"] == 0
        for strategy in stats.strategies.values()
    )


def _decisions(directory: Path) -> Counter[str]:
    """Count the orders of all journals by their names without the id of the feed session."""
    names: Counter[str] = Counter()
    for journal in (directory / "state" / ORDER_MANAGER).glob("*.journal"):
        for line in read_lines(journal):
            record = decode_record(line.payload) if line.payload else None
            if isinstance(record, OrderRecord):
                instance, config_hash, _session, *message = record.order.cl_ord_id.split("-")
                names["-".join((instance, config_hash, *message))] += 1
    return names
