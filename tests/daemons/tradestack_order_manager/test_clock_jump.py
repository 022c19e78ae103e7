"""A wall clock that is set under the order manager: only what it tells as time follows it."""

import signal

import pytest

from tests.daemons.tradestack_order_manager.samples import a_register, an_order
from tests.kit.order_manager import OrderManager
from tradestack.domain.order import OrdRejReason

NEW_SESSION = "io.tradestack.OrderManager.NewSession"


@pytest.mark.parametrize("jump", ["-30d", "30d"])
def test_numbers_ids_and_reports_go_on(
    daemon: OrderManager, jump: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers go on over a jump, a new session, and a restart after the clock was corrected."""
    with monkeypatch.context() as patch:
        patch.setenv("TRADESTACK_FAIL_POINTS", f"order-manager.received:3:{jump}")
        daemon.start()
    client = daemon.client()
    reports = []
    for number in range(1, 6):
        client.send(an_order(cl_ord_id=f"c{number}"))
        reports += client.receive()
    client.send(a_register())
    client.receive()
    sessions = [client.session_id, daemon.call(NEW_SESSION)["session"]]
    later = daemon.client()
    later.send(an_order(cl_ord_id="c6"))
    reports += later.receive()

    daemon.signal(signal.SIGTERM)
    assert daemon.wait() == 0
    daemon.start()
    sessions += [daemon.client().session_id, daemon.call(NEW_SESSION)["session"]]

    assert [report.order_id for report in reports] == [1, 2, 3, 4, 5, 6]
    assert "fail point reached" in daemon.errors
    assert sessions == sorted(sessions)
    assert sessions[1] == sessions[2]
    assert len(set(sessions)) == 3
    assert daemon.log_numbers() == [1, 2, 3, 4, 5, 6]


def test_an_order_is_as_old_as_the_clock_says(
    daemon: OrderManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If the clock is set ahead, orders under way are rejected as stale, and stay rejected."""
    daemon.configure(max_order_age="30s")
    with monkeypatch.context() as patch:
        patch.setenv("TRADESTACK_FAIL_POINTS", "order-manager.received:1:1h")
        daemon.start()
    client = daemon.client()
    client.send(an_order(cl_ord_id="c0", signal_time_ns=None))
    now_ns = client.receive_report().transact_time_ns

    client.send(an_order(cl_ord_id="c1", signal_time_ns=now_ns))
    client.send(an_order(cl_ord_id="c2", signal_time_ns=now_ns + 3_600_000_000_000))
    stale, young = client.receive(2)

    assert stale.reject_reason is OrdRejReason.STALE_ORDER
    assert young.reject_reason is None
