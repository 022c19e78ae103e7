"""What shows that a recovered order session may lack its end."""

from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import SESSION, a_header, an_order
from tests.daemons.tradestack_order_manager.sessions.recording import record
from tradestack.sessions.order_session import OrderSession
from tradestack.wire.journal.order_journal import EVERY_BOOT
from tradestack_order_manager.sessions.log_end import LogEnd
from tradestack_order_manager.sessions.loss import sign_of_loss

BOOT, ANOTHER_BOOT = "a" * 32, "b" * 32
ORDERS = 2


@pytest.mark.parametrize(
    ("began_in", "boot", "torn", "logged", "sign"),
    [
        (BOOT, BOOT, b"", LogEnd(ORDERS), None),
        (BOOT, ANOTHER_BOOT, b"", LogEnd(ORDERS), "restarted since"),
        (BOOT, None, b"", LogEnd(ORDERS), None),
        (None, BOOT, b"", LogEnd(ORDERS), None),
        (EVERY_BOOT, ANOTHER_BOOT, b"", LogEnd(ORDERS), None),
        (BOOT, BOOT, b"0123", LogEnd(ORDERS), "last 4 bytes"),
        (None, None, bytes(4_096), LogEnd(ORDERS), "last 4096 bytes"),
        (EVERY_BOOT, ANOTHER_BOOT, b"0123", LogEnd(ORDERS), None),
        (BOOT, BOOT, b"", LogEnd(ORDERS - 1), None),
        (BOOT, BOOT, b"", LogEnd(ORDERS + 1), "order_log.txt ends with order 3"),
        (EVERY_BOOT, BOOT, b"", LogEnd(ORDERS + 1), "order_log.txt ends with order 3"),
        (BOOT, BOOT, b"", LogEnd(ORDERS, SESSION, ORDERS), None),
        (BOOT, BOOT, b"", LogEnd(ORDERS, SESSION, ORDERS + 1), "order_log.txt ends with report 3"),
        (BOOT, BOOT, b"", LogEnd(ORDERS, "3DAA000000", ORDERS + 1), None),
    ],
)
def test_each_sign_alone_is_enough(
    tmp_path: Path,
    began_in: str | None,
    boot: str | None,
    torn: bytes,
    logged: LogEnd,
    sign: str | None,
) -> None:
    """What is not known shows nothing; a durable session lacks nothing that was acknowledged."""
    session = OrderSession.begin(tmp_path, a_header(boot_id=began_in))
    record(session, *[an_order(cl_ord_id=f"c{number}") for number in range(ORDERS)])
    session.close()
    path = tmp_path / f"{SESSION}.journal"
    with path.open("ab") as file:
        file.write(torn)

    recovered = OrderSession.recover(path)
    assert recovered is not None
    found = sign_of_loss(recovered, boot, logged)
    recovered.close()

    assert (found is None) == (sign is None)
    assert sign is None or sign in str(found)


def test_a_recorded_loss_takes_the_numbers_that_may_be_lost(tmp_path: Path) -> None:
    """Orders before it can be read; those that may have been lost have one record for all."""
    session = OrderSession.begin(tmp_path, a_header())
    record(session, *[an_order(cl_ord_id=f"c{number}") for number in range(ORDERS)])

    session.record_loss(1_000_000, 1)
    session.close()
    recovered = OrderSession.recover(tmp_path / f"{SESSION}.journal")

    assert recovered is not None
    for incomplete in (session, recovered):
        assert incomplete.state.is_repaired
        assert incomplete.last_order_id == ORDERS + 1_000_000
    orders = recovered.orders(1, 10_000_000)
    recovered.close()
    assert [order.report.order_id for order in orders] == [1, 2]
