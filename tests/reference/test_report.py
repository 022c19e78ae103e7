"""Every number of a report is what the reference makes of the same files and orders."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest

from tests.reference.accounts import Account, decimal_text
from tests.reference.compared import UNIT, Compared
from tests.reference.execution_quality import HORIZONS, costs
from tests.reference.orders import Fill
from tests.reference.round_trips import round_trips

MINUTE_NS = 60 * 10**9
DAYS = 252


def test_the_feed_is_counted(compared: Compared) -> None:
    """Prices, news, symbols, times, and the range of each symbol."""
    feed, told = compared.feed, compared.report["feed"]
    trades = [each for each in feed if each.is_trade]

    assert (told["ticks"], told["prices"], told["gaps"]) == (len(feed), len(trades), 0)
    assert told["news"] == len(feed) - len(trades)
    assert told["symbols_total"] == len({each.symbol for each in feed})
    for symbol in told["symbols"]:
        own = [each for each in trades if each.symbol == symbol["symbol"]]
        assert symbol["prices"] == len(own)
        assert Fraction(symbol["volume"]) == sum(each.size for each in own)
        if own:
            values = [each.value for each in own]
            ends = [symbol[name] for name in ("first", "last", "low", "high")]
            expected = [values[0], values[-1], min(values), max(values)]
            assert [Fraction(each) for each in ends] == expected


def test_orders_and_their_ends_are_counted(compared: Compared) -> None:
    """The reference executes the same orders, and they end in the same way."""
    told = compared.report["orders"]
    ends = [each.ord_status for each in compared.ends]

    assert told["received"] == told["accepted"] == len(ends) > 0
    assert told["fills"] == len(compared.account.fills) > 0
    assert {each["name"]: each["count"] for each in told["results"]} == {
        name: ends.count(name) for name in set(ends)
    }
    for row in told["newest"]:
        state = next(each for each in compared.ends if each.cl_ord_id == row["cl_ord_id"])
        assert Fraction(row["filled"]) == state.cum_quantity
        assert row["result"] == state.ord_status


def test_the_account_ends_with_the_same_money(compared: Compared) -> None:
    """Equity, profit, fees and drawdown, and every position."""
    (told,) = compared.report["accounts"]["accounts"]
    account = compared.account
    positions = account.positions.values()
    expected = {
        "cash": account.cash,
        "equity": account.equity,
        "realized_pnl": sum(its.realised for its in positions),
        "unrealized_pnl": sum(its.unrealised for its in positions),
        "fees": sum(its.fees for its in positions),
        "gross_notional": sum(abs(its.value) for its in positions),
        "net_notional": account.holdings,
        "peak_equity": account.peak_equity,
        "drawdown": account.peak_equity - account.equity,
        "drawdown_max": account.drawdown_max,
        "session_pnl": account.equity,
    }
    for name, value in expected.items():
        assert abs(Fraction(told[name]) - Fraction(value)) <= UNIT, name
    assert {each["symbol"]: each["quantity"] for each in told["positions"]} == {
        symbol: decimal_text(its.quantity) for symbol, its in account.positions.items()
    }


def test_execution_quality_is_that_of_the_definitions(compared: Compared) -> None:
    """Shortfall, slippage, fill ratio, participation, time to fill, markouts."""
    expected = costs(compared.feed, compared.ordered, compared.traded)

    told = compared.report["execution"][0]
    shortfall = told["shortfall"]
    for name in ("delay", "execution", "opportunity", "fees", "decided"):
        assert abs(Fraction(shortfall[name]) - getattr(expected, name)) <= UNIT, name
    total = expected.delay + expected.execution + expected.opportunity + expected.fees
    assert abs(Fraction(shortfall["total"]) - total) <= UNIT
    for name, share in (
        ("fill_ratio", expected.fill_ratio),
        ("arrival_slippage_bp", _basis_points(expected.arrival_slippage)),
        ("vwap_slippage_bp", _basis_points(expected.vwap_slippage)),
        ("participation", expected.participation),
    ):
        assert told[name] == _near(share), name
    times = expected.times_to_fill
    assert told["time_to_fill"]["count"] == len(times)
    assert told["time_to_fill"]["p50_ns"] == times[(len(times) + 1) // 2 - 1]
    assert told["time_to_fill"]["max_ns"] == times[-1]
    assert [each["horizon_ns"] for each in told["markouts"]] == list(HORIZONS)
    for markout, (count, share, adverse) in zip(told["markouts"], expected.markouts, strict=True):
        assert markout["fills"] == count
        assert markout["basis_points"] == _near(_basis_points(share))
        assert markout["adverse"] == _near(Fraction(adverse, count) if count else None)


def test_round_trips_are_those_of_the_fills(compared: Compared) -> None:
    """How many, won and lost, and what the newest have earned."""
    told = compared.report["round_trips"]
    trips = round_trips(compared.account.fills)
    closed = [trip for trip in trips if not trip.held]
    nets = [trip.profit - trip.fees for trip in closed]

    assert (told["closed"], told["open"]) == (len(closed), len(trips) - len(closed))
    assert told["winners"] == sum(net > 0 for net in nets)
    assert told["losers"] == sum(net < 0 for net in nets)
    gain, loss = sum(net for net in nets if net > 0), -sum(net for net in nets if net < 0)
    assert abs(Fraction(told["gross_profit"]) - gain) <= UNIT * len(trips)
    assert abs(Fraction(told["gross_loss"]) - loss) <= UNIT * len(trips)
    for row, trip in zip(told["newest"], trips[-len(told["newest"]) :], strict=True):
        assert (row["symbol"], row["side"]) == (trip.symbol, trip.side)
        assert (row["closed"] is None) == (trip.held != 0)
        assert abs(Fraction(row["fees"]) - trip.fees) <= UNIT
        if not trip.held:
            assert abs(Fraction(row["profit"]) - trip.profit) <= UNIT


def test_the_curve_has_the_extremes_of_the_equity(compared: Compared) -> None:
    """Highest and lowest equity, the largest fall, and the end; the chart begins flat."""
    (curve,) = compared.report["series"]["equity"]
    equity = [Fraction(each) for each in curve["equity"]]
    account = compared.account

    assert abs(max(*equity, Fraction(0)) - account.peak_equity) <= UNIT
    assert abs(max(map(Fraction, curve["drawdown"])) - account.drawdown_max) <= UNIT
    assert abs(equity[-1] - account.equity) <= UNIT
    assert len({len(curve[name]) for name in ("times", "equity", "drawdown", "gross", "net")}) == 1
    assert curve["rows_total"] == len(compared.feed)


def test_ratios_are_those_of_the_equity_of_each_minute(compared: Compared) -> None:
    """The equity is followed by the reference, message by message, fill by fill."""
    account = Account()
    by_sequence: dict[int, list[Fill]] = {}
    for fill in compared.account.fills:
        by_sequence.setdefault(fill.sequence, []).append(fill)
    ends: dict[int, Fraction] = {}
    capital = Fraction(0)
    for message in compared.feed:
        fills = by_sequence.get(message.sequence, [])
        account.handle(message, fills)
        ends[message.time_ns // MINUTE_NS] = account.equity
        if fills:
            gross = sum((abs(its.value) for its in account.positions.values()), Fraction(0))
            capital = max(capital, gross)
    equity = [Fraction(0), *ends.values()]
    profits = [float(after - before) for before, after in pairwise(equity)]
    mean = sum(profits) / len(profits)
    deviation = math.sqrt(sum((each - mean) ** 2 for each in profits) / (len(profits) - 1))
    downside = math.sqrt(sum(min(each, 0) ** 2 for each in profits) / len(profits))
    days = len({minute * MINUTE_NS // (86_400 * 10**9) for minute in ends})
    year = DAYS * len(profits) / days
    traded = sum(fill.quantity * fill.price for fill in compared.account.fills)

    (told,) = compared.report["ratios"]
    ratios = {each["key"]: each["value"] for each in told["ratios"]}
    assert abs(Fraction(told["capital"]) - capital) <= UNIT
    assert ratios["sharpe"] == pytest.approx(mean / deviation, rel=1e-6)
    assert ratios["sharpe_annual"] == pytest.approx(mean / deviation * math.sqrt(year), rel=1e-6)
    assert ratios["sortino_annual"] == pytest.approx(mean / downside * math.sqrt(year), rel=1e-6)
    assert ratios["turnover"] == pytest.approx(float(traded / capital), rel=1e-9)
    values = [float(capital + each) for each in equity]
    falls = [1 - value / max(values[: place + 1]) for place, value in enumerate(values)]
    growth = (values[-1] / values[0]) ** (year / len(profits)) - 1
    assert ratios["calmar"] == pytest.approx(growth / max(falls), rel=1e-6)


def _basis_points(share: Fraction | None) -> Fraction | None:
    return None if share is None else share * 10_000


def _near(share: Fraction | None) -> object:
    return None if share is None else pytest.approx(float(share), rel=1e-9, abs=1e-9)
