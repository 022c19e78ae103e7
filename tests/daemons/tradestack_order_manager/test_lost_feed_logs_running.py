"""A running order manager whose feed session lacks a message that an account has met."""

from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.executing import limit
from tests.kit.recorded_session import FEED_SESSION
from tests.kit.tape_order_manager import TapeOrderManager
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecRestatementReason, OrdStatus
from tradestack.wire.feed import TICK_PACKET_LENGTH


def test_a_client_is_told_by_a_running_order_manager(tmp_path: Path) -> None:
    """Killed with an order that works; when it starts again, the log lacks what that has met."""
    manager = TapeOrderManager(tmp_path)
    feed = manager.feed(FEED_SESSION)
    feed.trade(5, 100)
    manager.start()
    client = manager.client("news")
    client.send(limit("resting", "500", feed_session=FEED_SESSION, feed_seq=2))
    client.receive(1)
    manager.kill()
    feed.cut(1)
    feed.end()
    manager.feed("3DAA200001")
    manager.start()

    accepted, expired = manager.client("news").receive(2)

    assert isinstance(accepted, ExecutionReport)
    assert isinstance(expired, ExecutionReport)
    assert (accepted.ord_status, expired.ord_status) == (OrdStatus.NEW, OrdStatus.EXPIRED)
    assert (expired.feed_seq, expired.leaves_quantity) == (2, 0)
    assert manager.call("ListAccounts")["unavailable"] == []
    manager.close()


@pytest.mark.parametrize(("kept", "unwritten"), [(0, 0), (1, 0), (1, 3), (0, 64)])
def test_orders_go_on_when_the_feed_is_published_again(
    tmp_path: Path, kept: int, unwritten: int
) -> None:
    """After a power cut that took messages of the feed, all of them too, and a report.

    The file may have kept its length, with blocks that were never written.

    The order manager is there before the gateway: it waits for what the account has met.
    """
    manager = TapeOrderManager(tmp_path)
    feed = manager.feed(FEED_SESSION)
    feed.trade(5, 100)
    manager.start()
    client = manager.client("news")
    client.send(limit("resting", "500", feed_session=FEED_SESSION, feed_seq=2))
    client.receive(1)
    (journal,) = manager.state.glob("*.journal")
    manager.kill()
    whole = feed.cut(kept)
    with feed.path.open("ab") as file:
        file.write(bytes(unwritten * TICK_PACKET_LENGTH))
    with journal.open("ab") as torn:
        torn.write(b"00000000 {")
    manager.launch()
    manager.wait_for_words("feed messages that accounts have met already")
    feed.path.write_bytes(whole)

    (restated,) = manager.client("news").receive(1)

    assert isinstance(restated, ExecutionReport)
    assert (restated.cl_ord_id, restated.ord_status) == ("resting", OrdStatus.NEW)
    assert restated.restatement_reason is ExecRestatementReason.RENEWAL
    manager.close()
