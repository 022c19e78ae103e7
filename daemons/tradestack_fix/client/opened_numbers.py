"""The numbers with which a client's logon is answered: as they were kept, or new ones."""

import logging
from dataclasses import dataclass

from tradestack.net.line_limit import LineLimit
from tradestack_fix.client.number_file import NUMBER_FAULTS, NumberFile
from tradestack_fix.client.surroundings import Surroundings
from tradestack_fix.session.beginning import begin, expected_after
from tradestack_fix.session.logon import LogonRefused, LogonRequest

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OpenedNumbers:
    """The file, the client's next number, and the reports that count as sent (Beginning)."""

    file: NumberFile
    expected: int
    sent: int
    repeated_through: int


def open_numbers(
    shared: Surroundings, request: LogonRequest, session_id: str, head: int
) -> OpenedNumbers:
    """Open a client's file for a logon, or begin another one in its place.

    session_id, head: the user's order session and its newest report. Raises LogonRefused,
    NUMBER_FAULTS.
    """
    kept = NumberFile.open(shared.directory, request.comp_id, shared.boot)
    try:
        beginning = begin(request, kept, session_id, head)
        expected = expected_after(request, kept if beginning.base is None else None)
    except LogonRefused:
        if kept is not None:
            kept.leave()
        raise
    if beginning.base is not None:
        if kept is not None:
            kept.leave()
        kept = NumberFile.create(
            shared.directory, request.comp_id, session_id, beginning.base, shared.boot
        )
    assert kept is not None, "what is not begun goes on"
    return OpenedNumbers(kept, expected, beginning.sent, beginning.repeated)


def close_numbers(file: NumberFile, expected: int | None, lines: LineLimit) -> None:
    """Close a client's file; expected: its next number, None if its logon was refused.

    lines: the log lines that clients may cause.
    """
    try:
        if expected is None:
            file.leave()
        else:
            file.close(file.numbers.last_behind, expected)
    except NUMBER_FAULTS as fault:
        if lines.take(""):
            logger.error("a client's numbers cannot be kept: %s", fault)
