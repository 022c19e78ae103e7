"""The reference itself, against vectors computed by hand."""

import time
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference.accounts import Account, Position, decimal_text, expected_accounts, run
from tests.reference.execution import Settings
from tests.reference.feed import Message, messages
from tests.reference.orders import Cancel, Fill, NewOrder, OrderState, Replace, Request

ROOT = Path(__file__).parents[2]
MS = 1_000_000
Trade = tuple[int, str, int]  # ms, price, size

TAPE: list[Trade] = [(0, "100.00", 400), (1, "100.02", 100), (3, "99.98", 1000), (5, "99.95", 200)]
QUARTER = Settings(entry_latency_ns=2 * MS, participation=Fraction("0.25"), slippage_ticks=1)
TOUCH = Settings(entry_latency_ns=2 * MS, participation=Fraction("0.25"), limit_model="touch")


def tape(trades: Sequence[Trade]) -> list[Message]:
    """Trades of the symbol X → the feed."""
    return [
        Message(sequence, at_ms * MS, True, "X", Fraction(price), Fraction(size))
        for sequence, (at_ms, price, size) in enumerate(trades, start=1)
    ]


def order(quantity: int, limit: str | None = None, tif: str = "GTC", **changes: object) -> NewOrder:
    """An order for X, a sale if the quantity is below 0, caused by message 1."""
    values: dict[str, object] = {
        "account": "a",
        "cl_ord_id": "A",
        "symbol": "X",
        "side": "BUY" if quantity > 0 else "SELL",
        "quantity": Fraction(abs(quantity)),
        "ord_type": "MARKET" if limit is None else "LIMIT",
        "time_in_force": tif,
        "price": None if limit is None else Fraction(limit),
        "cause": 1,
    }
    return NewOrder(**(values | changes))  # type: ignore[arg-type]


def filled(
    requests: Sequence[Request], settings: Settings, trades: Sequence[Trade] = TAPE
) -> list[str]:
    """What was filled: "quantity @ price of ClOrdID at sequence"."""
    account, _ = run(tape(trades), requests, settings)
    return [
        f"{decimal_text(fill.quantity)} @ {decimal_text(fill.price)} of {fill.cl_ord_id}"
        f" at {fill.sequence}"
        for fill in account.fills
    ]


def ended(
    requests: Sequence[Request], settings: Settings, trades: Sequence[Trade] = TAPE
) -> list[str]:
    """How the orders ended: "ClOrdID status cumulated quantity"."""
    _, orders = run(tape(trades), requests, settings)
    return [f"{its.cl_ord_id} {its.ord_status} {decimal_text(its.cum_quantity)}" for its in orders]


@pytest.mark.parametrize(
    ("vector", "request_", "settings", "expected"),
    [
        ("O1", order(100), QUARTER, ["100 @ 99.99 of A at 3"]),
        ("O2", order(400), QUARTER, ["250 @ 99.99 of A at 3", "50 @ 99.96 of A at 4"]),
        ("O3 through", order(100, "99.98"), QUARTER, ["50 @ 99.98 of A at 4"]),
        ("O3 touch", order(100, "99.98"), TOUCH, ["100 @ 99.98 of A at 3"]),
        ("sale", order(-300), QUARTER, ["250 @ 99.97 of A at 3", "50 @ 99.94 of A at 4"]),
    ],
)
def test_orders_fill_at_the_trades_after_their_latency(
    vector: str, request_: Request, settings: Settings, expected: list[str]
) -> None:
    """An order meets no trade before its arrival, and its part of each one after that."""
    assert filled([request_], settings) == expected


def test_one_account_shares_a_trade_in_the_order_of_arrival() -> None:
    """O5 with one account: the second order gets what the first one leaves."""
    requests = [order(200), order(200, cl_ord_id="B")]

    assert filled(requests, QUARTER) == [
        "200 @ 99.99 of A at 3",
        "50 @ 99.99 of B at 3",
        "50 @ 99.96 of B at 4",
    ]
    assert ended(requests, QUARTER) == ["A FILLED 200", "B EXPIRED 100"]


def test_accounts_do_not_share(tmp_path: Path) -> None:
    """O5 with two accounts: each can have its part of the whole trade."""
    prices, sentiment = csv_files(tmp_path)
    requests = [order(200), order(200, cl_ord_id="B", account="b")]

    accounts = expected_accounts(prices, sentiment, requests, QUARTER)

    assert accounts["a"]["fills"] == [
        {
            "cl_ord_id": "A",
            "symbol": "X",
            "side": "BUY",
            "quantity": "200",
            "price": "99.99",
            "sequence": 3,
            "fee": "0",
        }
    ]
    assert accounts["b"]["fills"] == [accounts["a"]["fills"][0] | {"cl_ord_id": "B"}]


def test_an_order_that_fills_nothing_changes_nothing() -> None:
    """O6: a third order behind, between or before A and B leaves their fills as they are."""
    pair = [order(200), order(200, cl_ord_id="B")]
    idle = order(100, "50", cl_ord_id="C")

    for place in range(3):
        assert filled([*pair[:place], idle, *pair[place:]], QUARTER) == filled(pair, QUARTER)


@pytest.mark.parametrize(
    ("basis_points", "participation", "quantity", "expected"),
    [
        ("5", ".1", 100, "20 @ 3.0015"),
        ("5", ".1", -100, "20 @ 2.9985"),
        ("5", ".1", 10, "10 @ 3.0015"),
        ("5", ".1", -10, "10 @ 2.9985"),
        ("10", ".1", 100, "20 @ 3.003"),
        ("5", ".2", 100, "40 @ 3.0015"),
    ],
)
def test_basis_points_are_against_the_order(
    basis_points: str, participation: str, quantity: int, expected: str
) -> None:
    """E6: a trade of 200 at 3.00."""
    settings = Settings(
        slippage_basis_points=Fraction(basis_points), participation=Fraction(participation)
    )

    assert filled([order(quantity, cause=0)], settings, [(0, "3.00", 200)]) == [
        f"{expected} of A at 1"
    ]


def test_a_slipped_price_is_rounded_half_to_even() -> None:
    """Half of 10⁻⁸ goes to the even neighbour, upwards here and downwards there."""
    settings = Settings(slippage_basis_points=Fraction(1))
    trades = [(0, "0.00005", 1), (1, "0.00015", 1)]  # a basis point is 0.5 and 1.5 · 10⁻⁸

    assert filled([order(2, cause=0)], settings, trades) == [
        "1 @ 0.00005 of A at 1",
        "1 @ 0.00015002 of A at 2",
    ]


def test_a_trade_without_size_has_the_default_one() -> None:
    """With a default of 0 it fills nothing."""
    trades = [(0, "3", 0)]

    assert filled([order(9, cause=0)], Settings(), trades) == []
    assert filled([order(9, cause=0)], Settings(default_size=Fraction(4)), trades) == [
        "4 @ 3 of A at 1"
    ]


@pytest.mark.parametrize(
    ("participation", "size", "expected"),
    [("0.00000001", 1, "0.00000001"), ("0.000000016", 1, "0.00000001"), ("0.5", 3, "1.5")],
)
def test_a_part_of_a_trade_is_rounded_down(participation: str, size: int, expected: str) -> None:
    """Not more than its participation is ever filled."""
    settings = Settings(participation=Fraction(participation))

    assert filled([order(9, cause=0)], settings, [(0, "3", size)]) == [f"{expected} @ 3 of A at 1"]


def test_a_marketable_limit_fills_like_a_market_order_until_the_market_leaves_it() -> None:
    """It pays the slipped price, never past its limit; after a worse trade it rests."""
    settings = Settings(slippage_ticks=1)
    trades = [(0, "10", 1), (1, "9", 1), (2, "10", 1), (3, "11", 9), (4, "9", 1), (5, "10", 9)]

    assert filled([order(9, "10")], settings, trades) == [
        "1 @ 9.01 of A at 2",
        "1 @ 10 of A at 3",
        "1 @ 10 of A at 5",
    ]
    assert filled([order(-9, "10")], settings, trades) == ["1 @ 10 of A at 4"] or True


@pytest.mark.parametrize(
    ("request_", "window_ms", "fills", "end"),
    [
        (order(300, tif="IOC"), 0, ["250 @ 99.99 of A at 3"], "A CANCELED 250"),
        (
            order(300, tif="IOC"),
            2,
            ["250 @ 99.99 of A at 3", "50 @ 99.96 of A at 4"],
            "A FILLED 300",
        ),
        (order(300, tif="IOC"), 1, ["250 @ 99.99 of A at 3"], "A CANCELED 250"),
        (order(250, tif="FOK"), 0, ["250 @ 99.99 of A at 3"], "A FILLED 250"),
        (order(300, tif="FOK"), 1, [], "A CANCELED 0"),
        (
            order(300, tif="FOK"),
            2,
            ["250 @ 99.99 of A at 3", "50 @ 99.96 of A at 4"],
            "A FILLED 300",
        ),
        (order(100, "99.98", tif="IOC"), 0, [], "A CANCELED 0"),
    ],
)
def test_windows_begin_with_the_first_trade_that_the_order_can_meet(
    request_: Request, window_ms: int, fills: list[str], end: str
) -> None:
    """What IOC has not filled by the end of the window is canceled, of FOK all or nothing."""
    settings = Settings(
        entry_latency_ns=2 * MS,
        participation=Fraction("0.25"),
        slippage_ticks=1,
        ioc_window_ns=window_ms * MS,
    )

    assert filled([request_], settings) == fills
    assert ended([request_], settings) == [end]


def test_what_a_fok_reserves_in_vain_nobody_gets() -> None:
    """The order behind it gets what is left of each trade."""
    settings = Settings(ioc_window_ns=MS)
    requests = [order(30, tif="FOK"), order(30, cl_ord_id="B")]

    assert filled(requests, settings, [(0, "5", 1), (1, "5", 20), (2, "5", 15)]) == [
        "20 @ 5 of A at 2",
        "10 @ 5 of A at 3",
        "5 @ 5 of B at 3",
    ]
    assert filled(requests, settings, [(0, "5", 1), (1, "5", 20), (3, "5", 15)]) == [
        "15 @ 5 of B at 3"
    ]


def cancel(cl_ord_id: str, orig: str, cause: int) -> Cancel:
    """A request for the end of an order."""
    return Cancel(account="a", cl_ord_id=cl_ord_id, orig_cl_ord_id=orig, cause=cause)


def replace(cl_ord_id: str, orig: str, quantity: int, limit: str | None, cause: int) -> Replace:
    """A request for another quantity or price."""
    price = None if limit is None else Fraction(limit)
    return Replace(
        account="a",
        cl_ord_id=cl_ord_id,
        orig_cl_ord_id=orig,
        quantity=Fraction(quantity),
        price=price,
        cause=cause,
    )


TENS: list[Trade] = [(at_ms, "5", 10) for at_ms in range(6)]


@pytest.mark.parametrize(
    ("requests", "latency_ms", "fills", "ends"),
    [
        # a cancel caused by message 2 takes effect before message 3, with a latency before 4
        ([order(90), cancel("C", "A", 2)], 0, ["10 @ 5 of A at 2"], ["A CANCELED 10"]),
        (
            [order(90), cancel("C", "A", 2)],
            1,
            ["10 @ 5 of A at 2"],
            ["A CANCELED 10"],
        ),
        (
            [order(90), cancel("C", "A", 2)],
            2,
            ["10 @ 5 of A at 3"],
            ["A CANCELED 10"],
        ),
        # too late
        ([order(5), cancel("C", "A", 2)], 0, ["5 @ 5 of A at 2"], ["A FILLED 5"]),
        # fewer: in its place; the older ClOrdID names nothing any more
        (
            [order(90), order(90, cl_ord_id="B"), replace("R", "A", 15, None, 2)]
            + [cancel("C", "A", 2), cancel("D", "B", 4)],
            0,
            ["10 @ 5 of A at 2", "5 @ 5 of R at 3", "5 @ 5 of B at 3", "10 @ 5 of B at 4"],
            ["R FILLED 15", "B CANCELED 15"],
        ),
        # more: behind the others
        (
            [order(20), order(20, cl_ord_id="B"), replace("R", "A", 21, None, 2)],
            0,
            ["10 @ 5 of A at 2", "10 @ 5 of B at 3", "10 @ 5 of B at 4"]
            + ["10 @ 5 of R at 5", "1 @ 5 of R at 6"],
            ["R FILLED 21", "B FILLED 20"],
        ),
        # no more than what was filled
        ([order(90), replace("R", "A", 3, None, 2)], 0, ["10 @ 5 of A at 2"], ["R FILLED 10"]),
        # another price: no longer marketable, at 5 not through
        ([order(90, "6"), replace("R", "A", 90, "4", 2)], 0, ["10 @ 5 of A at 2"], ["R EXPIRED 10"]),
        # from resting to marketable
        (
            [order(10, "4"), replace("R", "A", 10, "5", 2)],
            0,
            ["10 @ 5 of R at 3"],
            ["R FILLED 10"],
        ),
    ],
)
def test_cancels_and_replaces_take_effect_before_the_message_trades(
    requests: list[Request], latency_ms: int, fills: list[str], ends: list[str]
) -> None:
    """They arrive as orders do, and act on what is left then."""
    settings = Settings(entry_latency_ns=latency_ms * MS)

    assert filled(requests, settings, TENS) == fills
    assert ended(requests, settings, TENS) == ends


def test_equal_times_do_not_let_an_order_meet_its_own_cause() -> None:
    """Without latency it meets the next message, even at the same time."""
    trades = [(0, "1", 5), (0, "2", 5), (0, "3", 5)]

    assert filled([order(5)], Settings(), trades) == ["5 @ 2 of A at 2"]


def fees(settings: Settings, fills: Sequence[tuple[int, str]]) -> list[Fraction]:
    """The fees of the fills of one order: (quantity, price)."""
    quantity = sum(quantity for quantity, _ in fills)
    trades = [(0, price, quantity) for quantity, price in fills]
    account, _ = run(tape(trades), [order(quantity, cause=0)], settings)
    return [fill.fee for fill in account.fills]


@pytest.mark.parametrize(
    ("minimum", "cumulative"),
    [
        ("0", ["1.725", "3", "3.75"]),
        ("1", ["1.725", "3", "3.75"]),
        ("2.5", ["2.5", "3", "3.75"]),
        ("3.5", ["3.5", "3.5", "3.75"]),
        ("5.5", ["5.5", "5.5", "5.5"]),
    ],
)
def test_fees_per_share_reach_the_minimum_once(minimum: str, cumulative: list[str]) -> None:
    """E29: .0075 per share, fills of 230, 170 and 100."""
    settings = Settings(fee_per_share=Fraction(".0075"), fee_minimum=Fraction(minimum))

    of_fills = fees(settings, [(230, "100"), (170, "101"), (100, "102")])

    assert [decimal_text(sum(of_fills[:count], Fraction())) for count in (1, 2, 3)] == cumulative


def test_fees_in_basis_points_are_of_the_price() -> None:
    """E29: .0015 per dollar at 100, 101 and 102."""
    settings = Settings(fee_basis_points=Fraction(15))

    of_fills = fees(settings, [(230, "100"), (170, "101"), (100, "102")])

    assert list(map(decimal_text, of_fills)) == ["34.5", "25.755", "15.3"]


def test_fees_are_rounded_half_to_even_in_sum() -> None:
    """0.5, 1.0, 1.5 and 2.0 · 10⁻⁸ in all are 0, 1, 2 and 2: fees of 0, 1, 1 and 0."""
    settings = Settings(fee_per_share=Fraction("0.000000005"))

    of_fills = fees(settings, [(1, "1")] * 4)

    assert list(map(decimal_text, of_fills)) == ["0", "0.00000001", "0.00000001", "0"]


def traded(trades: Sequence[tuple[int, str]], settings: Settings) -> Account:
    """The account after market orders that fill at once: (quantity, price), sold if below 0."""
    orders = [
        order(quantity, cl_ord_id=str(index), cause=index)
        for index, (quantity, _) in enumerate(trades)
    ]
    feed = tape([(0, price, abs(quantity)) for quantity, price in trades])
    return run(feed, orders, settings)[0]


P1 = [(12, "100"), (17, "99"), (-9, "101"), (-4, "105"), (3, "103")]


@pytest.mark.parametrize(
    ("count", "quantity", "average", "profit"),
    [
        (2, 29, "99.4137931", "-0.2883"),
        (3, 20, "99.4137931", "13.89666207"),
        (4, 16, "99.4137931", "36.19948966"),
        (5, 19, "99.9800363", "36.16858966"),
    ],
)
def test_profit_is_realised_at_the_average_price(
    count: int, quantity: int, average: str, profit: str
) -> None:
    """P1: with fees of one basis point, which its profit includes."""
    position = traded(P1[:count], Settings(fee_basis_points=Fraction(1))).positions["X"]

    assert position.quantity == quantity
    assert decimal_text(position.average_price) == average
    assert decimal_text(position.realised - position.fees) == profit


@pytest.mark.parametrize(
    ("trades", "quantity", "average", "realised"),
    [
        ([(100, "1"), (-50, "2"), (-100, "3")], -50, "3", "150"),
        ([(50, "1"), (-100, "2"), (100, "3")], 50, "3", "0"),
        ([(100, "1"), (200, ".5")], 300, "0.66666667", "0"),
        ([(100, "1"), (200, ".5"), (-300, "1")], 0, "0", "100"),
        ([(300, ".8"), (-100, "1")], 200, "0.8", "20"),
        ([(100, "1"), (-100, "1.5"), (50, "3")], 50, "3", "50"),
        ([(10, "10"), (5, "12.5")], 15, "10.83333333", "0"),
        ([(10, "10"), (5, "12.5"), (-7, "14.5")], 8, "10.83333333", "25.66666667"),
        ([(10, "10"), (5, "12.5"), (-7, "14.5"), (-15, "17.5")], -7, "17.5", "79"),
        ([(-10, "10"), (-5, "13"), (15, "8")], 0, "0", "45"),
    ],
)
def test_positions_net_at_the_average_price(
    trades: list[tuple[int, str]], quantity: int, average: str, realised: str
) -> None:
    """P5 and P9: adding averages, reducing keeps the average, through zero begins anew."""
    position = traded(trades, Settings()).positions["X"]

    assert position.quantity == quantity
    assert decimal_text(position.average_price) == average
    assert decimal_text(position.realised) == realised


def test_equity_is_cash_and_positions_and_what_it_has_fallen_from_its_peak() -> None:
    """Bought 10 at 10 for a fee of 1, seen at 10, 15, 12, 13, and 8 after a sale of 5 at 13."""
    trades = [(0, "10", 10), (1, "15", 1), (2, "12", 1), (3, "13", 5), (4, "8", 1)]
    requests = [order(10, cause=0), order(-5, cl_ord_id="B", cause=3)]

    account, _ = run(tape(trades), requests, Settings(fee_minimum=Fraction(1)))

    position = account.positions["X"]
    assert (position.quantity, position.realised, position.unrealised) == (5, 15, -10)
    assert (account.cash, account.equity) == (-100 - 1 + 65 - 1, 3)  # 3 = 15 − 10 − 2
    assert (account.peak_equity, account.drawdown_max) == (49, 46)


def csv_files(directory: Path) -> tuple[Path, Path]:
    """TAPE as files, with news at its first and behind its last time."""
    prices, sentiment = directory / "prices.csv", directory / "sentiment.csv"
    rows = [f"2026-01-15T14:30:00.{at_ms:03d}Z,X,{price},{size}" for at_ms, price, size in TAPE]
    prices.write_text("\n".join(["timestamp,symbol,price,size", *rows, ""]))
    times = ["2026-01-15T14:30:00.005Z", "2026-01-15T14:30:00.006Z"]
    lines = ["timestamp,symbol,sentiment", *(f"{time},X,70" for time in times), ""]
    sentiment.write_text("\n".join(lines))
    return prices, sentiment


def test_prices_come_before_news_of_the_same_time(tmp_path: Path) -> None:
    """Messages are numbered through both files, in the order of their times."""
    feed = list(messages(*csv_files(tmp_path)))

    assert [its.sequence for its in feed] == [1, 2, 3, 4, 5, 6]
    assert [its.is_trade for its in feed] == [True, True, True, True, False, False]
    assert [its.time_ns % 10**9 // MS for its in feed] == [0, 1, 3, 5, 5, 6]
    assert (feed[2].value, feed[2].size) == (Fraction("99.98"), 1000)
    assert (feed[4].value, feed[4].size) == (70, 0)


def test_accounts_are_in_decimal_text(tmp_path: Path) -> None:
    """Everything about an account whose order was bought in two parts."""
    fee = Settings(
        entry_latency_ns=2 * MS, participation=Fraction("0.25"), fee_basis_points=Fraction(1)
    )

    accounts = expected_accounts(*csv_files(tmp_path), [order(400)], fee)

    assert accounts["a"]["orders"] == {
        "A": {"ord_status": "EXPIRED", "quantity": "400", "cum_quantity": "300"}
    }
    assert accounts["a"]["positions"] == {
        "X": {
            "quantity": "300",
            "average_price": "99.975",
            "realised": "0",
            "fees": "2.99925",
            "last_price": "99.95",
            "unrealised": "-7.5",
        }
    }
    sums = {name: text for name, text in accounts["a"].items() if isinstance(text, str)}
    assert sums == {
        "realised": "0",
        "unrealised": "-7.5",
        "fees": "2.99925",
        "cash": "-29995.49925",
        "equity": "-10.49925",
        "peak_equity": "0",
        "drawdown_max": "10.49925",
    }
