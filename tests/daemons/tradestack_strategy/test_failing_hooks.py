"""What an exception in a hook of a strategy does to it, and to nobody else."""

from pathlib import Path

import pytest

from tests.daemons.tradestack_strategy.failing_hooks import (
    AT_A_MESSAGE,
    ON_REPORT,
    ON_TICK,
    ON_TICKS,
    ROWS,
    paused,
    publish,
    started,
    text_of,
)
from tests.daemons.tradestack_strategy.services import Make, until
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld
from tests.kit.batches import Row


@pytest.mark.parametrize("hook", AT_A_MESSAGE)
async def test_a_hook_that_fails_pauses_its_strategy_at_the_message(
    world: MakeWorld, make_strategy: Make, tmp_path: Path, hook: str
) -> None:
    """What was decided before is sent, and nothing of the message; the reason says where."""
    text = text_of(AT_A_MESSAGE[hook])
    rows: list[Row] = [("N" if hook == "on_news" else "P", *row[1:]) for row in ROWS]
    async with world() as w, started(w, make_strategy, text, tmp_path) as strategy:
        publish(w, rows)
        reason = await paused(strategy)

        assert reason.endswith("at message 3")
        assert f"{tmp_path}/mine.py line " in reason
        assert strategy.stats()["sequence_processed"] == 2
        assert strategy.stats()["orders_sent"] == (0 if hook == "on_news" else 2)


async def test_on_ticks_that_fails_pauses_its_strategy_at_the_batch(
    world: MakeWorld, make_strategy: Make, tmp_path: Path
) -> None:
    """What the batches before it have led to is sent, and nothing of this one."""
    async with world() as w, started(w, make_strategy, text_of(ON_TICKS), tmp_path) as strategy:
        publish(w, ROWS[:2])
        await until(lambda: strategy.stats()["sequence_processed"] == 2)
        publish(w, ROWS[2:])
        reason = await paused(strategy)

        assert f"{tmp_path}/mine.py line " in reason
        assert reason.endswith("in fail: ZeroDivisionError: unlucky in messages 3 to 4")
        assert strategy.stats()["sequence_processed"] == 2
        await until(lambda: [order.feed_seq for order in w.orders.received] == [1, 2])


async def test_on_report_that_fails_pauses_its_strategy_at_the_message(
    exchange_world: MakeWorld, make_strategy: Make, tmp_path: Path
) -> None:
    """It is the first message more than 4 + 3 ns after the order; its own hook is not called."""
    text = text_of(ON_REPORT)
    async with exchange_world() as w, started(w, make_strategy, text, tmp_path) as strategy:
        publish(w, [("P", "SPY", "11")] * 12)
        reason = await paused(strategy)

        assert f"{tmp_path}/mine.py line " in reason
        assert reason.endswith("in fail: ZeroDivisionError: unlucky at message 9")
        assert strategy.stats()["sequence_processed"] == 8
        assert strategy.stats()["orders_sent"] == 8


@pytest.mark.parametrize(
    ("hook", "body"),
    [
        ("on_start", ON_TICK + "\n    def on_start(self):\n        self.fail(13 * 10**8)\n"),
        ("on_end", ON_TICK + "\n    def on_end(self):\n        self.fail(13 * 10**8)\n"),
        (
            "on_end",
            "    interactive = True\n"
            + ON_TICK
            + "\n    def on_end(self):\n        self.fail(13 * 10**8)\n",
        ),
        ("counters", ON_TICK + "\n    def counters(self):\n        return {'price': None}\n"),
    ],
)
async def test_a_hook_that_is_for_no_message_pauses_as_well(
    world: MakeWorld, make_strategy: Make, tmp_path: Path, hook: str, body: str
) -> None:
    """The reason names no message."""
    async with world() as w, started(w, make_strategy, text_of(body), tmp_path) as strategy:
        publish(w, ROWS)
        if hook == "on_end":
            w.feed.end_session()
        reason = await paused(strategy)

        assert "message" not in reason
        if hook != "counters":
            assert f"{tmp_path}/mine.py line " in reason
            assert "in fail: ZeroDivisionError: unlucky" in reason


HOOKS_IN_STEP = ["on_tick of an interactive one", "an async on_tick"]


@pytest.mark.parametrize("hook", ["on_tick", *HOOKS_IN_STEP])
async def test_the_last_message_of_a_session_that_has_ended_may_fail(
    world: MakeWorld, make_strategy: Make, tmp_path: Path, hook: str
) -> None:
    """Then the session is not handled to its end, and on_end is not called."""
    text = text_of(AT_A_MESSAGE[hook]) + "\n    def on_end(self):\n        self.fail(13 * 10**8)\n"
    async with world() as w:
        publish(w, ROWS[:3])
        w.feed.end_session()
        async with started(w, make_strategy, text, tmp_path) as strategy:
            reason = await paused(strategy)

            assert reason.endswith("at message 3")
            assert strategy.stats()["sequence_processed"] == 2
            await until(lambda: [order.feed_seq for order in w.orders.received] == [1, 2])


@pytest.mark.parametrize("interactive", [False, True])
async def test_counters_that_fail_do_not_hide_what_failed_first(
    world: MakeWorld, make_strategy: Make, tmp_path: Path, interactive: bool
) -> None:
    """What on_tick has left half done is no reason to end the daemon."""
    body = f"""
    interactive = {interactive}
    prices = []

    def on_tick(self, tick):
        self.prices = None if tick.price == 13 * 10**8 else []
        self.fail(tick.price)

    def counters(self):
        return {{"prices": len(self.prices)}}
"""
    async with world() as w, started(w, make_strategy, text_of(body), tmp_path) as strategy:
        publish(w, ROWS)
        reason = await paused(strategy)

        assert reason.endswith("ZeroDivisionError: unlucky at message 3")
        assert await paused(strategy) == reason
        assert "prices" not in strategy.stats()
