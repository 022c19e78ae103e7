"""An interactive strategy over the ends of order sessions, with a real order manager.

Whatever is killed, and whenever, it comes to the decisions and positions of a run in which nothing
ended.
"""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.sessions.recording import make_long
from tests.daemons.tradestack_strategy.executed_feed import ExecutedFeed
from tests.daemons.tradestack_strategy.strategy_runs import StrategyRun
from tests.daemons.tradestack_strategy.test_in_step import FEED, part
from tradestack.domain.order import ExecType
from tradestack.net.server.users import Users
from tradestack.trading.desk.counters import Counted
from tradestack.wire.journal.account_records import RequestRecord
from tradestack.wire.journal.order_journal import OrderRecord, Record, decode_record
from tradestack_strategy.handshake import State

LAST = len(FEED)
LATENCIES = {"entry_latency": "4ns", "report_latency": "3ns"}
MODEL = {"model": "tape", "default_size": "0"}


def begin(feed: ExecutedFeed, **keys: object) -> None:
    """Start the order manager; no strategy is ever away."""
    feed.order_manager.configure(execution=MODEL | LATENCIES, away_max="1h", **keys)
    feed.order_manager.start()


def decisions(feed: ExecutedFeed) -> list[tuple[object, ...]]:
    """Return what the strategy has asked for, in all order sessions."""
    return [
        (asked.cl_ord_id, asked.feed_seq, getattr(asked, "price", None), record.cause)
        for record in feed.records()
        if isinstance(record, OrderRecord | RequestRecord)
        for asked in [record.order if isinstance(record, OrderRecord) else record.request]
    ]


def reports(feed: ExecutedFeed) -> list[tuple[object, ...]]:
    """Return the reports of all order sessions, but those with which one begins."""
    return [
        (
            type(report).__name__,
            getattr(report, "exec_type", None),
            report.cl_ord_id,
            getattr(report, "leaves_quantity", None),
            getattr(report, "last_price", None),
            report.feed_seq,
            report.visible_time_ns,
        )
        for report in feed.reports()
        if getattr(report, "exec_type", None) is not ExecType.RESTATED
    ]


def positions(strategy: StrategyRun) -> dict[str, int]:
    """Return what the strategy believes to hold."""
    trading = strategy.runner._trading
    assert trading is not None
    view = trading.runner.view
    return {symbol: view.position(symbol) for symbol in ("SPY", "IBM")}


async def handled(feed: ExecutedFeed, strategy: StrategyRun, last: int) -> None:
    """Publish messages up to that one, and wait until the strategy has handled them."""
    if last > feed.feed.log.head:
        feed.feed.append(part(feed.feed.log.head + 1, last).records)
    await strategy.until(lambda: strategy.sequence_processed >= last)


async def finished(feed: ExecutedFeed, strategy: StrategyRun) -> dict[str, int]:
    """Publish the rest, end the feed session, and return the positions at its end."""
    await handled(feed, strategy, LAST)
    feed.feed.end_session()
    sidecar = feed.feed.log.path.with_suffix(".json")
    sidecar.write_text(f'{{"ended": true, "ended_head": {LAST}}}')
    await strategy.until(
        lambda: strategy.runner.state is State.SESSION_OVER and strategy.order_entry.is_idle
    )
    return positions(strategy)


async def undisturbed(
    directory: Path, users: Users
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]], dict[str, int], int]:
    """Return decisions, reports, positions and fills of a run in which nothing is killed."""
    async with ExecutedFeed(directory / "undisturbed", users) as feed:
        begin(feed)
        strategy = feed.run()
        held = await finished(feed, strategy)
        fills = strategy.counters[Counted.FILLS]
        return decisions(feed), reports(feed), held, fills


async def require_undisturbed(
    feed: ExecutedFeed, strategy: StrategyRun, directory: Path, users: Users
) -> None:
    """Finish the feed session; compare everything with an undisturbed run."""
    held = await finished(feed, strategy)
    expected = await undisturbed(directory, users)

    assert decisions(feed) == expected[0]
    assert reports(feed) == expected[1]
    assert held == expected[2]
    assert strategy.counters[Counted.FILLS] == expected[3] > 0
    assert strategy.counters.process()["reports_unmatched"] == 0


@pytest.mark.parametrize("ends", [(7,), (20,), (60,), (20, 21), (7, 60), (30, 30), (20, 40, 60)])
async def test_a_strategy_that_starts_again_knows_its_reports(
    tmp_path: Path, users: Users, ends: Sequence[int]
) -> None:
    """After one, two and three ends of order sessions."""
    async with ExecutedFeed(tmp_path / "world", users) as feed:
        begin(feed)
        strategy = feed.run()
        for end in ends:
            await handled(feed, strategy, end)
            feed.roll_over()
        await handled(feed, strategy, ends[-1] + 3)
        await strategy.kill()

        strategy = feed.run()

        await require_undisturbed(feed, strategy, tmp_path, users)


async def test_a_strategy_that_missed_an_order_session_reads_it(
    tmp_path: Path, users: Users
) -> None:
    """It lives on, and was not connected from the end of one session to the end of the next."""
    async with ExecutedFeed(tmp_path / "world", users) as feed:
        begin(feed)
        strategy = feed.run()
        await handled(feed, strategy, 20)
        feed.roll_over()
        feed.roll_over()

        await require_undisturbed(feed, strategy, tmp_path, users)


@pytest.mark.parametrize("seed", range(6))
async def test_kills_between_any_two_steps_change_nothing(
    tmp_path: Path, users: Users, seed: int
) -> None:
    """Order sessions end, and both processes are killed, at random moments."""
    chance = random.Random(seed)
    async with ExecutedFeed(tmp_path / "world", users) as feed:
        begin(feed)
        strategy, done = feed.run(), 0
        while done < LAST:
            count = min(chance.randrange(1, 25), LAST - done)
            feed.feed.append(part(done + 1, done + count).records)
            done += count
            if chance.random() < 0.5:
                await handled(feed, strategy, done)
            for step in chance.sample(["end", "end", "strategy", "order manager"], k=2):
                match step:
                    case "end":
                        feed.roll_over()
                    case "strategy":
                        await strategy.kill()
                        strategy = feed.run()
                    case "order manager":
                        feed.order_manager.kill()
                        feed.order_manager.start()

        await require_undisturbed(feed, strategy, tmp_path, users)


async def test_journals_that_may_be_read_again_are_kept(tmp_path: Path, users: Users) -> None:
    """Until their feed session ends, whatever sessions_kept says."""
    async with ExecutedFeed(tmp_path, users) as feed:
        begin(feed, sessions_kept=1)
        strategy = feed.run()
        for last in (10, 20, 30):
            await handled(feed, strategy, last)
            feed.roll_over()
        kept = len(feed.journals)
        await finished(feed, strategy)
        feed.order_manager.stats_when(lambda stats: not stats["orders_working"])
        feed.roll_over()
        feed.roll_over()

        assert kept == 4
        assert len(feed.journals) <= 2  # the strategy may still read the one that has just ended


async def test_a_long_order_session_is_read_as_well(tmp_path: Path, users: Users) -> None:
    """One that the order manager, started again as well, does not replay while others wait."""
    async with ExecutedFeed(tmp_path / "world", users) as feed:
        begin(feed)
        strategy = feed.run()
        await handled(feed, strategy, 30)
        await strategy.kill()
        feed.roll_over()
        feed.order_manager.kill()
        make_long(feed.journals[0])
        feed.order_manager.start()

        strategy = feed.run()

        await require_undisturbed(feed, strategy, tmp_path, users)


def spoil(journal: Path, damage: str) -> None:
    """Damage the journal of an order session that has ended."""
    if damage == "long, and changed":
        make_long(journal)
    content = journal.read_bytes()
    match damage:
        case "removed":
            journal.unlink()
        case "changed" | "long, and changed":
            journal.write_bytes(content[:-20] + b"!" + content[-19:])
        case "cut":
            journal.write_bytes(content[:-20])


def requests(journal: Path) -> list[Record]:
    """Return the orders and requests in a journal."""
    records = [decode_record(line[9:]) for line in journal.read_bytes().splitlines()]
    return [record for record in records if isinstance(record, OrderRecord | RequestRecord)]


@pytest.mark.parametrize("damage", ["removed", "changed", "cut", "long, and changed"])
async def test_it_makes_no_orders_without_its_reports(
    tmp_path: Path, users: Users, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    """It says so, follows the feed, and trades again in the next feed session."""
    async with ExecutedFeed(tmp_path, users) as feed:
        begin(feed)
        strategy = feed.run()
        await handled(feed, strategy, 20)
        await strategy.kill()
        feed.roll_over()
        feed.order_manager.kill()
        spoiled, current = feed.journals
        spoil(spoiled, damage)
        feed.order_manager.start()
        before = len(requests(current))

        strategy = feed.run()
        await handled(feed, strategy, 40)
        state, after = strategy.runner.state, len(requests(current))
        feed.feed.end_session()
        next_session = feed.feed.new_session()
        await strategy.until(lambda: strategy.feed_session == next_session)
        feed.feed.append(part(1, 20).records)
        await strategy.until(lambda: strategy.counters[Counted.ORDERS_ACKNOWLEDGED] > 0)

    errors = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert before == after == 0
    assert state is State.LIVE
    assert any(
        f"order session {spoiled.stem} is not served, or has more" in text for text in errors
    )
    assert any("makes no orders in this feed session" in text for text in errors)
