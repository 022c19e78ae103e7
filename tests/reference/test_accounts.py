"""Fees, positions, profit and equity, by vectors computed by hand."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import pytest

from tests.reference.accounts import Account, decimal_text, expected_accounts, run
from tests.reference.execution import Settings
from tests.reference.feed import messages, round_down
from tests.reference.samples import MS, QUARTER, csv_files, order, tape

ROOT = Path(__file__).parents[2]


def fees(settings: Settings, fills: Sequence[tuple[int, str]]) -> list[Fraction]:
    """The fees of the fills of one order: (quantity, price)."""
    quantity = sum(quantity for quantity, _ in fills)
    trades = [(0, price, quantity) for quantity, price in fills]
    account, _ = run(tape(trades), [order(quantity, cause=0)], settings)
    return [fill.fee for fill in account.fills]


def fractions(*numbers: int) -> list[Fraction]:
    """Return exact numbers, as an account has them."""
    return [Fraction(number) for number in numbers]


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
    """P5 and P9: adding averages, reducing keeps the average, through zero begins again."""
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
    assert [position.quantity, position.realised, position.unrealised] == fractions(5, 15, -10)
    assert [account.cash, account.equity] == fractions(-100 - 1 + 65 - 1, 3)  # 3 = 15 − 10 − 2
    assert [account.peak_equity, account.drawdown_max] == fractions(49, 46)


def test_prices_come_before_news_of_the_same_time(tmp_path: Path) -> None:
    """Messages are numbered through both files, in the order of their times."""
    feed = list(messages(*csv_files(tmp_path)))

    assert [its.sequence for its in feed] == [1, 2, 3, 4, 5, 6]
    assert [its.is_trade for its in feed] == [True, True, True, True, False, False]
    assert [its.time_ns % 10**9 // MS for its in feed] == [0, 1, 3, 5, 5, 6]
    assert [feed[2].value, feed[2].size] == [Fraction("99.98"), Fraction(1000)]
    assert [feed[4].value, feed[4].size] == fractions(70, 0)


def test_more_than_8_decimals_are_rounded_half_to_even(tmp_path: Path) -> None:
    """As the feed does it; a blank size is 0."""
    prices, sentiment = csv_files(tmp_path)
    rows = ["timestamp,symbol,price,size", "2026-01-15T14:30:00Z,X,1.000000015,1.000000025"]
    prices.write_text("\n".join([*rows, "2026-01-15T14:30:00Z,X,1.000000025,", ""]))

    feed = list(messages(prices, sentiment))

    assert [its.value for its in feed[:2]] == [Fraction("1.00000002")] * 2
    assert [its.size for its in feed[:2]] == [Fraction("1.00000002"), 0]


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


def test_on_the_sample_data_every_number_follows_from_the_fills() -> None:
    """No trade gives more than its part, profit less fees is equity, and orders do fill."""
    feed = list(messages(ROOT / "data/prices.csv", ROOT / "data/sentiment.csv"))
    news = [its for its in feed if not its.is_trade]
    requests = [
        order(
            700 if index % 3 else -900, cl_ord_id=str(index), symbol=its.symbol, cause=its.sequence
        )
        for index, its in enumerate(news)
    ]
    settings = Settings(
        entry_latency_ns=250 * MS,
        participation=Fraction("0.1"),
        slippage_basis_points=Fraction(2),
        fee_basis_points=Fraction(1),
        fee_minimum=Fraction(1),
    )

    account, orders = run(feed, requests, settings)

    positions = account.positions.values()
    profit = sum(its.realised + its.unrealised - its.fees for its in positions)
    assert account.equity == profit
    assert account.cash == account.equity - sum(its.value for its in positions)
    assert {its.ord_status for its in orders} >= {"FILLED"}
    for fill in account.fills:
        of_trade = sum(its.quantity for its in account.fills if its.sequence == fill.sequence)
        assert of_trade <= round_down(feed[fill.sequence - 1].size * settings.participation)
    bought = {symbol: Fraction() for symbol in account.positions}
    for fill in account.fills:
        bought[fill.symbol] += fill.quantity if fill.side == "BUY" else -fill.quantity
    assert bought == {symbol: its.quantity for symbol, its in account.positions.items()}
    last_prices = {its.symbol: its.value for its in feed if its.is_trade}
    assert all(its.last_price == last_prices[name] for name, its in account.positions.items())
