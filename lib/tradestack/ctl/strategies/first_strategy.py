"""The files that a first strategy begins with: its class, its configuration and its tests."""

import contextlib
import re
from collections.abc import Mapping
from pathlib import Path

from tradestack.ctl.strategies.inspection import declared_by
from tradestack.ctl.strategies.parameter_section import with_parameters
from tradestack.ctl.toml import toml
from tradestack.strategies.loading import load_strategy
from tradestack.wire.soup import USER_LENGTH_MAX

CLASS = '''\
"""{name}: buys what has fallen below its average price, sells what has risen above it."""

from tradestack.strategies import PriceTick, Strategy, decimal, whole_number
from tradestack.strategies.indicators import Mean, per_symbol


class {class_name}(Strategy):
    """Expects prices to come back. Prices, quantities and decimals are integers ×10⁻⁸."""

    # Parameters: a configuration gives other values, within these bounds.
    length: int = whole_number(50, minimum=2, maximum=10_000, doc="Prices in the average.")
    distance: int = decimal("0.05", minimum="0", maximum="50", doc="From the average, in percent.")

    def on_start(self) -> None:
        """Begin a feed session with empty state, which the feed restores after a crash."""
        self.means = per_symbol(Mean, self.length)
        self.sides: dict[str, int] = {{}}

    def on_tick(self, tick: PriceTick) -> None:
        """Send an order when the price changes to the other side of its average."""
        mean = self.means[tick.symbol]
        average = mean.value  # of the prices before this one; None until there are enough
        mean.add(tick.price)
        if average is None:
            return
        away = tick.price - average
        if abs(away) * 100 * 10**8 < self.distance * average:
            return
        side = -1 if away > 0 else 1
        if side != self.sides.get(tick.symbol):
            self.sides[tick.symbol] = side
            (self.buy if side > 0 else self.sell)(tick.symbol)
'''

CONFIG = """\
# Configuration of the strategy {name} for tradestackctl up --strategy-config and for a backtest.
# `tradestackctl add-strategy {name} {file}` makes another one, with every key explained.
strategy = {path}

# The symbols to trade; if empty, all symbols of the feed.
symbols = []

# Quantity of each order.
quantity = "10"

# User name at the order manager, at most 6 characters.
user = {user}
"""

TESTS = '''\
"""Tests of {name}; they need no feed: python -m pytest {test_file}"""

from pathlib import Path

from tradestack.strategies import Aggressor, PriceTick, Side, fixed
from tradestack.strategies.loading import load_strategy
from tradestack.strategies.parameter import parameters_of, parse_parameters
from tradestack.testing import assert_no_lookahead, random_ticks

STRATEGY = load_strategy(str(Path(__file__).with_name("{file}"))).strategy


class Desk:
    """Collects the orders, in place of the order manager."""

    def __init__(self):
        self.orders = []

    def order(self, symbol, side, quantity, **_):
        self.orders.append((symbol, side, quantity))
        return str(len(self.orders))


def orders_for(*prices, **parameters):
    """The orders for these prices of one symbol."""
    desk = Desk()
    values = parse_parameters(parameters_of(STRATEGY), parameters)
    strategy = STRATEGY(desk, values, quantity=fixed("10"))
    strategy.on_start()
    for number, price in enumerate(prices, 1):
        strategy.on_tick(PriceTick(number, "SPY", fixed(price), 0, number, Aggressor.UNKNOWN))
    return desk.orders


def test_it_buys_below_the_average_and_sells_above_it():
    """It waits for an average, and sends one order for each side."""
    prices = ["100", "100", "98", "97", "104"]

    orders = orders_for(*prices, length="2", distance="1")

    assert orders == [("SPY", Side.BUY, fixed("10")), ("SPY", Side.SELL, fixed("10"))]


def test_it_does_nothing_near_the_average():
    """The distance has to be reached."""
    assert orders_for("100", "100", "100.9", "99.9", length="2", distance="1") == []


def test_it_cannot_look_ahead():
    """Its decisions depend neither on batches nor on later ticks."""
    parameters = {{"length": "5", "distance": "0"}}

    assert_no_lookahead(STRATEGY, random_ticks(), parameters=parameters)
'''


def class_name_of(name: str) -> str:
    """Return the class of a strategy's name: mean-back → MeanBack."""
    words = "".join(word.capitalize() for word in re.split(r"[-_]+", name))
    return words if words[0].isalpha() else f"Strategy{words}"


def file_names(name: str) -> tuple[str, str, str]:
    """Return the names of class, configuration and tests."""
    return f"{name}.py", f"{name}.toml", f"test_{name}.py"


def write_first_strategy(name: str, directory: Path) -> None:
    """Write the three files, none of which may exist, or none of them. Raises OSError."""
    file, config_file, test_file = file_names(name)
    path = directory.absolute() / file
    words: Mapping[str, str] = {
        "name": name,
        "class_name": class_name_of(name),
        "file": file,
        "test_file": test_file,
        "path": toml(str(path)),
        "user": toml(re.sub(r"[^a-z0-9]", "", name)[:USER_LENGTH_MAX]),
    }
    with contextlib.ExitStack() as on_failure:  # a part would be in the way of the next try

        def write(name: str, text: str) -> None:
            with (directory / name).open("x", encoding="utf-8") as written:
                on_failure.callback((directory / name).unlink)
                written.write(text)

        write(file, CLASS.format_map(words))
        declared = declared_by(load_strategy(str(path)).strategy)
        config = with_parameters(CONFIG.format_map(words), words["class_name"], declared, {})
        write(config_file, config)
        write(test_file, TESTS.format_map(words))
        on_failure.pop_all()
