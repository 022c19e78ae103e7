"""A made-up report with something in every place, of any size, and with any texts of others."""

import random

from tradestack.domain.fixed_point import SCALE
from tradestack.report.report import Report
from tradestack.report.values.accounts import (
    AccountFigures,
    Accounts,
    PositionFigures,
    Unavailable,
)
from tradestack.report.values.execution_quality import ExecutionQuality, Markout, Shortfall
from tradestack.report.values.faults import Faults, TradingChange
from tradestack.report.values.feed import ClientLag, Feed, SymbolTicks
from tradestack.report.values.orders import Count, OrderRow, Orders
from tradestack.report.values.percentiles import Percentiles
from tradestack.report.values.processes import ProcessFigures
from tradestack.report.values.provenance import Provenance, Source, StrategyConfig
from tradestack.report.values.ratios import Ratio, RatiosOf
from tradestack.report.values.round_trips import RoundTrip, RoundTrips
from tradestack.report.values.series import (
    EquityCurve,
    FillMark,
    NewsMark,
    OrderMark,
    PriceChart,
    Series,
)
from tradestack.report.values.waterfall import Clock, Hop, Waterfall

SECOND = 1_000_000_000
TAPE = 1_768_487_400 * SECOND  # 2026-01-15 14:30 UTC
WALL = 1_796_000_000 * SECOND
SYMBOLS = ("SPY", "MSFT", "AAPL", "AMZN", "GOOG", "JPM", "NVDA", "TSLA")
USERS = ("news", "crossover")
HOPS = (
    ("publish", "tick due → in the feed log", "gateway", 42_000),
    ("tick_to_order", "tick published → order sent", "strategy", 310_000),
    ("judge", "order received → journalled", "order-manager", 120_000),
    ("report", "journalled → report sent", "order-manager", 35_000),
    ("fill", "order at the market → last fill", "journal", 1_250_000_000),
)
BESIDE = (
    ("book_write", "shared memory, write", "gateway", 900),
    ("book_read", "shared memory, read", "strategy", 1_400),
    ("order_round_trip", "order sent → report received", "strategy", 480_000),
)


def sample(*, size: int = 400, text: str = "", users: tuple[str, ...] = USERS) -> Report:
    """Return a report; size: of every list in it; text: what stands in all that others write."""
    return Report(
        provenance=_provenance(text, users),
        feed=_feed(size, text),
        waterfall=Waterfall(
            hops=tuple(_hop(*hop) for hop in HOPS), beside=tuple(_hop(*hop) for hop in BESIDE)
        ),
        orders=_orders(size, text),
        accounts=Accounts(
            accounts=tuple(_account(user + text, number) for number, user in enumerate(users)),
            unavailable=(Unavailable("idle" + text, "its journal is damaged" + text),),
        ),
        series=_series(size, text, users),
        execution=_execution(text, users),
        round_trips=_round_trips(size, text),
        ratios=tuple(_ratios(user) for user in (None, *users)),
        processes=tuple(_process(name) for name in ("gateway", "order-manager", "strategy")),
        faults=_faults(text),
    )


def not_recorded(report: Report) -> Report:
    """Return the report of a session of which only the journal and the tape are there."""
    waterfall = report.waterfall
    empty = Report(
        **{
            **{name: getattr(report, name) for name in report.__struct_fields__},
            "processes": None,
            "waterfall": Waterfall(
                hops=tuple(_without(hop) for hop in waterfall.hops),
                beside=tuple(_without(hop) for hop in waterfall.beside),
            ),
        }
    )
    assert empty.processes is None
    return empty


def _without(hop: Hop) -> Hop:
    return Hop(key=hop.key, title=hop.title, clock=hop.clock, origin=hop.origin, percentiles=None)


def _provenance(text: str, users: tuple[str, ...]) -> Provenance:
    return Provenance(
        feed_session="3LVL80HCDW",
        order_sessions=("3LVL80HCDX",),
        began=WALL,
        is_ended=True,
        through=36_109,
        sources=(
            Source(kind="prices", name=f"prices.csv{text}", size_bytes=2_345_678, digest="9f" * 32),
            Source(
                kind="sentiment", name=f"sentiment.csv{text}", size_bytes=98_765, digest="0a" * 32
            ),
        ),
        sources_digest="c4" * 32,
        settings={"format": f"trades{text}"},
        strategies=tuple(
            StrategyConfig(user=user + text, instance=user, config_hash="b7" * 16) for user in users
        ),
        execution={"latency": "2ms", "fee_bp": "0.5", "participation": "0.1" + text},
        seed=20_260_115,
        limits_hash="77" * 16,
        version="1.4.0",
        versions={"gateway": "1.4.0", "order-manager": "1.4.0", "strategy": "1.4.0"},
    )


def _feed(size: int, text: str) -> Feed:
    return Feed(
        ticks=36_109,
        prices=33_000,
        news=3_109,
        gaps=0,
        first_event=TAPE,
        last_event=TAPE + 3 * 86_400 * SECOND,
        first_published=WALL,
        last_published=WALL + 72 * SECOND,
        ticks_per_second=501.5,
        busiest_second=1_204,
        symbols_total=size,
        symbols=tuple(
            SymbolTicks(
                symbol=_symbol(number) + text,
                prices=9_000 // (number + 1) + 1,
                news=max(0, 400 - 50 * number),
                volume=(1_000_000 - 1_000 * number) * SCALE,
                first=69_260_000_000,
                last=69_512_000_000,
                low=68_994_000_000,
                high=69_733_500_000,
            )
            for number in range(min(size, 200))
        ),
        clients=(
            ClientLag(
                client="strategy-news" + text, user="news", lag_max=12, lag_last=0, samples=3
            ),
        ),
    )


def _symbol(number: int) -> str:
    return SYMBOLS[number] if number < len(SYMBOLS) else f"SYM{number}"


def _hop(key: str, title: str, origin: str, p50_ns: int) -> Hop:
    return Hop(
        key=key,
        title=title,
        clock=Clock.FEED if origin == "journal" else Clock.WALL,
        origin=origin,
        percentiles=Percentiles(
            count=36_109, p50_ns=p50_ns, p99_ns=4 * p50_ns, p999_ns=15 * p50_ns, max_ns=40 * p50_ns
        ),
        since=None if origin == "journal" else WALL,
    )


def _orders(size: int, text: str) -> Orders:
    return Orders(
        received=1_037,
        accepted=1_030,
        rejected=7,
        fills=990,
        results=(
            Count("FILLED", 981),
            Count("CANCELED", 40),
            Count("EXPIRED", 9),
            Count("REJECTED", 7),
        ),
        reasons=(Count("ORDER_EXCEEDS_LIMIT" + text, 5), Count("UNKNOWN_SYMBOL" + text, 2)),
        by_user=tuple(Count(user + text, 700 - 363 * number) for number, user in enumerate(USERS)),
        by_symbol=tuple(Count(symbol + text, 300 // (n + 1)) for n, symbol in enumerate(SYMBOLS)),
        newest=tuple(_order(number, text) for number in range(size)),
    )


def _order(number: int, text: str) -> OrderRow:
    is_rejected = number % 29 == 7
    return OrderRow(
        order_id=number + 1,
        cl_ord_id=f"c{number}{text}",
        user=USERS[number % 2] + text,
        strategy="news" + text,
        symbol=SYMBOLS[number % 8] + text,
        side="SELL" if number % 3 else "BUY",
        ord_type="LIMIT",
        time_in_force="DAY",
        quantity=10 * SCALE,
        price=69_260_000_000,
        feed_seq=30 * number + 17,
        event_time=TAPE + number * 90 * SECOND,
        received=WALL + number * SECOND // 4,
        result="REJECTED" if is_rejected else "FILLED",
        reason="ORDER_EXCEEDS_LIMIT" + text if is_rejected else "",
        filled=0 if is_rejected else 10 * SCALE,
        average_price=None if is_rejected else 69_261_250_000,
    )


def _account(user: str, number: int) -> AccountFigures:
    pnl = (1_284_00 - 1_500_00 * number) * SCALE // 100
    return AccountFigures(
        user=user,
        matched_through=36_109,
        is_ended=True,
        fills=495,
        orders_working=0,
        cash=-463_870_000_000,
        equity=pnl,
        realized_pnl=pnl - 3_000_000_000 + 1_250_000_000,
        unrealized_pnl=3_000_000_000,
        fees=1_250_000_000,
        gross_notional=1_571_180_000_000,
        net_notional=469_040_000_000,
        peak_equity=pnl + 63_500_000_000,
        drawdown=63_500_000_000,
        drawdown_max=118_000_000_000,
        opened_from="3LVL80AAAA" if number else None,
        opened_equity=2_000_000_000 if number else 0,
        session_pnl=pnl,
        positions=tuple(
            PositionFigures(
                symbol=symbol,
                quantity=(10 - 20 * (at % 2)) * SCALE,
                average_price=69_255_000_000,
                mark=69_512_000_000,
                realized_pnl=(at - 2) * 312_500_000,
                unrealized_pnl=(at % 3 - 1) * 257_000_000,
                fees=34_600_000,
                opened_quantity=0,
            )
            for at, symbol in enumerate(SYMBOLS)
        ),
    )


def _series(size: int, text: str, users: tuple[str, ...]) -> Series:
    points = 5 * size
    return Series(
        equity=tuple(
            _curve(number, None if user is None else user + text, points)
            for number, user in enumerate((None, *users))
        ),
        prices=tuple(
            _prices(number, _symbol(number) + text, points) for number in range(min(8, size))
        ),
    )


def _curve(seed: int, user: str | None, points: int) -> EquityCurve:
    chance = random.Random(seed)
    equity, highest = [0], 0
    drawdown = [0]
    for _ in range(points - 1):
        equity.append(equity[-1] + round(chance.gauss(4, 120) * SCALE))
        highest = max(highest, equity[-1])
        drawdown.append(highest - equity[-1])
    gross = [
        abs(round(chance.gauss(0, 1) * 8_000)) // 700 * 700 * SCALE for _ in range(points // 20 + 1)
    ]
    stepped = [gross[number // 20] for number in range(points)]
    step = 3 * 86_400 * SECOND // max(1, points)
    return EquityCurve(
        user=user,
        times=tuple(TAPE + number * step for number in range(points)),
        equity=tuple(equity),
        drawdown=tuple(drawdown),
        gross=tuple(stepped),
        net=tuple(value * (1 - 2 * (at // 100 % 2)) // 2 for at, value in enumerate(stepped)),
        rows_total=36_109,
    )


def _prices(seed: int, symbol: str, points: int) -> PriceChart:
    chance = random.Random(100 + seed)
    price, prices = 69_260_000_000, []
    for _ in range(points):
        price += round(chance.gauss(0, 0.18) * SCALE)
        prices.append(price)
    step = 3 * 86_400 * SECOND // max(1, points)
    times = [TAPE + number * step for number in range(points)]
    at_fills = range(7, points, max(1, points // 40))
    sides = ("BUY", "SELL")
    return PriceChart(
        symbol=symbol,
        times=tuple(times),
        prices=tuple(prices),
        prices_total=9_000,
        news=tuple(
            NewsMark(times[at], (30 + at % 50) * SCALE)
            for at in range(0, points, max(1, points // 60))
        ),
        news_total=400,
        orders=tuple(
            OrderMark(times[at - 5], prices[at - 5], sides[at // 3 % 2], at, "FILLED")
            for at in at_fills
        ),
        orders_total=len(at_fills),
        fills=tuple(
            FillMark(times[at], prices[at], sides[at // 3 % 2], at, 10 * SCALE) for at in at_fills
        ),
        fills_total=len(at_fills),
    )


def _execution(text: str, users: tuple[str, ...]) -> tuple[ExecutionQuality, ...]:
    groups: list[tuple[str | None, str | None]] = [(None, None)]
    groups += [(user + text, None) for user in users]
    groups += [(users[0] + text, symbol + text) for symbol in SYMBOLS]
    return tuple(_quality(user, symbol, number) for number, (user, symbol) in enumerate(groups))


def _quality(user: str | None, symbol: str | None, number: int) -> ExecutionQuality:
    horizons = (0, 1, 10, 60, 300)
    return ExecutionQuality(
        user=user,
        symbol=symbol,
        orders=1_030 // (number + 1),
        orders_without_price=2,
        orders_filled=981 // (number + 1),
        fills=990 // (number + 1),
        fill_ratio=0.953,
        arrival_slippage_bp=0.42 - number / 5,
        vwap_slippage_bp=-0.13,
        participation=0.021,
        time_to_fill=Percentiles(
            count=981, p50_ns=1_250_000_000, p99_ns=9 * SECOND, p999_ns=20 * SECOND
        ),
        shortfall=Shortfall(
            delay=312_000_000,
            execution=1_804_000_000,
            opportunity=-240_000_000,
            fees=1_250_000_000,
            total=3_126_000_000,
            decided=71_337_800_000_000,
            total_bp=0.44,
        ),
        markouts=tuple(
            Markout(
                horizon_ns=horizon * SECOND,
                fills=990 - 3 * at,
                basis_points=0.6 * at - 0.9 if at else 0.0,
                adverse=0.5 - 0.03 * at,
            )
            for at, horizon in enumerate(horizons)
        ),
    )


def _round_trips(size: int, text: str) -> RoundTrips:
    return RoundTrips(
        closed=482,
        open=5,
        winners=251,
        losers=229,
        gross_profit=901_200_000_000,
        gross_loss=887_000_000_000,
        profit_factor=1.016,
        holding_p50_ns=2_760 * SECOND,
        newest=tuple(
            RoundTrip(
                user=USERS[number % 2] + text,
                symbol=SYMBOLS[number % 8] + text,
                side="BUY" if number % 2 else "SELL",
                quantity=10 * SCALE,
                entry_price=69_260_000_000,
                exit_price=69_312_500_000,
                profit=(number % 7 - 3) * 525_000_000,
                fees=69_200_000,
                fills=2,
                opened=TAPE + number * 500 * SECOND,
                closed=None if number > size - 5 else TAPE + (number * 500 + 2_760) * SECOND,
                carried=number == 0,
            )
            for number in range(size)
        ),
    )


def _ratios(user: str | None) -> RatiosOf:
    definition = "mean ÷ standard deviation (ddof 1) of the returns, × √(252 × samples a day)"
    return RatiosOf(
        user=user,
        interval_ns=60 * SECOND,
        capital=1_571_180_000_000,
        ratios=(
            Ratio(key="sharpe", title="Sharpe", value=1.2345, samples=1_170, definition=definition),
            Ratio(key="sortino", title="Sortino", value=1.9, samples=1_170, definition=definition),
            Ratio(key="calmar", title="Calmar", value=None, samples=1_170, definition=definition),
        ),
    )


def _process(daemon: str) -> ProcessFigures:
    return ProcessFigures(
        daemon=daemon,
        instance="news" if daemon == "strategy" else None,
        cpu_seconds=4.31,
        cpu_share=0.0598,
        rss_bytes_max=31_457_280,
        since=WALL,
        until=WALL + 72 * SECOND,
        samples=3,
    )


def _faults(text: str) -> Faults:
    return Faults(
        rows_refused=3,
        restarts={"gateway": 0, "order-manager": 1, "strategy-news": 0},
        tails_cut=1,
        orders_duplicate=2,
        orders_malformed=0,
        journal_lines_lost=0,
        orders_lost=0,
        trading_changes=(
            TradingChange(
                time=WALL + 30 * SECOND,
                user="crossover" + text,
                state="HALTED",
                reason="daily loss above 100.00" + text,
                by_limit=True,
            ),
        ),
    )
