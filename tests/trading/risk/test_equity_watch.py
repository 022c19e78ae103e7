"""Equity through the day: bad ticks, and a reset that stays."""

import msgspec

from tradestack.trading.risk.equity_watch import EquityWatch


def watched(*values: int, confirm_ticks: int = 1) -> EquityWatch:
    """A watch that has seen these valuations."""
    watch = EquityWatch()
    for equity in values:
        watch.value(equity, confirm_ticks)
    return watch


def test_the_peak_stays_and_equity_is_the_newest() -> None:
    """With one tick to confirm, each valuation counts at once."""
    watch = watched(5, 20, 12)

    assert (watch.equity, watch.peak_equity, watch.reference_equity) == (12, 20, 0)


def test_one_bad_price_is_neither_a_loss_nor_a_peak() -> None:
    """As many in a row as configured are."""
    down = watched(10, 10, 10, -90, -90, confirm_ticks=3)
    up = watched(10, 10, 10, 900, 10, confirm_ticks=3)
    confirmed = watched(10, 10, 10, -90, -90, -80, confirm_ticks=3)

    assert down.equity == 10
    assert up.peak_equity == 10
    assert confirmed.equity == -80


def test_a_reset_is_not_undone_by_an_older_peak() -> None:
    """Losses and drawdown count from the equity that the act names."""
    watch = watched(100, 40)
    watch.reset(40)
    watch.value(39, 1)

    assert (watch.reference_equity, watch.peak_equity, watch.equity) == (40, 40, 39)


def test_a_new_day_forgets_the_loss_but_not_the_peak() -> None:
    """Drawdown goes on over days."""
    watch = watched(100, 40)
    watch.begin_day()

    assert (watch.reference_equity, watch.peak_equity) == (40, 100)


def test_a_watch_survives_a_checkpoint() -> None:
    """Also in the middle of a confirmation."""
    watch = watched(100, 40, confirm_ticks=3)

    assert msgspec.json.decode(msgspec.json.encode(watch), type=EquityWatch) == watch
