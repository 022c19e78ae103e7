"""A journal that was damaged and repaired: nothing of it happens twice, and no number recurs."""

from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import NOW_NS, an_order
from tests.kit.order_manager import OrderManager
from tradestack.ctl.check.journal_repair import repair
from tradestack.domain.faults import OperatorFault
from tradestack.sessions.order_session import OrderSession
from tradestack.store.journal_lines import read_lines


def damage(path: Path, cl_ord_id: str) -> None:
    """Change a byte in the record of that order."""
    content = bytearray(path.read_bytes())
    content[content.index(f'"ClOrdID":"{cl_ord_id}"'.encode()) + 3] ^= 1
    path.write_bytes(content)


@pytest.fixture
def journal(daemon: OrderManager) -> Path:
    """Kill a daemon that has accepted five orders; return its journal."""
    daemon.start()
    client = daemon.client()
    client.send(*[an_order(cl_ord_id=f"c{number}") for number in range(1, 6)])
    client.receive(5)
    daemon.stats_when(lambda stats: not stats["order_log_behind"])
    daemon.kill()
    (path,) = daemon.state.glob("*.journal")
    return path


def test_a_damaged_journal_stops_the_start_and_names_the_remedy(
    daemon: OrderManager, journal: Path
) -> None:
    """The error names line and byte, and the command that reports what is lost."""
    damage(journal, "c3")
    (line,) = [line for line in read_lines(journal) if line.is_damaged]

    with pytest.raises(OperatorFault) as fault:
        OrderSession.recover(journal)

    assert fault.value.where == f"{journal}: line {line.number} at byte {line.offset}"
    assert f"tradestackctl journal repair {journal}" in fault.value.remedy


def test_after_a_repair_orders_go_on_in_a_new_session(daemon: OrderManager, journal: Path) -> None:
    """Numbers go on after the lost ones; the order log has the lines it had."""
    old_session = journal.stem
    log_before = daemon.order_log.read_bytes()
    damage(journal, "c3")
    repair(journal, NOW_NS)

    daemon.start()
    client = daemon.client()
    assert client.session_id > old_session
    client.send(an_order(cl_ord_id="c6"))

    assert client.receive_report().order_id == 6
    assert daemon.log_numbers() == [1, 2, 3, 4, 5, 6]
    assert daemon.order_log.read_bytes().startswith(log_before)
    assert "ends: records of it are lost" in daemon.errors
    daemon.kill()
    daemon.start()
    assert daemon.client().session_id == client.session_id


def test_lines_that_the_order_log_had_not_yet_are_written_but_for_the_lost(
    daemon: OrderManager, journal: Path
) -> None:
    """The order log is written again from the orders that are left."""
    daemon.order_log.unlink()
    damage(journal, "c3")
    repair(journal, NOW_NS)

    daemon.start()

    assert daemon.log_numbers() == [1, 2, 4, 5]


def test_numbers_that_may_have_been_given_at_the_end_are_not_given_again(
    daemon: OrderManager, journal: Path
) -> None:
    """Their count is unknown, so the largest that the damaged bytes had room for is taken."""
    damage(journal, "c5")
    repair(journal, NOW_NS)

    daemon.start()
    client = daemon.client()
    client.send(an_order(cl_ord_id="c6"))

    assert (client.receive_report().order_id or 0) > 5


def test_the_repaired_session_is_not_served(daemon: OrderManager, journal: Path) -> None:
    """A repaired session cannot be read: its reports have other numbers than clients know."""
    damage(journal, "c3")
    repair(journal, NOW_NS)
    daemon.start()

    client = daemon.raw_client().send_login(session_id=journal.stem, sequence=3)

    packet = client.next_packet()
    assert packet is not None
    assert packet.payload == b"S"


def test_a_removed_line_is_found(journal: Path) -> None:
    """A line removed as a whole is noticed by the missing order number."""
    lines = journal.read_bytes().split(b"\n")
    journal.write_bytes(b"\n".join(line for line in lines if b'"ClOrdID":"c3"' not in line))

    with pytest.raises(OperatorFault, match="order 4 follows order 2"):
        OrderSession.recover(journal)
