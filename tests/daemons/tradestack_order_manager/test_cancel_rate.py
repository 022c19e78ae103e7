"""The limit that refuses nothing: over the wire, one cancel too many is an event."""

from pathlib import Path

from tests.daemons.tradestack_order_manager.test_reload import reload
from tests.daemons.tradestack_order_manager.trading_day import Trader, TradingOrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import OrdStatus
from tradestack.observe.events import LIMIT_BROKEN

WORKING = 4


def test_a_cancel_too_many_is_an_event_and_passes(tmp_path: Path) -> None:
    """N are none; N + 1 are one, set while orders work and again after a kill."""
    with TradingOrderManager(tmp_path) as daemon:
        daemon.feed.trade(1_000)
        daemon.start()
        trader = Trader(daemon)
        names = [trader.order(1, 50).cl_ord_id for _ in range(WORKING)]
        reload(daemon, risk={"each_user": {"max_cancel_rate": "2/1h"}})

        cancel(trader, names[0])
        cancel(trader, names[1])
        assert events(daemon) == []
        cancel(trader, names[2])
        assert events(daemon) == [3]
        daemon.kill()
        daemon.start()
        trader = Trader(daemon, sequence=trader.client.next_sequence)
        cancel(trader, names[3])
        assert events(daemon) == [3, 4]


def cancel(trader: Trader, name: str) -> None:
    """Cancel an order; no limit keeps anybody from it."""
    report = trader.cancel(name)
    assert isinstance(report, ExecutionReport)
    assert report.ord_status is OrdStatus.CANCELED


def events(daemon: TradingOrderManager) -> list[int]:
    """Return how many cancels each event says that there were."""
    daemon.stats()  # an event may be written a loop pass after its report
    text = 'reason="RATE_LIMIT_EXCEEDED: value='
    return [
        int(line.partition(text)[2].split(",")[0])
        for line in daemon.errors.splitlines()
        if LIMIT_BROKEN.phrase in line and text in line
    ]
