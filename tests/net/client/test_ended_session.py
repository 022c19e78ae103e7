"""The reports of an order session that has ended: all of them, or none."""

import asyncio

import pytest

from tests.kit.net import MemoryStream, Net
from tests.wire.golden_execution import GOLDEN_REPORTS
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.net.client.ended_session import read_ended_session
from tradestack.net.client.login import Credentials, LoginRejected
from tradestack.wire.close_reason import Close, CloseReason
from tradestack.wire.order_messages import Registered
from tradestack.wire.orders import encode_message

ENDED, CURRENT = "0ABCDE1234", "0ABCDE1235"
MANY = 1_000
REPORTS = [
    report
    for report, _ in GOLDEN_REPORTS
    if isinstance(report, ExecutionReport | OrderCancelReject | OrderMassCancelReport)
]


def ended_stream() -> MemoryStream:
    """The stream of an ended session, with an answer to a registration among the reports."""
    stream = MemoryStream(ENDED)
    registered = Registered(request_id="r1", feed_session="0ABCDE1234", from_seq=5)
    stream.append(encode_message(registered), *map(encode_message, REPORTS))
    stream.ended = True
    return stream


async def test_all_reports_are_read(net: Net) -> None:
    """In the order of the stream; what is no report on an order is left out."""
    handler = net.handler(ended_stream(), MemoryStream(CURRENT))
    async with net.serving(handler) as running:
        read = await read_ended_session(
            running.address, net.credentials, ENDED, reports_max=MANY, clock=net.system_clock
        )

    assert read == REPORTS


@pytest.mark.parametrize("excess", [0, 1])
async def test_more_reports_than_there_is_room_for_are_none(net: Net, excess: int) -> None:
    """Some of them would be of no use."""
    room = len(REPORTS) - excess
    async with net.serving(net.handler(ended_stream(), MemoryStream(CURRENT))) as running:
        read = await read_ended_session(
            running.address, net.credentials, ENDED, reports_max=room, clock=net.system_clock
        )

    assert read == (None if excess else REPORTS)


async def test_a_lost_connection_is_resumed(net: Net) -> None:
    """At the report after the last one that was received."""
    stream = ended_stream()
    stream.ended = False
    handler = net.handler(stream, MemoryStream(CURRENT))
    async with net.serving(handler) as running:
        reading = asyncio.create_task(
            read_ended_session(
                running.address, net.credentials, ENDED, reports_max=MANY, clock=net.system_clock
            )
        )
        await handler.until(lambda: bool(handler.joined))
        running.server.connections[0].close(Close(CloseReason.SERVER_STOPPING, "again"))
        stream.ended = True

        assert await reading == REPORTS


async def test_a_session_that_is_not_served_has_no_reports(net: Net) -> None:
    """Another one is current, so it is gone."""
    async with net.serving(net.handler(MemoryStream(CURRENT))) as running:
        read = await read_ended_session(
            running.address, net.credentials, ENDED, reports_max=MANY, clock=net.system_clock
        )

    assert read is None


async def test_wrong_credentials_are_an_error(net: Net) -> None:
    """They would not get right by waiting."""
    wrong = Credentials(net.credentials.user, "wrong")
    async with net.serving(net.handler(ended_stream())) as running:
        with pytest.raises(LoginRejected):
            await read_ended_session(
                running.address, wrong, ENDED, reports_max=MANY, clock=net.system_clock
            )
