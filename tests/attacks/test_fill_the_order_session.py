"""One user fills the order session: others go on trading, and another session begins by itself."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.entering import enter, some_orders
from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, a_register, an_order
from tests.kit.daemon import PASSWORD
from tests.kit.order_manager import OrderManager
from tradestack.domain.order import Order
from tradestack.net.addresses import Address
from tradestack.net.client.awaited.faults import OrderNotTaken
from tradestack.net.client.awaited.orders import AwaitedOrders
from tradestack.net.client.login import Credentials
from tradestack.net.client.order_client import OrderClient
from tradestack.runtime.clock import SystemClock
from tradestack.store.journal_lines import read_lines
from tradestack.wire.journal.order_journal import OrderRecord, decode_record
from tradestack.wire.order_messages import BusinessMessageReject, Register

REPORTS_MAX = 1_000  # of the order session
SENT = 700  # more than the half that a user can have; the refusals fit into one client's buffer
JUNK = b"{}"
# The daemon, but that begins sessions as often as they fill up.
AT_ONCE = """
import tradestack_order_manager.usage as usage
usage.SESSION_TIME_MIN_NS = 0
from tradestack_order_manager.__main__ import main
main()
"""

FILLINGS: dict[str, Sequence[Order | Register | bytes]] = {
    "orders": some_orders(1, SENT),
    "rejected orders": [an_order(cl_ord_id=f"r{n}", quantity=0) for n in range(SENT)],
    "registers": [a_register(request_id=f"r{n}") for n in range(SENT)],
    "registers of many feed sessions": [a_register(feed_session=f"{n:010d}") for n in range(SENT)],
}


@pytest.mark.parametrize("messages", FILLINGS.values(), ids=FILLINGS)
def test_others_trade_beside_a_user_who_fills_the_session(
    tmp_path: Path, messages: Sequence[Order | Register | bytes]
) -> None:
    """The user is refused beyond a share, whatever it is filled with; nobody else is."""
    with OrderManager(tmp_path) as manager:
        manager.configure(orders_per_session_max=REPORTS_MAX)
        manager.start()
        other = manager.client("other")
        attacker = manager.client()
        attacker.send(*messages)
        answers = attacker.receive(len(messages))

        refused = [message for message in answers if isinstance(message, BusinessMessageReject)]
        assert len(answers) - len(refused) == REPORTS_MAX // 2
        stats = manager.stats_when(lambda stats: stats["limits_near"] is not None)
        assert "reports, user news has used most of a share)" in stats["limits_near"]
        assert enter(other, "mine").order_id is not None


def test_malformed_messages_use_up_a_tenth_of_the_session(tmp_path: Path) -> None:
    """One connection with too many is ended; on any number of them no more is recorded."""
    with OrderManager(tmp_path) as manager:
        manager.configure(orders_per_session_max=REPORTS_MAX)
        manager.start()
        answers = []
        for _ in range(3):
            attacker = manager.client(sequence=0)
            attacker.send(*[JUNK] * 60)
            answers += attacker.receive(60)

        refused = [message for message in answers if isinstance(message, BusinessMessageReject)]
        assert len(answers) - len(refused) == REPORTS_MAX // 10
        assert "malformed messages" in refused[0].text
        assert enter(attacker, "still").order_id is not None
        assert manager.errors.count("too many malformed messages") == 1


def test_a_full_session_is_followed_by_another_without_loss_or_repetition(tmp_path: Path) -> None:
    """A client that awaits its reports goes through many sessions; each order is taken once."""
    names = [f"c{number}" for number in range(200)]
    with OrderManager(tmp_path) as manager:
        manager.configure(orders_per_session_max=100, sessions_kept=1_000)
        manager.start(("-c", AT_ONCE))

        asyncio.run(_enter_all(manager, names))

        journals = sorted(manager.state.glob("*.journal"))
        assert manager.errors.count("has ended early: order session") == len(journals) - 1
    assert len(journals) >= len(names) // 50
    taken = [name for journal in journals for name in _orders_in(journal)]
    assert Counter(taken) == Counter(names)


async def _enter_all(manager: OrderManager, names: Sequence[str]) -> None:
    client = OrderClient(
        Address(*manager.address), Credentials("news", PASSWORD), clock=SystemClock()
    )
    async with client as orders:
        for begin in range(0, len(names), 50):
            await asyncio.gather(*(_enter(orders, name) for name in names[begin : begin + 50]))


async def _enter(orders: AwaitedOrders, name: str) -> None:
    order = an_order(cl_ord_id=name, feed_session=FEED_SESSION, feed_seq=int(name[1:]))
    while True:
        try:
            await orders.enter(order)
        except OrderNotTaken:
            await asyncio.sleep(0.02)
        else:
            return


def _orders_in(journal: Path) -> list[str]:
    records = [decode_record(line.payload) for line in read_lines(journal) if line.payload]
    return [record.order.cl_ord_id for record in records if isinstance(record, OrderRecord)]
