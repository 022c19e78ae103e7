"""Orders as packets, and the check that each has its report."""

import enum
from collections.abc import Sequence

from tests.bench.faults import CountWrong
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order, OrdStatus, OrdType, Side, TimeInForce
from tradestack.wire.orders import decode_server_message, encode_message
from tradestack.wire.soup import PacketType, encode_packet


def order_id(prefix: str, number: int) -> str:
    """Return the ClOrdID of an order."""
    return f"{prefix}-{number}"


class Kind(enum.StrEnum):
    """What the orders are like, against a market at 125."""

    DAY = "day"  # half of them reach it
    IOC = "ioc"  # half of them are filled, the others canceled
    RESTING = "resting"  # none reaches it


def order_payloads(prefix: str, count: int, kind: Kind = Kind.DAY) -> list[bytes]:
    """Return the JSON of the orders, some 150 bytes each."""
    return [encode_message(_order(prefix, number, kind)) for number in range(count)]


def _order(prefix: str, number: int, kind: Kind) -> Order:
    side = Side.BUY if number % 2 else Side.SELL
    price = 100 + number % 50
    if kind is Kind.RESTING:
        price += -50 if side is Side.BUY else 50
    return Order(
        cl_ord_id=order_id(prefix, number),
        symbol="SPY",
        side=side,
        quantity=(1 + number % 100) * SCALE,
        ord_type=OrdType.LIMIT,
        price=price * SCALE + SCALE // 4,
        time_in_force=TimeInForce.IOC if kind is Kind.IOC else TimeInForce.DAY,
    )


def order_packets(prefix: str, count: int, kind: Kind = Kind.DAY) -> list[bytes]:
    """Return the same orders as unsequenced packets."""
    return [
        encode_packet(PacketType.UNSEQUENCED_DATA, payload)
        for payload in order_payloads(prefix, count, kind)
    ]


def check_reports(prefix: str, payloads: Sequence[bytes]) -> None:
    """Check that each order was accepted once, in order. Raises CountWrong."""
    for number, payload in enumerate(payloads):
        report = decode_server_message(payload)
        if (
            not isinstance(report, ExecutionReport)
            or report.cl_ord_id != order_id(prefix, number)
            or report.ord_status is not OrdStatus.NEW
        ):
            raise CountWrong(f"report {number} is {report}")
