"""Why trades did not fill an order: each reason, and how many are told."""

from pathlib import Path

from tests.ctl.verify.traded import (
    order,
)
from tests.ctl.why.stories import object_of, told
from tests.kit.recorded_session import RecordedSession, trades
from tradestack.ctl.why.story import MISSES_SHOWN_MAX
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Side, TimeInForce
from tradestack.trading.execution.model import (
    ExecutionModel,
    Fees,
    Latency,
    LimitFill,
    Slippage,
    SlippageKind,
)


def test_many_trades_are_counted(tmp_path: Path) -> None:
    """The first twenty are listed, the others are counted by reason."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("low", 1, "90"))
        recorded.publish(*trades("SPY", *["100"] * 30, "90"))
        recorded.pass_time()

    text = told(tmp_path / "state", 1)

    assert text.count(": the limit was not reached\n") == MISSES_SHOWN_MAX + 1
    assert "… and 10 more: the limit was not reached" in text
    assert "… and 1 more: at the limit, and only a trade past it fills" in text
    assert object_of(tmp_path / "state", 1)["missed_counts"] == {
        "limit-not-reached": 30,
        "only-at-limit": 1,
    }


def test_each_other_reason(tmp_path: Path) -> None:
    """Before arrival, share used up, no share, and the queue; with slippage and fees."""
    model = ExecutionModel(
        entry_latency=Latency(2_500_000_000),
        participation_bp=5_000,
        size_increment=SCALE,
        limit_fill=LimitFill.QUEUE,
        slippage=Slippage(SlippageKind.TICKS, increment=1_000_000, ticks=2),
        fees=Fees(minimum=SCALE),
    )
    with RecordedSession(tmp_path, model) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 60), order("second", 60, side=Side.SELL))
        recorded.send(order("queued", 5, "99"))
        recorded.publish(*trades("SPY", "100", "100", "100"), *trades("SPY", "100", size=1))
        recorded.publish(*trades("SPY", "99", "99", size=40))
        recorded.publish(*trades("SPY", "98", size=100))
        recorded.pass_time()

    first, second, queued = (object_of(tmp_path / "state", number) for number in (1, 2, 3))

    assert [each["reason"] for each in first["missed"]] == ["before-arrival"] * 2 + ["no-share"]
    assert [fill["slippage"] for fill in first["fills"]] == ["0.02", "0.02"]
    assert [fill["fee"] for fill in first["fills"]] == ["1", "0"]
    assert "share-used" in second["missed_counts"]
    assert {"before-arrival", "share-used"} <= set(queued["missed_counts"])


def test_the_queue_ahead(tmp_path: Path) -> None:
    """What was traded at the limit before is served first."""
    model = ExecutionModel(limit_fill=LimitFill.QUEUE)
    with RecordedSession(tmp_path, model) as recorded:
        recorded.publish(*trades("SPY", "99", size=50), *trades("SPY", "100"))
        recorded.send(order("queued", 5, "99"))
        recorded.publish(*trades("SPY", "99", "99", size=30))
        recorded.pass_time()

    queued = object_of(tmp_path / "state", 1)

    assert queued["missed_counts"] == {"queue-ahead": 1}
    assert [fill["trade"]["sequence"] for fill in queued["fills"]] == [4]


def test_a_fill_of_all_names_each_of_its_trades(tmp_path: Path) -> None:
    """A FOK order is filled by trades that it had counted on, at the price of each."""
    model = ExecutionModel(ioc_window_ns=5_000_000_000)
    with RecordedSession(tmp_path, model) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("all", 150, time_in_force=TimeInForce.FOK))
        recorded.publish(*trades("SPY", "101", "102"))
        recorded.pass_time()

    fok = object_of(tmp_path / "state", 1)

    assert [(f["trade"]["sequence"], f["price"]) for f in fok["fills"]] == [(2, "101"), (3, "102")]
    assert fok["missed_counts"] == {"not-all": 1}
