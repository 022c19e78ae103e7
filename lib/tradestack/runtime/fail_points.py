"""named places in the daemons → where a test makes the process die, or its wall clock jump.

    TRADESTACK_FAIL_POINTS := entry (" " entry)*       entry := point ":" count [":" jump]
    gateway.appended:123                               SIGKILL to itself at the 123rd passing
    order-manager.received:40:-1h                      its wall clock goes back an hour there

Each process counts its own passings; a daemon that was restarted dies again at its 123rd. Without
the variable a place costs one look at an empty dictionary.
"""

import enum
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from tradestack.domain.faults import OperatorFault
from tradestack.runtime.clock import SystemClock
from tradestack.runtime.quantities import NANOSECONDS_OF, parse_quantity

VARIABLE = "TRADESTACK_FAIL_POINTS"


class FailPoint(enum.Enum):
    """The places, in the order in which a tick and its order pass them."""

    GATEWAY_READ = "gateway.read"  # due, and in no file yet
    GATEWAY_APPENDED = "gateway.appended"  # in the feed log
    GATEWAY_BOOKED = "gateway.booked"  # in shared memory
    GATEWAY_SENT = "gateway.sent"  # handed to the clients' sockets
    STRATEGY_RECEIVED = "strategy.received"
    STRATEGY_DECIDED = "strategy.decided"  # intents are there, no order
    STRATEGY_SENT = "strategy.sent"  # an order was handed to the socket
    STRATEGY_REPORTED = "strategy.reported"  # its report was taken in
    ORDER_MANAGER_RECEIVED = "order-manager.received"
    ORDER_MANAGER_JUDGED = "order-manager.judged"
    ORDER_MANAGER_JOURNALLED = "order-manager.journalled"
    ORDER_MANAGER_REPORTED = "order-manager.reported"  # handed to the clients' sockets
    ORDER_MANAGER_LOGGED = "order-manager.logged"  # in order_log.txt


@dataclass(slots=True)
class _Armed:
    passings_left: int
    act: Callable[[], None]


_armed: dict[FailPoint, _Armed] = {}

logger = logging.getLogger(__name__)


def passed(point: FailPoint) -> None:
    """The process is there."""
    if _armed:
        _pass(point)


def arm(text: str, clock: SystemClock) -> None:
    """Makes the places do what the variable's text says. Raises OperatorFault."""
    for entry in text.split():
        name, _, rest = entry.partition(":")
        count, _, jump = rest.partition(":")
        try:
            point = FailPoint(name)
            _armed[point] = _Armed(int(count), _action(jump, clock))
        except ValueError as error:
            raise OperatorFault(
                f"{VARIABLE}: {entry}", str(error), "write it as in gateway.appended:123"
            ) from None
        logger.warning("a test has armed %s", entry)


def _pass(point: FailPoint) -> None:
    armed = _armed.get(point)
    if armed is None:
        return
    armed.passings_left -= 1
    if armed.passings_left == 0:
        logger.warning("%s reached, as a test has asked for", point.value)
        armed.act()


def _action(jump: str, clock: SystemClock) -> Callable[[], None]:
    if not jump:
        return _die
    sign = -1 if jump.startswith("-") else 1
    jump_ns = sign * parse_quantity(jump.lstrip("+-"), NANOSECONDS_OF)
    return lambda: clock.jump(jump_ns)


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
