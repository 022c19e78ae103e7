"""Courses of accounts and prices of the made-up report."""

import random

from tests.report.sample_names import SECOND, TAPE, symbol_name
from tradestack.domain.fixed_point import SCALE
from tradestack.report.values.series import (
    EquityCurve,
    FillMark,
    NewsMark,
    OrderMark,
    PriceChart,
    Series,
)


def series_part(size: int, text: str, users: tuple[str, ...]) -> Series:
    """Return courses of the accounts and prices, `size` times five points each."""
    points = 5 * size
    return Series(
        equity=tuple(
            _curve(number, None if user is None else user + text, points)
            for number, user in enumerate((None, *users))
        ),
        prices=tuple(
            _prices(number, symbol_name(number) + text, points) for number in range(min(8, size))
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
