"""What a user asked for in a feed session, and was told: the same in every run of it.

    records of the order journal ─► Conduct        two of them ─► the first step that differs

Left out is what is another in every run: the feed session's id, also inside ClOrdIDs; OrderID and
ExecID; times of the wall clock, and the live price that annotates an order. A Register, of which
each start of a strategy sends one, is no part of it.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import msgspec

from tradestack.domain.execution_report import ExecutionReport, OrderMassCancelReport
from tradestack.domain.order import ExecType
from tradestack.wire.journal.account_records import ExecutionRecord, RequestRecord
from tradestack.wire.journal.order_journal import MalformedRecord, OrderRecord, Record
from tradestack.wire.orders import order_to_message
from tradestack.wire.reports import report_to_message
from tradestack.wire.requests import request_to_message

ANY_SESSION = b"*"  # in place of the feed session's id
_OF_A_RUN = ("OrderID", "ExecID", "TransactTime", "SignalTime", "ReferencePx", "ReferencePxAge")

StepRecord = OrderRecord | RequestRecord | ExecutionRecord | MalformedRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A request or a report, and the record that has it.

    content: what has to be the same in every run, as JSON in FIX's names.
    """

    content: bytes
    record: StepRecord

    @property
    def feed_seq(self) -> int | None:
        """The message that caused the request or made the report; None if none did."""
        return msgspec.json.decode(self.content, type=_Place).FeedSeq


class _Place(msgspec.Struct):
    FeedSeq: int | None = None


class Divergence(NamedTuple):
    """The first place, from 1 on, at which two sequences differ; None after the end of one."""

    number: int
    one: Step | None
    other: Step | None


@dataclass(slots=True)
class Conduct:
    """The requests of a user and the reports to it, in the order of the journal."""

    user: str
    feed_session: str
    requests: list[Step] = field(default_factory=list)
    reports: list[Step] = field(default_factory=list)
    fills: int = 0

    def take(self, record: Record) -> None:
        """Add what a record has of them."""
        match record:
            case OrderRecord(user=self.user):
                self.requests.append(self._step(order_to_message(record.order), record))
                self._add_report(record)
            case RequestRecord(user=self.user):
                self.requests.append(self._step(request_to_message(record.request), record))
            case ExecutionRecord(user=self.user) | MalformedRecord(user=self.user):
                self._add_report(record)

    def _add_report(self, record: OrderRecord | ExecutionRecord | MalformedRecord) -> None:
        report = record.report
        if isinstance(report, OrderMassCancelReport):
            return
        self.reports.append(self._step(report_to_message(report), record))
        if isinstance(report, ExecutionReport):
            self.fills += report.exec_type is ExecType.TRADE

    def _step(self, message: msgspec.Struct, record: StepRecord) -> Step:
        fields = msgspec.to_builtins(message)
        content = msgspec.json.encode(
            {name: value for name, value in fields.items() if name not in _OF_A_RUN}
        )
        return Step(content=content.replace(self.feed_session.encode(), ANY_SESSION), record=record)


def first_divergence(one: Sequence[Step], other: Sequence[Step]) -> Divergence | None:
    """Return the first place at which two runs differ; None if they do not."""
    for number, (step, other_step) in enumerate(itertools.zip_longest(one, other), 1):
        if step is None or other_step is None or step.content != other_step.content:
            return Divergence(number, step, other_step)
    return None
