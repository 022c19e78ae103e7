"""A made-up report with something in every place, of any size, and with any texts of others."""

from tests.report.sample_names import SECOND, TAPE, USERS, WALL, symbol_name
from tests.report.sample_series import series_part
from tests.report.sample_trading import (
    account,
    execution_part,
    orders_part,
    ratios_of,
    round_trips_part,
)
from tradestack.domain.fixed_point import SCALE
from tradestack.report.report import Report
from tradestack.report.values.accounts import (
    Accounts,
    Unavailable,
)
from tradestack.report.values.faults import Faults, TradingChange
from tradestack.report.values.feed import ClientLag, Feed, SymbolTicks
from tradestack.report.values.percentiles import Percentiles
from tradestack.report.values.processes import ProcessFigures
from tradestack.report.values.provenance import Provenance, Source, StrategyConfig
from tradestack.report.values.waterfall import Clock, Hop, Waterfall

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
        orders=orders_part(size, text),
        accounts=Accounts(
            accounts=tuple(account(user + text, number) for number, user in enumerate(users)),
            unavailable=(Unavailable("idle" + text, "its journal is damaged" + text),),
        ),
        series=series_part(size, text, users),
        execution=execution_part(text, users),
        round_trips=round_trips_part(size, text),
        ratios=tuple(ratios_of(user) for user in (None, *users)),
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
        execution={"entry_latency": "2ms", "fee_bp": "0.5 bp", "limit_fill": "touch" + text},
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
                symbol=symbol_name(number) + text,
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
        statistics_cut=1,
        statistics_unreadable=2,
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
