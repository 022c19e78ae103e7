"""Order entry without a network: orders go to a list, reports come from the test."""

import dataclasses

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus, Side
from tradestack.net.client.connection import OutgoingFull
from tradestack.strategies.intent import Intent
from tradestack.trading.desk.background import OwnRequest
from tradestack.trading.desk.epoch import Epoch
from tradestack.wire.order_messages import Progress

EPOCH = Epoch(
    instance="news",
    config_hash="0123456789ab",
    feed_session="0ABCDEFGHI",
    signal_name="news",
    signal_label="sentiment",
)
NEXT_EPOCH = dataclasses.replace(EPOCH, feed_session="0ABCDEFGHJ")
IN_FLIGHT_MAX = 100


class Line:
    """A connection that accepts orders while there is room."""

    def __init__(self, room: int = 1_000_000) -> None:
        self.room = room
        self.orders: list[OwnRequest] = []
        self.told: list[tuple[str, int]] = []  # of each Progress

    def send(self, message: OwnRequest | Progress) -> None:
        """Accept the message, or raise as a connection does."""
        if not self.room:
            raise OutgoingFull("no room")
        self.room -= 1
        if isinstance(message, Progress):
            self.told.append((message.feed_session, message.feed_seq))
        else:
            self.orders.append(message)

    @property
    def sequences(self) -> list[int | None]:
        """The feed messages of the orders taken."""
        return [order.feed_seq for order in self.orders]


class Feed:
    """A feed that can be paused."""

    def __init__(self) -> None:
        self.is_paused = False

    def pause_reading(self) -> None:
        """Pause."""
        self.is_paused = True

    def resume_reading(self) -> None:
        """Resume."""
        self.is_paused = False


def intent(sequence: int) -> Intent:
    """BUY SPY because of that message."""
    return Intent(
        sequence=sequence,
        index=0,
        symbol="SPY",
        side=Side.BUY,
        value=0,
        price=0,
        event_time_ns=0,
        publish_time_ns=0,
        quantity=10 * SCALE,
    )


def report(
    sequence: int, exec_type: ExecType = ExecType.NEW, epoch: Epoch = EPOCH
) -> ExecutionReport:
    """The report on the order of that message."""
    is_rejected = exec_type is ExecType.REJECTED
    return ExecutionReport(
        cl_ord_id=epoch.client_order_id(intent(sequence)),
        exec_id="1",
        exec_type=exec_type,
        ord_status=OrdStatus.REJECTED if is_rejected else OrdStatus.NEW,
        reject_reason=OrdRejReason.STALE_ORDER if is_rejected else None,
        transact_time_ns=0,
    )
