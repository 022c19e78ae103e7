"""Orders, accounts, execution, round trips and ratios of the made-up report."""

from tests.report.sample_names import SECOND, SYMBOLS, TAPE, USERS, WALL
from tradestack.domain.fixed_point import SCALE
from tradestack.report.values.accounts import (
    AccountFigures,
    PositionFigures,
)
from tradestack.report.values.execution_quality import ExecutionQuality, Markout, Shortfall
from tradestack.report.values.orders import Count, OrderRow, Orders
from tradestack.report.values.percentiles import Percentiles
from tradestack.report.values.ratios import Ratio, RatiosOf
from tradestack.report.values.round_trips import RoundTrip, RoundTrips


def orders_part(size: int, text: str) -> Orders:
    """Return the orders, `size` of them listed."""
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


def account(user: str, number: int) -> AccountFigures:
    """Return the account of a user, each other one with a loss."""
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


def execution_part(text: str, users: tuple[str, ...]) -> tuple[ExecutionQuality, ...]:
    """Return the quality of all orders, of each user and of some symbols."""
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


def round_trips_part(size: int, text: str) -> RoundTrips:
    """Return round trips, `size` of them listed."""
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


def ratios_of(user: str | None) -> RatiosOf:
    """Return ratios, one of them without a value."""
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
