"""An order journal has lost its end, as after a power failure with durability "os".

What clients have seen of it must not be given to other reports and orders: another order session
begins, and the shortened one is no longer served.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.entering import enter, some_orders
from tests.daemons.tradestack_order_manager.samples import an_order
from tests.daemons.tradestack_order_manager.test_reload import reload
from tests.kit.daemon import PASSWORD
from tests.kit.order_manager import USER, OrderManager
from tests.kit.rewritten_journal import rewrite_header
from tradestack.ctl.check.journal_check import check_journal
from tradestack.net.addresses import Address
from tradestack.net.client.awaited.faults import OutcomeUnknown
from tradestack.net.client.awaited.orders import AwaitedOrders
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.runtime.clock import SystemClock
from tradestack.wire.soup import PacketType

ENTERED = 20
KEPT = 12  # of them are in the journal after the power failure


def cut(path: Path, *, lines: int, bytes_more: int = 0) -> None:
    """Keep that many lines of a file, and some bytes of the next one."""
    content = path.read_bytes().splitlines(keepends=True)
    os.truncate(path, len(b"".join(content[:lines])) + bytes_more)


def of_another_boot(manager: OrderManager, journal: Path) -> None:
    """Let the machine have been restarted; the order log is as short as the journal."""
    rewrite_header(journal, BootID="0" * 32)
    cut(journal, lines=1 + KEPT)
    cut(manager.order_log, lines=KEPT)


def with_half_a_record(manager: OrderManager, journal: Path) -> None:
    """Let the journal end inside a record."""
    cut(journal, lines=1 + KEPT, bytes_more=100)
    cut(manager.order_log, lines=KEPT)


def with_an_order_log_ahead(manager: OrderManager, journal: Path) -> None:
    """Let the order log be on another disk, which kept it."""
    cut(journal, lines=1 + KEPT)


def with_a_rotated_order_log_ahead(manager: OrderManager, journal: Path) -> None:
    """The same, and the order log was rotated."""
    cut(journal, lines=1 + KEPT)
    manager.order_log.rename(manager.order_log.with_suffix(".txt.1"))


LOSSES = [of_another_boot, with_half_a_record, with_an_order_log_ahead,
          with_a_rotated_order_log_ahead]  # fmt: skip


@pytest.mark.parametrize("lose", LOSSES)
def test_no_number_gets_another_meaning(
    tmp_path: Path, lose: Callable[[OrderManager, Path], None]
) -> None:
    """The session's id is not served any more, and no OrderID is given a second time."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(*some_orders(1, ENTERED))
        seen = {report.order_id for report in client.receive(ENTERED)}
        manager.log_numbers()
        manager.kill()
        lose(manager, manager.state / f"{client.session_id}.journal")
        manager.start()

        for sequence in (1, KEPT, KEPT + 1, ENTERED + 1):
            assert (
                manager.raw_client().send_login(client.session_id, sequence).await_answer().rejected
            )
        after = manager.client()

        assert after.session_id > client.session_id
        assert enter(after, "later").order_id not in seen
        numbers = manager.log_numbers()
        assert len(numbers) == len(set(numbers))
        assert manager.errors.count("order session may be incomplete") == 1
        manager.kill()
        assert manager.start()["session"] == after.session_id  # once is enough
        manager.kill()
        found = check_journal(manager.state / f"{client.session_id}.journal")
        assert not found.problems
        assert "the end may be lost" in "".join(found.remarks)


def test_an_order_log_far_ahead_costs_numbers_only(tmp_path: Path) -> None:
    """A line was edited by hand, or the journal is an old backup: orders go on behind it."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        enter(manager.client(), "first")
        manager.log_numbers()
        manager.kill()
        line = manager.order_log.read_text().replace("Order 1:", "Order 99999999999:")
        with manager.order_log.open("a") as order_log:
            order_log.write(line)
        manager.start()
        client = manager.client()

        assert enter(client, "later").order_id == 100_000_000_000
        assert manager.log_numbers()[-1] == 100_000_000_000
        manager.kill()
        manager.start()
        client = manager.client()
        client.receive(1)  # the report on "later"

        assert enter(client, "last").order_id == 100_000_000_001


def test_a_client_that_has_seen_more_reports_ends_the_session(tmp_path: Path) -> None:
    """Nothing else shows the loss: every file is whole, and shorter than it was."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        client.send(*some_orders(1, ENTERED))
        seen = {report.order_id for report in client.receive(ENTERED)}
        manager.log_numbers()
        manager.kill()
        cut(manager.state / f"{client.session_id}.journal", lines=1 + KEPT)
        cut(manager.order_log, lines=KEPT)
        manager.start()
        other = manager.client("other")

        back = manager.raw_client().send_login(client.session_id, ENTERED + 1).await_answer()

        assert back.rejected
        assert PacketType.END_OF_SESSION not in {packet.type for packet in other.rest()}
        after = manager.client("other")
        assert after.session_id > client.session_id
        assert enter(after, "later").order_id not in seen


def test_who_only_claims_to_have_seen_more_ends_nothing(tmp_path: Path) -> None:
    """In a session that this process began nothing can be lost: the client waits for the number."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        client = manager.client()
        enter(client, "first")

        again = manager.client(session=client.session_id, sequence=100)

        assert again.next_sequence == 100
        assert manager.client("other").session_id == client.session_id


@pytest.mark.parametrize("lose", LOSSES[:3])
def test_an_entered_order_does_not_wait_for_ever(
    tmp_path: Path, lose: Callable[[OrderManager, Path], None]
) -> None:
    """OrderClient reports what it cannot know as unknown, and enters what comes later."""
    with OrderManager(tmp_path) as manager:
        manager.start()

        async def enter_orders() -> None:
            host, port = manager.address
            client = OrderClient(
                Address(host, port), Credentials(USER, PASSWORD), clock=SystemClock()
            )
            async with client as orders:
                for number in range(ENTERED):
                    await orders.enter(an_order(cl_ord_id=f"c{number}"))
                session = client.session_id
                await asyncio.to_thread(manager.log_numbers)
                manager.kill()
                waiting = asyncio.create_task(orders.enter(an_order(cl_ord_id="waiting")))
                lose(manager, manager.state / f"{session}.journal")
                await asyncio.to_thread(manager.start)
                await settled(orders, waiting)
                assert client.session_id > session

        asyncio.run(asyncio.wait_for(enter_orders(), 60))


async def settled(orders: AwaitedOrders, waiting: "asyncio.Task[object]") -> None:
    """Wait for an order that may or may not have been sent; enter another one."""
    with contextlib.suppress(OutcomeUnknown):
        await waiting
    assert (await orders.enter(an_order(cl_ord_id="later"))).order_id is not None


def test_with_durability_disk_the_session_goes_on(tmp_path: Path) -> None:
    """Each acknowledged order is on the disk: half a record at the end was not acknowledged."""
    with OrderManager(tmp_path) as manager:
        manager.configure(durability="disk")
        manager.start()
        client = manager.client()
        client.send(*some_orders(1, 3))
        client.receive(3)
        manager.kill()
        journal = manager.state / f"{client.session_id}.journal"
        with journal.open("ab") as file:
            file.write(b"0123")

        manager.start()

        assert manager.client().session_id == client.session_id


def test_a_session_that_began_durable_ends_when_it_is_no_longer(tmp_path: Path) -> None:
    """After a reload to "os" its orders would not survive what its header promises."""
    with OrderManager(tmp_path) as manager:
        manager.configure(durability="disk")
        manager.start()
        client = manager.client()
        enter(client, "first")

        reload(manager, durability="os")

        assert [chr(packet.type) for packet in client.rest()] == ["Z"]
        after = manager.client()
        assert enter(after, "second").order_id == 2
        reload(manager, durability="disk")
        assert manager.client().session_id == after.session_id


def test_orders_that_were_removed_with_the_state_keep_their_numbers(tmp_path: Path) -> None:
    """The order log has them still: the first session of the new state begins behind it."""
    with OrderManager(tmp_path) as manager:
        manager.start()
        enter(manager.client(), "first")
        manager.log_numbers()
        manager.stop()
        for journal in manager.state.glob("*.journal"):
            journal.unlink()

        manager.start()

        assert enter(manager.client(), "second").order_id == 2
        assert manager.log_numbers() == [1, 2]
