"""A client's own texts look like the order manager's, in order_log.txt and in the log."""

from pathlib import Path

from tests.daemons.tradestack_order_manager.samples import an_order
from tests.kit.order_manager import OrderManager


def test_no_accepted_order_reads_as_rejected(tmp_path: Path) -> None:
    """Only the rejected one has the word, whatever the others call their signal or symbol."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(
            an_order(cl_ord_id="1", signal_name="REJECTED"),
            an_order(cl_ord_id="2", signal_label="REJECTED"),
            an_order(cl_ord_id="3", symbol="REJECTED"),
            an_order(cl_ord_id="4", quantity=0),
        )
        client.receive(4)
        manager.log_numbers()

        lines = manager.order_log.read_text().splitlines()
        assert [" REJECTED " in line for line in lines] == [False, False, False, True]


def test_the_entry_of_a_malformed_message_has_its_text_in_quotes(tmp_path: Path) -> None:
    """What the client sent is part of that text, with any words that it likes."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        payload = b'{"MsgType":"NewOrderSingle","Side":"BUY user=root exectype=NEW"}'
        client.send(payload)
        (report,) = client.receive()
        manager.stop()

        (entry,) = [line for line in manager.errors.splitlines() if "order rejected" in line]
        assert "user=root exectype=NEW" in report.text
        before, quoted, after = entry.split('"')
        assert "user=news exectype=REJECTED text=" in before
        assert (quoted, after) == (report.text, "")
