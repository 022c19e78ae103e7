"""What one client is sent: reports by their place in the stream, the other messages in between.

report from the stream ──► live, or again with PossDupFlag, or passed over
any other message      ──► recorded, then sent; while reports are repeated it waits
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tradestack.domain.clock import Clock
from tradestack.domain.execution_report import Report
from tradestack_fix.client.connection import Connection
from tradestack_fix.client.counters import Counters
from tradestack_fix.client.number_file import NumberFile
from tradestack_fix.codec import tags
from tradestack_fix.codec.message import Field, Parties, encode_message
from tradestack_fix.codec.times import format_time
from tradestack_fix.mapping.reports import report_message


@dataclass(slots=True)
class Repetition:
    """Numbers that are sent again: those of reports as they were, the others as gaps."""

    next_number: int
    last_report: int
    last_number: int


class Sender:
    """The messages of one logon.

    sent: the newest report that has been sent, or has a number as if it were. repeated_through: up
    to that report, they may have been sent under other numbers.
    """

    def __init__(
        self,
        connection: Connection,
        parties: Parties,
        file: NumberFile,
        clock: Clock,
        counters: Counters,
        *,
        sent: int,
        repeated_through: int,
    ) -> None:
        self.sent = sent
        self._connection = connection
        self._parties = parties
        self._file = file
        self._clock = clock
        self._counters = counters
        self._repeated_through = repeated_through
        self._repetition: Repetition | None = None
        self._waiting: list[tuple[str, Sequence[Field]]] = []

    @property
    def next_number(self) -> int:
        """The number of the next message that is not a repetition."""
        return self._file.numbers.next_number(self.sent)

    @property
    def is_repeating(self) -> bool:
        """Whether reports are being sent again."""
        return self._repetition is not None

    def other(self, msg_type: str, fields: Sequence[Field], expected: int) -> None:
        """Send a message that is no report. Raises NUMBER_FAULTS: its number is not kept.

        expected: the client's next number, as far as the order manager has its messages.
        """
        if self._repetition is not None and msg_type != tags.LOGOUT:
            self._waiting.append((msg_type, fields))
            return
        number = self.next_number
        self._file.keep(self.sent, expected, 1)
        self._send(msg_type, number, fields)

    def report(self, place: int, report: Report | None) -> bool:
        """Take a report from the stream; return whether it ends a repetition."""
        number = self._file.numbers.number_of(place)
        if place <= self.sent:
            return self._repeat(place, number, report)
        if report is None:
            self._send_gap(number, number + 1, is_repeated=False)
        else:
            msg_type, fields = report_message(report)
            if place <= self._repeated_through:
                fields.insert(0, (tags.POSS_RESEND, tags.YES))
            self._send(msg_type, number, fields)
            self._counters.reports_sent += 1
        self.sent = place
        return False

    def repeat(self, first_number: int, last_number: int) -> int | None:
        """Send numbers again; return the report from which the stream is needed for that.

        None: it is done, as no report has any of them. The caller checks the numbers.
        """
        numbers = self._file.numbers
        first = numbers.last_report(first_number - 1) + 1
        last = min(numbers.last_report(last_number), self.sent)
        if first > last:
            self._send_gap(first_number, last_number + 1, is_repeated=True)
            return None
        self._repetition = Repetition(first_number, last, last_number)
        return first

    def end_repetition(self, expected: int) -> None:
        """Send what has waited. Raises NUMBER_FAULTS."""
        self._repetition = None
        waiting, self._waiting = self._waiting, []
        for msg_type, fields in waiting:
            self.other(msg_type, fields, expected)

    def _repeat(self, place: int, number: int, report: Report | None) -> bool:
        repetition = self._repetition
        if repetition is None or place > repetition.last_report:
            return False
        if report is not None and number >= repetition.next_number:
            self._send_gap(repetition.next_number, number, is_repeated=True)
            msg_type, fields = report_message(report)
            was_sent = format_time(report.transact_time_ns)
            header = [(tags.POSS_DUP_FLAG, tags.YES), (tags.ORIG_SENDING_TIME, was_sent)]
            self._send(msg_type, number, [*header, *fields])
            self._counters.reports_repeated += 1
            repetition.next_number = number + 1
        if place < repetition.last_report:
            return False
        self._send_gap(repetition.next_number, repetition.last_number + 1, is_repeated=True)
        return True

    def _send_gap(self, number: int, next_number: int, *, is_repeated: bool) -> None:
        if number == next_number:
            return
        fields = [(tags.GAP_FILL_FLAG, tags.YES), (tags.NEW_SEQ_NO, str(next_number))]
        if is_repeated:
            now = format_time(self._clock.wall_ns())
            fields[:0] = [(tags.POSS_DUP_FLAG, tags.YES), (tags.ORIG_SENDING_TIME, now)]
        self._send(tags.SEQUENCE_RESET, number, fields)

    def _send(self, msg_type: str, number: int, fields: Sequence[Field]) -> None:
        now_ns = self._clock.wall_ns()
        present = [field for field in fields if field[1]]  # FIX has no empty ones
        self._connection.send(encode_message(msg_type, number, self._parties, now_ns, present))
