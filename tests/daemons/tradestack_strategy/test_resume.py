"""A paused strategy that is to trade again."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from tests.daemons.tradestack_strategy.failing_hooks import (
    AT_A_MESSAGE,
    HEAD,
    ON_TICK,
    ROWS,
    paused,
    publish,
    resume,
    started,
    text_of,
)
from tests.daemons.tradestack_strategy.services import Make, until
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld
from tests.kit.strategy_process import StrategyProcess
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.wire.varlink import VarlinkError


@pytest.mark.parametrize("hook", ["on_tick", "on_tick of an interactive one"])
async def test_an_unchanged_strategy_pauses_again_at_the_same_message(
    world: MakeWorld, make_strategy: Make, tmp_path: Path, hook: str
) -> None:
    """What it has sent is not sent again."""
    text = text_of(AT_A_MESSAGE[hook])
    async with world() as w, started(w, make_strategy, text, tmp_path) as strategy:
        publish(w, ROWS)
        first = await paused(strategy)
        await resume(strategy)
        second = await paused(strategy)

        assert second == first
        assert [order.feed_seq for order in w.orders.received] == [1, 2]
        assert strategy.stats()["sequence_processed"] == 2


async def test_a_mended_strategy_trades_from_the_head_on(
    world: MakeWorld, make_strategy: Make, tmp_path: Path
) -> None:
    """It learns from the first message on; its orders have the names of another epoch."""
    text = text_of(AT_A_MESSAGE["on_tick"])
    async with world() as w, started(w, make_strategy, text, tmp_path) as strategy:
        publish(w, ROWS)
        await paused(strategy)
        before = strategy.stats()
        (tmp_path / "mine.py").write_text(text.replace("== 13", "== 15"))
        await resume(strategy)
        await until(lambda: strategy.stats()["state"] == "live")
        after = strategy.stats()
        publish(w, [("P", "SPY", "13")])
        await until(lambda: len(w.orders.received) == 3)

        assert after["pause_reason"] is None
        assert after["sequence_processed"] == 4
        assert after["from_sequence"] == 5
        assert after["config_hash"] != before["config_hash"]
        assert [order.feed_seq for order in w.orders.received] == [1, 2, 5]
        assert after["config_hash"] in w.orders.received[-1].cl_ord_id


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("def on_tick(:\n", "line 1: SyntaxError"),
        ("1 / 0\n", "line 1: ZeroDivisionError: division by zero"),
        ("from tradestack.strategies import Strategy\n", "has no class that extends Strategy"),
        (HEAD + "    def on_tik(self, tick):\n        pass\n", "on_tik, which is no hook"),
        (HEAD + "    name = 5\n" + ON_TICK, "name that is not 1 to 32 characters"),
    ],
)
async def test_it_stays_paused_while_its_file_is_wrong(
    world: MakeWorld, make_strategy: Make, tmp_path: Path, text: str, complaint: str
) -> None:
    """The caller is told what is wrong."""
    wrong = text_of(AT_A_MESSAGE["on_tick"])
    async with world() as w, started(w, make_strategy, wrong, tmp_path) as strategy:
        publish(w, ROWS)
        reason = await paused(strategy)
        (tmp_path / "mine.py").write_text(text)

        with pytest.raises(VarlinkError) as refused:
            await resume(strategy)

        assert complaint in refused.value.parameters["reason"]
        assert await paused(strategy) == reason


async def test_what_is_not_paused_is_not_resumed(
    world: MakeWorld, make_strategy: Make, tmp_path: Path
) -> None:
    """Of two who resume a strategy at the same time, one is refused."""
    text = text_of(AT_A_MESSAGE["on_tick"])
    async with world() as w, started(w, make_strategy, text, tmp_path) as strategy:
        with pytest.raises(VarlinkError) as while_it_trades:
            await resume(strategy)
        publish(w, ROWS)
        await paused(strategy)
        both = await asyncio.gather(resume(strategy), resume(strategy), return_exceptions=True)
        await paused(strategy)

        assert while_it_trades.value.parameters == {"reason": "it is not paused"}
        assert [type(each) for each in both] == [type(None), VarlinkError]


async def test_a_process_is_resumed_by_a_command(
    world: MakeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is refused with the reason while the file is wrong; meanwhile others trade."""
    path, text = tmp_path / "mine.py", text_of(AT_A_MESSAGE["on_tick"])
    path.write_text(text)
    resume_strategy = partial(run, ["resume-strategy", "news", "--runtime-dir", str(tmp_path)])
    async with world() as w:
        servers = {"feed": str(w.feed.address), "orders": str(w.orders.address)}
        process = StrategyProcess(tmp_path, strategy=str(path), quantity="10", **servers)
        try:
            process.start()
            await process.stats_when(lambda stats: stats["state"] == "live")
            other = w.start_strategy()
            await other.settled(0)
            publish(w, ROWS)
            paused_stats = await process.stats_when(lambda stats: stats["state"] == "paused")
            path.write_text("def on_tick(:\n")
            refused = await asyncio.to_thread(resume_strategy)
            told = capsys.readouterr().err
            path.write_text(text.replace("== 13", "== 15"))
            resumed = await asyncio.to_thread(resume_strategy)
            live = await process.stats_when(lambda stats: stats["state"] == "live")
            publish(w, [("N", "SPY", "90")])
            await other.until(lambda: len(w.orders.received) == 3)
            status = await process.stop()
        finally:
            process.close()

    assert "unlucky at message 3" in paused_stats["pause_reason"]
    assert (refused, resumed, status) == (ExitStatus.REFUSED, ExitStatus.DONE, 0)
    assert f"{path} cannot be imported: line 1: SyntaxError" in told
    assert live["from_sequence"] == 5
    assert [order.signal_name for order in w.orders.received] == ["mine", "mine", "news"]
    assert process.log.count("strategy paused: a hook has raised an exception") == 1
