"""The numbers of a report that sums do not show: each symbol, order, hop and mark."""

import struct
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise
from statistics import NormalDist, fmean
from typing import Any

import pytest

from tests.reference.accounts import Account
from tests.reference.compared import UNIT, Compared
from tests.reference.execution_quality import Ordered, costs
from tests.reference.orders import Fill
from tests.reference.round_trips import round_trips
from tradestack.domain.times import parse_utc

TICK_BYTES, PUBLISH_TIME_AT = 64, 40
SECOND_NS = 10**9
MINUTE_NS = 60 * SECOND_NS
SHARES = (("p50_ns", 500), ("p99_ns", 990), ("p999_ns", 999), ("max_ns", 1_000))


def percentiles(durations: Sequence[int]) -> dict[str, int]:
    """Return the smallest durations that so many thousandths do not exceed, and their number."""
    ordered = sorted(max(each, 0) for each in durations)
    found = {name: ordered[-(-share * len(ordered) // 1_000) - 1] for name, share in SHARES}
    return {"count": len(ordered), **found}


def publish_times(compared: Compared) -> list[int]:
    """Return when each message was published, by the bytes of the feed log."""
    log = compared.log.read_bytes()
    return [
        struct.unpack_from(">q", log, place + PUBLISH_TIME_AT)[0]
        for place in range(0, len(log), TICK_BYTES)
    ]


def test_the_feed_was_published_at_these_times(compared: Compared) -> None:
    """Its first and last times, the average and the busiest second."""
    told, feed, times = compared.report["feed"], compared.feed, publish_times(compared)
    by_second = Counter(time // SECOND_NS for time in times)

    assert parse_utc(told["first_event"]) // 1_000 == feed[0].time_ns // 1_000
    assert parse_utc(told["last_event"]) // 1_000 == feed[-1].time_ns // 1_000
    assert parse_utc(told["first_published"]) // 1_000 == times[0] // 1_000
    assert parse_utc(told["last_published"]) // 1_000 == times[-1] // 1_000
    rate = len(times) * SECOND_NS / (times[-1] - times[0])
    assert told["ticks_per_second"] == pytest.approx(rate, rel=1e-12)
    assert told["busiest_second"] == max(by_second.values())


def test_each_order_is_told_as_it_was_sent_and_ended(compared: Compared) -> None:
    """Its terms, cause and average price; and how many there are of each symbol and user."""
    told = compared.report["orders"]
    ends = {each.cl_ord_id: each for each in compared.ends}
    sent = {each.name: each for each in compared.ordered}
    paid: defaultdict[str, Fraction] = defaultdict(Fraction)
    for fill in compared.traded:
        paid[fill.name] += fill.quantity * fill.price

    for counted, names in (
        ("by_symbol", [each.symbol for each in compared.orders]),
        ("by_user", [each.account for each in compared.orders]),
    ):
        assert {each["name"]: each["count"] for each in told[counted]} == Counter(names)
    assert told["rejected"] == 0
    assert told["reasons"] == []
    assert told["newest"]
    for row in told["newest"]:
        order, end = sent[row["cl_ord_id"]], ends[row["cl_ord_id"]]
        assert (row["symbol"], row["side"], row["feed_seq"]) == (
            order.symbol,
            order.side,
            order.cause,
        )
        assert Fraction(row["quantity"]) == order.quantity
        if end.cum_quantity:
            average = paid[order.name] / end.cum_quantity
            assert abs(Fraction(row["average_price"]) - average) <= UNIT
        else:
            assert row["average_price"] is None


def test_each_position_ends_with_the_same_money(compared: Compared) -> None:
    """At the same average cost and last trade."""
    (told,) = compared.report["accounts"]["accounts"]

    assert told["fills"] == len(compared.account.fills)
    for row in told["positions"]:
        its = compared.account.positions[row["symbol"]]
        for name, value in (
            ("average_price", its.average_price),
            ("mark", its.last_price),
            ("realized_pnl", its.realised),
            ("unrealized_pnl", its.unrealised),
            ("fees", its.fees),
        ):
            assert abs(Fraction(row[name] or 0) - value) <= UNIT, (row["symbol"], name)


def test_execution_quality_of_each_symbol_is_that_of_its_orders(compared: Compared) -> None:
    """The groups of the report are the reference's figures of a part of the orders."""
    groups = {each["symbol"]: each for each in compared.report["execution"] if each["symbol"]}
    symbols = Counter(order.symbol for order in compared.ordered)
    assert groups.keys() == symbols.keys()
    for symbol, _ in symbols.most_common()[-2:]:  # two of them, the reference is slow
        orders = [order for order in compared.ordered if order.symbol == symbol]
        _assert_quality(groups[symbol], compared, orders)


def test_what_was_filled_is_counted(compared: Compared) -> None:
    """Orders, filled ones and fills; the shortfall in basis points; every time to fill."""
    told = compared.report["execution"][0]
    expected = costs(compared.feed, compared.ordered, compared.traded)
    total = expected.delay + expected.execution + expected.opportunity + expected.fees

    assert told["orders"] == len(compared.ordered)
    assert told["orders_without_price"] == 0
    assert told["orders_filled"] == sum(each.ord_status == "FILLED" for each in compared.ends)
    assert told["fills"] == len(compared.traded)
    share = float(total / expected.decided) * 10_000
    assert told["shortfall"]["total_bp"] == pytest.approx(share, rel=1e-9)
    assert told["time_to_fill"] == percentiles(expected.times_to_fill)


def _assert_quality(told: dict[str, object], compared: Compared, orders: list[Ordered]) -> None:
    names = {order.name for order in orders}
    fills = [fill for fill in compared.traded if fill.name in names]
    expected = costs(compared.feed, orders, fills)
    shortfall = told["shortfall"]
    assert isinstance(shortfall, dict)
    for name in ("delay", "execution", "opportunity", "fees", "decided"):
        assert abs(Fraction(shortfall[name]) - getattr(expected, name)) <= UNIT, name
    assert (told["orders"], told["fills"]) == (len(orders), len(fills))


def test_the_hops_that_the_journal_has_are_those_of_its_records(compared: Compared) -> None:
    """From the tick to the order, to its receipt, to its first fill and the report on it."""
    published = publish_times(compared)
    orders = [each for each in compared.run.records if each["Record"] == "Order"]
    first: dict[str, Mapping[str, Any]] = {}
    for record in compared.run.records:
        if record["Record"] == "Execution" and record["Report"]["ExecType"] == "TRADE":
            first.setdefault(record["Report"]["ClOrdID"], record)
    expected: dict[str, list[int]] = {
        "tick_to_order": [
            each["Order"]["TransactTime"] - published[each["Cause"] - 1] for each in orders
        ],
        "order_to_manager": [each["Time"] - each["Order"]["TransactTime"] for each in orders],
        "order_to_fill_report": [
            first[name]["Time"] - each["Time"]
            for each in orders
            if (name := each["Order"]["ClOrdID"]) in first
        ],
        "journal_to_fill": [
            compared.feed[first[name]["Report"]["FeedSeq"] - 1].time_ns - each["Arrival"]
            for each in orders
            if (name := each["Order"]["ClOrdID"]) in first
        ],
    }

    waterfall = compared.report["waterfall"]
    hops = {each["key"]: each for each in (*waterfall["hops"], *waterfall["beside"])}
    for key, durations in expected.items():
        assert hops[key]["percentiles"] == percentiles(durations), key


def test_round_trips_have_these_prices_and_times(compared: Compared) -> None:
    """Quantity, entry, exit, the messages of the first and last fill, and the median holding."""
    told, feed = compared.report["round_trips"], compared.feed
    trips = round_trips(compared.account.fills)
    closed = [trip for trip in trips if not trip.held]
    nets = [trip.profit - trip.fees for trip in closed]
    gain, loss = sum(net for net in nets if net > 0), -sum(net for net in nets if net < 0)
    held = [feed[trip.last - 1].time_ns - feed[trip.first - 1].time_ns for trip in closed]

    assert told["profit_factor"] == (pytest.approx(float(gain / loss)) if loss else None)
    assert told["holding_p50_ns"] == (percentiles(held)["p50_ns"] if held else None)
    for row, trip in zip(told["newest"], trips[-len(told["newest"]) :], strict=True):
        assert parse_utc(row["opened"]) // 1_000 == feed[trip.first - 1].time_ns // 1_000
        if trip.held:
            continue
        assert parse_utc(row["closed"]) // 1_000 == feed[trip.last - 1].time_ns // 1_000
        bought, sold = trip.paid / trip.bought, trip.received / trip.sold
        entry, exits = (bought, sold) if trip.side == "BUY" else (sold, bought)
        assert abs(Fraction(row["entry_price"]) - entry) <= UNIT
        assert abs(Fraction(row["exit_price"]) - exits) <= UNIT


def test_the_probability_is_that_of_the_moments(compared: Compared) -> None:
    """Bailey and López de Prado 2012, by skewness and kurtosis of the profit of each minute."""
    profits = _profits(compared)
    count, mean = len(profits), fmean(profits)
    second, third, fourth = (fmean([(each - mean) ** n for each in profits]) for n in (2, 3, 4))
    sharpe = mean / (second * count / (count - 1)) ** 0.5
    skewness, kurtosis = third / second**1.5, fourth / second**2
    spread = (1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe**2) ** 0.5

    (told,) = compared.report["ratios"]
    ratios = {each["key"]: each for each in told["ratios"]}
    expected = NormalDist().cdf(sharpe * (count - 1) ** 0.5 / spread)
    assert ratios["sharpe_probability"]["value"] == pytest.approx(expected, rel=1e-6)
    assert ratios["profit_factor"]["value"] == compared.report["round_trips"]["profit_factor"]
    samples = {name: ratios[name]["samples"] for name in ("sharpe", "turnover", "profit_factor")}
    assert samples == {
        "sharpe": count,
        "turnover": len(compared.account.fills),
        "profit_factor": compared.report["round_trips"]["closed"],
    }


def _profits(compared: Compared) -> list[float]:
    account, by_sequence = Account(), dict[int, list[Fill]]()
    for fill in compared.account.fills:
        by_sequence.setdefault(fill.sequence, []).append(fill)
    ends: dict[int, Fraction] = {}
    for message in compared.feed:
        account.handle(message, by_sequence.get(message.sequence, []))
        ends[message.time_ns // MINUTE_NS] = account.equity
    return [float(after - before) for before, after in pairwise([Fraction(0), *ends.values()])]


def test_charts_show_prices_and_marks_of_the_tape(compared: Compared) -> None:
    """Each point is a trade of the symbol; marks are its news, orders and fills."""
    series, feed = compared.report["series"], compared.feed
    (curve,) = series["equity"]
    positions = compared.account.positions.values()
    assert Fraction(curve["gross"][-1]) == sum(abs(its.value) for its in positions)
    assert Fraction(curve["net"][-1]) == compared.account.holdings
    for chart in series["prices"]:
        own = [each for each in feed if each.symbol == chart["symbol"]]
        trades = {(each.time_ns // 1_000, each.value) for each in own if each.is_trade}
        points = zip(chart["times"], chart["prices"], strict=True)
        assert {(parse_utc(at) // 1_000, Fraction(price)) for at, price in points} <= trades
        assert chart["prices_total"] == sum(each.is_trade for each in own)
        assert chart["news_total"] == sum(not each.is_trade for each in own)
        orders = [each for each in compared.ordered if each.symbol == chart["symbol"]]
        assert chart["orders_total"] == len(orders)
        names = {each.name for each in orders}
        fills = [each for each in compared.traded if each.name in names]
        assert chart["fills_total"] == len(fills)
        marks = {(parse_utc(each["time"]) // 1_000, each["price"]) for each in chart["fills"]}
        made = {(feed[each.sequence - 1].time_ns // 1_000, each.price) for each in fills}
        assert {(at, Fraction(price)) for at, price in marks} <= made
        assert marks or not fills
