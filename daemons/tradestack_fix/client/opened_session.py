"""A FIX session that goes on with the numbers that were kept, or begins with new ones."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from tradestack.net.line_limit import LineLimit
from tradestack_fix.client.connection import Connection
from tradestack_fix.client.number_file import (
    NUMBER_FAULTS,
    NumberFile,
    remove_numbers,
    session_kept,
)
from tradestack_fix.client.receiver import Owner, Receiver
from tradestack_fix.client.sender import Sender
from tradestack_fix.client.surroundings import Surroundings
from tradestack_fix.codec.message import Parties
from tradestack_fix.session.beginning import begin, expected_after
from tradestack_fix.session.logon import LogonRefused, LogonRequest

NOTHING_SENT = {"reports": 0, "next_number": 0, "expected": 0}

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """What has the numbers of a client that is logged on."""

    file: NumberFile
    sender: Sender
    receiver: Receiver

    @property
    def facts(self) -> Mapping[str, int]:
        """What people see of it."""
        return {
            "reports": self.sender.sent,
            "next_number": self.sender.next_number,
            "expected": self.receiver.expected,
        }

    def close(self, expected: int, lines: LineLimit) -> None:
        """Close the file; expected: the client's next number.

        lines: the log lines that clients may cause.
        """
        try:
            self.file.close(self.file.numbers.last_behind, expected)
        except NUMBER_FAULTS as fault:
            if lines.take(""):
                logger.error("a client's numbers cannot be kept: %s", fault)


def open_session(
    shared: Surroundings,
    request: LogonRequest,
    owner: Owner,
    connection: Connection,
    order_session: tuple[str, int],
) -> OpenedSession:
    """Open a client's file for a logon, or begin another one in its place.

    order_session: the user's, and its newest report. Raises LogonRefused.
    """
    session_id, head = order_session
    parties = Parties(sender=shared.comp_id, target=request.comp_id)
    kept: NumberFile | None = None
    try:
        kept = NumberFile.open(shared.directory, request.comp_id, shared.boot)
        beginning = begin(request, kept, session_id, head)
        expected = expected_after(request, kept if beginning.base is None else None)
        if beginning.base is not None:
            if kept is not None:
                kept.leave()
            kept = NumberFile.create(
                shared.directory, request.comp_id, session_id, beginning.base, shared.boot
            )
    except LogonRefused:
        if kept is not None:
            kept.leave()
        raise
    except NUMBER_FAULTS as fault:
        if shared.lines.take(request.user):
            logger.error("numbers of %s cannot be kept: %s", request.comp_id, fault)
        raise LogonRefused("numbers cannot be kept") from fault
    assert kept is not None, "what is not begun goes on"
    sender = Sender(
        connection,
        parties,
        kept,
        shared.clock,
        shared.counters,
        sent=beginning.sent,
        repeated_through=beginning.repeated,
    )
    receiver = Receiver(owner, parties, expected, shared.clock, shared.counters)
    return OpenedSession(kept, sender, receiver)


def earlier_session(shared: Surroundings, request: LogonRequest, session_id: str) -> str:
    """Return the order session before that one of which a logon wants the rest, "" for none.

    It goes on with numbers that were given out then. A file that cannot be read is said by
    open_session.
    """
    if request.resets or request.number == 1:
        return ""
    try:
        kept = session_kept(shared.directory, request.comp_id)
    except OSError:
        return ""
    return "" if kept == session_id else kept


def forget_numbers(shared: Surroundings, comp_id: str) -> None:
    """Remove the file of a client that has all that was numbered."""
    try:
        remove_numbers(shared.directory, comp_id)
    except OSError as error:  # at the next logon it gets the same again
        logger.error("numbers of %s cannot be removed: %s", comp_id, error)
