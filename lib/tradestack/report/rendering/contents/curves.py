"""The course of the accounts in feed time, as charts: equity, drawdown, exposure."""

import bisect
from collections.abc import Sequence

from tradestack.report.rendering import quantities
from tradestack.report.rendering.blocks import Chart, Line, Path
from tradestack.report.rendering.contents.shown import cut, floats
from tradestack.report.report import Report
from tradestack.report.values.series import EquityCurve

USERS_MAX = 5  # as many lines as can be told from each other
TONES = 6
SYNC = "feed-time"
MONEY = "currency of the prices"


def equity_charts(report: Report) -> list[Chart]:
    """Return the charts of all accounts together, and one that compares the users."""
    curves = report.series.equity
    if not curves:
        return []
    first, users = curves[0], [curve for curve in curves if curve.user is not None]
    charts = [_equity(first), _drawdown(first), _exposure(first)]
    return [*charts, _by_user(users)] if len(users) > 1 else charts


def _whose(curve: EquityCurve) -> str:
    return "all accounts" if curve.user is None else cut(curve.user)


def _equity(curve: EquityCurve) -> Chart:
    values = curve.equity or (0,)
    ends = f"from {quantities.money(values[0])} to {quantities.money(values[-1])}"
    extremes = f"lowest {quantities.money(min(values))}, highest {quantities.money(max(values))}"
    return Chart(
        name="equity",
        title=f"Equity of {_whose(curve)}",
        unit=MONEY,
        says=f"A line {ends}; {extremes}.",
        times_ns=curve.times,
        lines=[Line(label="equity", values=floats(curve.equity), tone=1)],
        sync=SYNC,
    )


def _drawdown(curve: EquityCurve) -> Chart:
    deepest = quantities.money(max(curve.drawdown, default=0))
    return Chart(
        name="drawdown",
        title="Drawdown",
        unit=f"{MONEY}, below the highest equity so far",
        says=f"An area below zero; the deepest is {deepest}.",
        times_ns=curve.times,
        lines=[
            Line(
                label="drawdown",
                values=[-value for value in floats(curve.drawdown)],
                tone=2,
                path=Path.AREA,
            )
        ],
        floor=0.0,
        sync=SYNC,
    )


def _exposure(curve: EquityCurve) -> Chart:
    largest = quantities.money(max(curve.gross, default=0))
    return Chart(
        name="exposure",
        title="Exposure",
        unit=f"{MONEY}, positions at their last trades",
        says=f"Two lines of steps, gross and net; gross is at most {largest}.",
        times_ns=curve.times,
        lines=[
            Line(label="gross", values=floats(curve.gross), tone=3, path=Path.STEPS),
            Line(label="net", values=floats(curve.net), tone=4, path=Path.STEPS),
        ],
        floor=0.0,
        sync=SYNC,
    )


def _by_user(curves: Sequence[EquityCurve]) -> Chart:
    shown = curves[:USERS_MAX]
    times = sorted({time for curve in shown for time in curve.times})
    ends = (f"{_whose(curve)} {quantities.money(curve.equity[-1])}" for curve in shown)
    return Chart(
        name="equity-by-user",
        title="Equity by user",
        unit=MONEY,
        says=f"A line a user; at the end {', '.join(ends)}.",
        times_ns=times,
        lines=[
            Line(label=_whose(curve), values=_at(curve, times), tone=1 + number % TONES)
            for number, curve in enumerate(shown)
        ],
        sync=SYNC,
        note=f"{len(shown)} of {len(curves)} users." if len(shown) < len(curves) else "",
    )


def _at(curve: EquityCurve, times: Sequence[int]) -> list[float | None]:
    """Return the equity at other times than the curve's own: the last value up to each."""
    equity = floats(curve.equity)
    places = (bisect.bisect_right(curve.times, time) - 1 for time in times)
    return [equity[place] if place >= 0 else None for place in places]
