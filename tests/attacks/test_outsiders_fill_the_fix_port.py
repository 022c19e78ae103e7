"""Connections of another user to a real FIX port, without a logon."""

from contextlib import ExitStack
from pathlib import Path
from socket import create_connection

from tests.kit.fix_port import FixPort
from tests.kit.order_manager import OrderManager
from tests.kit.other_user import acting_as, needs_root
from tradestack_fix.codec import tags
from tradestack_fix.server import LOGONS_PENDING_MAX


@needs_root
def test_they_displace_each_other(tmp_path: Path) -> None:
    """One who came before them, and takes its time, can still log on."""
    for name in ("order-manager", "fix"):
        (tmp_path / name).mkdir()
    with (
        OrderManager(tmp_path / "order-manager") as order_manager,
        FixPort(tmp_path / "fix", order_manager) as port,
        ExitStack() as crowd,
    ):
        order_manager.start()
        port.start()
        client = port.client()
        port.stats_when(lambda stats: stats["connections_pending"] == 1)
        with acting_as():
            for _ in range(2 * LOGONS_PENDING_MAX):
                crowd.enter_context(create_connection(port.address))
        displaced = LOGONS_PENDING_MAX
        port.stats_when(lambda stats: stats["process"]["connections_displaced"] >= displaced)

        assert client.log_on().msg_type == tags.LOGON
