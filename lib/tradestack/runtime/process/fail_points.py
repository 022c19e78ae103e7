"""Fail points: named places in the daemons where a test kills the process, moves its clock, or
lets what follows fail.

    TRADESTACK_FAIL_POINTS := entries | "@" path of a file with entries
    entries := entry (" " entry)*                entry := point ":" count [":" (jump | error)]
    gateway.appended:123                               SIGKILL to itself at the 123rd pass
    order-manager.received:40:-1h                      its wall clock goes back an hour there
    order-manager.syncing:40:EIO                       OSError with that errno, once

Each process counts its own passes; a restarted daemon dies again at its 123rd, unless the entry was
taken out of the file: daemons read it when they start. Without the variable a place costs one look
at an empty dictionary.
"""

import enum
import errno
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tradestack.domain.clock import Clock
from tradestack.domain.faults import OperatorFault
from tradestack.domain.units import NANOSECONDS_OF, parse_quantity
from tradestack.runtime.clock import SystemClock

VARIABLE = "TRADESTACK_FAIL_POINTS"


class FailPoint(enum.Enum):
    """The places, in the order in which a tick and the order it causes pass them."""

    GATEWAY_READ = "gateway.read"  # due, about to be appended to the feed log
    GATEWAY_APPENDED = "gateway.appended"  # in the feed log
    GATEWAY_BOOKED = "gateway.booked"  # in shared memory
    GATEWAY_SENT = "gateway.sent"  # written to the clients' sockets
    STRATEGY_RECEIVED = "strategy.received"
    STRATEGY_DECIDED = "strategy.decided"  # there are intents, but no order yet
    STRATEGY_SENT = "strategy.sent"  # an order was written to the socket
    STRATEGY_REPORTED = "strategy.reported"  # its report was processed
    ORDER_MANAGER_RECEIVED = "order-manager.received"
    ORDER_MANAGER_JUDGED = "order-manager.judged"  # about to be appended to the journal
    ORDER_MANAGER_SYNCING = "order-manager.syncing"  # with durability "disk" alone
    ORDER_MANAGER_JOURNALLED = "order-manager.journalled"
    ORDER_MANAGER_REPORTED = "order-manager.reported"  # written to the clients' sockets
    ORDER_MANAGER_LOGGED = "order-manager.logged"  # in order_log.txt


class JumpingClock(SystemClock):
    """The system's clocks; the wall clock of this process can be moved."""

    __slots__ = ("_offset_ns",)

    def __init__(self) -> None:
        self._offset_ns = 0

    def wall_ns(self) -> int:
        """Return nanoseconds since the Unix epoch, moved by all jumps."""
        return super().wall_ns() + self._offset_ns

    def jump(self, by_ns: int) -> None:
        """Move the wall clock ahead, or back for a negative number."""
        self._offset_ns += by_ns


@dataclass(slots=True)
class _Armed:
    entry: str
    passes_left: int
    act: Callable[[], None]


_armed: dict[FailPoint, _Armed] = {}

logger = logging.getLogger(__name__)


def passed(point: FailPoint) -> None:
    """Note that the process passes this place; raise OSError if that was armed."""
    if _armed:
        _pass(point)


def arm(text: str) -> Clock:
    """Arm the places that the variable's text names; return the clock for the daemon to use.

    Raises OperatorFault.
    """
    entries = _entries(text)
    if not entries:
        return SystemClock()
    clock = JumpingClock()
    for entry in entries:
        name, _, settings = entry.partition(":")
        count, _, effect = settings.partition(":")
        try:
            point = FailPoint(name)
            _armed[point] = _Armed(entry, int(count), _action(effect, clock))
        except ValueError as error:
            raise OperatorFault(
                f"{VARIABLE}: {entry}", str(error), "write it as in gateway.appended:123"
            ) from None
        logger.warning("fail point armed: %s", entry)
    return clock


def _entries(text: str) -> list[str]:
    if not text.startswith("@"):
        return text.split()
    try:
        return Path(text[1:]).read_text().split()
    except OSError as error:
        problem = error.strerror or str(error)
        raise OperatorFault(f"{VARIABLE}: {text}", problem, "name a file with entries") from None


def _pass(point: FailPoint) -> None:
    armed = _armed.get(point)
    if armed is None:
        return
    armed.passes_left -= 1
    if armed.passes_left == 0:
        logger.warning("fail point reached: %s", armed.entry)
        armed.act()


def _action(effect: str, clock: JumpingClock) -> Callable[[], None]:
    if not effect:
        return _die
    if hasattr(errno, effect):
        return partial(_fail, getattr(errno, effect))
    return partial(clock.jump, _jump_ns(effect))


def _jump_ns(jump: str) -> int:
    sign = -1 if jump.startswith("-") else 1
    return sign * parse_quantity(jump.lstrip("+-"), NANOSECONDS_OF)


def _fail(number: int) -> None:
    raise OSError(number, os.strerror(number))


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
