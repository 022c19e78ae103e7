"""When lines and entries of reported orders are written."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.daemons.tradestack_order_manager.samples import (
    NOW_NS,
    a_message,
    an_order,
    some_rules,
)
from tradestack.runtime.clock import SystemClock
from tradestack.sessions.order_session import OrderSession
from tradestack.trading.commit import commit
from tradestack.trading.judging.decisions import Batch
from tradestack.trading.judging.judge import judge
from tradestack_order_manager.show.journal_events import JournalEvents
from tradestack_order_manager.show.order_display import SHOWN_TOGETHER_MAX, OrderDisplay


@pytest.fixture
def display(tmp_path: Path, session: OrderSession) -> OrderDisplay:
    """Open an order log."""
    return OrderDisplay(tmp_path / "order_log.txt", session, JournalEvents(0), SystemClock())


def settled(session: OrderSession, count: int) -> Batch:
    """Journal that many new orders in one batch."""
    first = session.last_order_id + 1
    orders = [an_order(cl_ord_id=f"c{first + index}") for index in range(count)]
    batch = judge(session.known, [*map(a_message, orders)], some_rules(), None, NOW_NS)
    commit(session.state, batch.judged, session.journal.append(batch.records))
    return batch


def test_passes_are_shown_together_after_a_moment(
    display: OrderDisplay, session: OrderSession, tmp_path: Path
) -> None:
    """Lines of two passes are written in one go, soon after the first of them."""

    async def settle_twice() -> int:
        display.show(settled(session, 1), session)
        display.show(settled(session, 1), session)
        written = display.place.order_id
        while display.place.order_id == written:
            await asyncio.sleep(0)
        return written

    assert asyncio.run(asyncio.wait_for(settle_twice(), 30)) == 0
    assert (tmp_path / "order_log.txt").read_text().count("Received Order") == 2


def test_the_messages_waiting_to_be_shown_are_bounded(
    display: OrderDisplay, session: OrderSession
) -> None:
    """At the limit everything is written at once."""

    async def settle_many() -> list[int]:
        written = []
        for count in (SHOWN_TOGETHER_MAX - 1, 1, 1):
            display.show(settled(session, count), session)
            written.append(display.place.order_id)
        return written

    assert asyncio.run(settle_many()) == [0, SHOWN_TOGETHER_MAX, SHOWN_TOGETHER_MAX]


@pytest.mark.parametrize(
    "write",
    [
        lambda display, session: display.catch_up(session),
        lambda display, session: display.complete(session),
        lambda display, session: display.reopen(session),
        lambda display, session: display.close(session),
    ],
    ids=["catch_up", "complete", "reopen", "close"],
)
def test_whatever_needs_a_complete_log_writes_what_is_due(
    display: OrderDisplay,
    session: OrderSession,
    tmp_path: Path,
    write: Callable[[OrderDisplay, OrderSession], None],
) -> None:
    """Each order has one line afterwards, and the timer adds none."""

    async def settle_and_write() -> None:
        display.show(settled(session, 3), session)
        write(display, session)
        await asyncio.sleep(0.01)

    asyncio.run(settle_and_write())

    assert display.place.order_id == 3
    assert (tmp_path / "order_log.txt").read_text().count("Received Order") == 3
