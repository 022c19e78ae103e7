"""A strategy on recorded data: source → strategy → order manager → journal, in one process.

It is made of the code of the running stack, and leaves files as the stack does (directory.py).
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tradestack.backtest.directory import result_directory
from tradestack.backtest.feed import RecordedFeed, no_ticks
from tradestack.backtest.interruption import Interruption
from tradestack.backtest.order_desk import OrderDesk
from tradestack.backtest.plan import Plan
from tradestack.backtest.process_record import ProcessRecord
from tradestack.backtest.result import Result, final_accounts
from tradestack.backtest.trading import Trading, trading_of
from tradestack.configs.strategy import StrategyConfig, configured_by
from tradestack.domain.clock import NANOSECONDS_PER_SECOND, Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.tick import TickKind
from tradestack.sources.source import SourceFault
from tradestack.store.feed_tape import FeedTape
from tradestack.trading.desk.counters import Counted
from tradestack.trading.desk.epoch import Epoch
from tradestack.trading.desk.no_orders import missing_symbols, no_order, tiny_orders
from tradestack.trading.desk.strategy_object import StrategyFailed

RECEIVED = {
    TickKind.PRICE: Counted.PRICES_RECEIVED,
    TickKind.NEWS: Counted.NEWS_RECEIVED,
}


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a backtest is; share: of its source that was read, 0 to 1."""

    ticks: int
    orders: int
    share: float


Show = Callable[[Reached], None]  # is called after each batch


def run_plan(plan: Plan, clock: Clock, show: Show) -> Result:
    """Run a backtest to its end, or until Ctrl-C. Raises OperatorFault, OSError."""
    began_ns = clock.monotonic_ns()
    with contextlib.ExitStack() as opened:
        opened.enter_context(_as_operator_fault())
        directory = opened.enter_context(result_directory(plan.state_directory))
        process = ProcessRecord(directory, clock)
        feed = RecordedFeed(directory.gateway, plan, clock)
        opened.callback(feed.close)
        tape = FeedTape.open(directory.gateway, feed.session_id)
        opened.callback(tape.close)
        desk = OrderDesk(
            directory.order_manager, plan.order_manager, tape, plan.strategy.user, clock
        )
        opened.callback(desk.close)
        trading = trading_in(plan.instance, plan.strategy, desk, feed.session_id, clock)
        opened.callback(trading.close)
        is_interrupted = _run(feed, trading, desk, show)
        if not feed.head and not is_interrupted:
            raise no_ticks()
        counters = desk.counters
        orders = {"orders_received": counters.orders_received, "fills": counters.fills}
        rows_refused = feed.rows_refused
        data = {"ticks_total": feed.head, "rows_rejected": rows_refused}
        process.write(feed.session_id, {**data, **orders})
        return Result(
            state_dir=directory.root,
            feed_session=feed.session_id,
            is_interrupted=is_interrupted,
            ticks=feed.head,
            rows_refused=rows_refused,
            orders=counters.orders_received,
            orders_rejected=counters.orders_rejected,
            fill_count=counters.fills,
            run_accounts=final_accounts(desk.account),
            warnings=_warnings(plan, feed, trading, desk, is_complete=not is_interrupted),
            elapsed_s=(clock.monotonic_ns() - began_ns) / NANOSECONDS_PER_SECOND,
        )


def _run(feed: RecordedFeed, trading: Trading, desk: OrderDesk, show: Show) -> bool:
    """Trade one batch after the other, and end both sessions; return whether it was interrupted."""
    trading.register()
    with Interruption() as interruption:
        while not interruption.is_asked:
            batch = feed.next_batch()
            if batch is None:
                break
            trading.on_ticks(batch)
            desk.keep_up()
            show(Reached(feed.head, desk.counters.orders_received, feed.share_read))
        trading.end()
        feed.end()
        desk.end(feed.head)
    return interruption.is_asked


def _warnings(
    plan: Plan, feed: RecordedFeed, trading: Trading, desk: OrderDesk, *, is_complete: bool
) -> list[str]:
    """Return why the strategy made no or tiny orders, or which of its symbols did not occur."""
    counts, name, symbols = trading.counts(), plan.instance, feed.symbols
    missing = missing_symbols(name, plan.strategy.symbols, symbols, is_complete=is_complete)
    if missing is not None:
        return [missing]
    if desk.counters.orders_received:
        tiny = tiny_orders(name, counts)
        return [] if tiny is None else [tiny]
    received = {kind for kind, counted in RECEIVED.items() if counts[counted.value]}
    lacking = trading.needs - received
    return [no_order(name, counts, feed.head, lacking, not_run=trading.not_run)]


def trading_in(
    instance: str, config: StrategyConfig, desk: OrderDesk, feed_session: str, clock: Clock
) -> Trading:
    """Return the strategy that is configured, for one feed session.

    Raises StrategyFailed.
    """
    strategy = configured_by(config)
    epoch = Epoch(
        instance=instance,
        config_hash=strategy.config_hash(),
        feed_session=feed_session,
        signal_name=strategy.name,
        signal_label=strategy.strategy.value_label,
    )
    return trading_of(strategy, epoch, desk, clock)


@contextlib.contextmanager
def _as_operator_fault() -> Iterator[None]:
    """Turn a fault of data or strategy into one that says what to do."""
    try:
        yield
    except SourceFault as fault:
        raise fault.as_operator_fault() from fault
    except StrategyFailed as failure:
        raise OperatorFault("strategy", str(failure), "correct it, and run it again") from failure
