"""What an exception in a hook of a strategy does to it, and to nobody else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.daemons.tradestack_strategy.services import ROOT, Make, reply_of, until
from tests.daemons.tradestack_strategy.strategy_runs import MakeWorld, World
from tests.kit.batches import Row, batch_of
from tests.kit.strategy_process import StrategyProcess
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.wire.varlink import VarlinkError
from tradestack_strategy.service import StrategyService

HEAD = """
from tradestack.strategies import Strategy, every

class Mine(Strategy):
    price = 0

"""
ON_TICK = """
    def on_tick(self, tick):
        self.buy(tick.symbol)
        self.price = tick.price
"""
IN_ON_TICK = """
    def on_tick(self, tick):
        self.buy(tick.symbol)
        self.fail(tick.price)
"""
FAIL = """
    def fail(self, price):
        if price == 13 * 10**8:
            raise ZeroDivisionError("unlucky")
"""
# Each fails for message 3, which is a price of 13.
AT_A_MESSAGE = {
    "on_tick": IN_ON_TICK,
    "on_news": """
    def on_news(self, news):
        self.fail(news.sentiment)
""",
    "a timer": ON_TICK
    + """
    @every("1ns")
    def each_time(self):
        self.fail(self.price + 10**8)  # of the message before
""",
    "on_tick of an interactive one": "    interactive = True\n" + IN_ON_TICK,
    "an async on_tick": IN_ON_TICK.replace("def on_tick", "async def on_tick"),
    "on_tick that exits": ON_TICK
    + """
        if tick.price == 13 * 10**8:
            raise SystemExit(3)
""",
}
ROWS: list[Row] = [("P", "SPY", "11"), ("P", "SPY", "12"), ("P", "SPY", "13"), ("P", "SPY", "14")]


def text_of(body: str) -> str:
    """The file of a strategy."""
    return HEAD + body + FAIL


def publish(world: World, rows: list[Row]) -> None:
    """Publish messages that are 1 ns apart."""
    first = world.feed.log.head + 1
    records = batch_of(rows, first).records
    records["event_time_ns"] = range(first, first + len(rows))
    world.feed.append(records)


@asynccontextmanager
async def started(
    world: World, make: Make, text: str, directory: Path
) -> AsyncIterator[StrategyService]:
    """A service that runs this strategy."""
    path = directory / "mine.py"
    path.write_text(text)
    strategy = make(
        strategy=str(path),
        start="session",
        feed=str(world.feed.address),
        orders=str(world.orders.address),
        segment_suffix="-of-nobody",
    )
    await strategy.start()
    try:
        yield strategy
    finally:
        await strategy.stop()


async def paused(strategy: StrategyService) -> str:
    """Wait until it is paused; return the reason, which STATUS and state say, too."""
    await until(lambda: strategy.stats()["state"] == "paused")
    assert strategy.stalled(0) is None
    state = reply_of(strategy.interfaces()[0], "GetState")["state"]
    reason: str = state["pause_reason"]
    assert state["state"] == strategy.stats()["state"] == "paused"
    assert strategy.stats()["pause_reason"] == reason
    assert strategy.status() == f"PAUSED: {reason}"
    return reason


async def resume(strategy: StrategyService) -> None:
    """Call the method of the control socket."""
    reply = strategy.interfaces()[0].methods["Resume"].call({}, ROOT)
    assert asyncio.iscoroutine(reply)
    await reply


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


@pytest.mark.parametrize("body", [ON_TICK, "    interactive = True\n" + ON_TICK])
async def test_counters_that_fail_do_not_hide_what_failed_first(
    world: MakeWorld, make_strategy: Make, tmp_path: Path, body: str
) -> None:
    """What on_tick has left half done is no reason to end the daemon."""
    body = body.replace("self.price = ", "self.prices.append(") + ")\n"
    counters = "\n    def counters(self):\n        return {'prices': len(self.prices)}\n"
    async with world() as w:
        publish(w, ROWS)
        async with started(w, make_strategy, text_of(body + counters), tmp_path) as strategy:
            reason = await paused(strategy)

            assert "has no attribute 'prices'" in reason
            assert (await paused(strategy)) == reason


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
