"""A report that follows from the files, and the journal's record of it."""

import msgspec

from tradestack.domain.execution_report import ExecutionReport, OrderMassCancelReport, Report
from tradestack.trading.verification.difference import require_same
from tradestack.wire.journal.account_records import ExecutionRecord
from tradestack.wire.journal.order_journal import encode_record


def require_report(line: int, made: Report, record: ExecutionRecord, payload: bytes) -> None:
    """Raise Differs unless the record has the report; its time and number are the journal's."""
    changes: dict[str, object] = {"transact_time_ns": record.time_ns}
    if isinstance(made, ExecutionReport) and isinstance(record.report, ExecutionReport):
        changes["exec_id"] = record.report.exec_id
    report = msgspec.structs.replace(made, **changes)
    expected = encode_record(msgspec.structs.replace(record, report=report))
    require_same(line, f"report to {record.user}", order_id_of(record.report), expected, payload)


def order_id_of(report: Report) -> int | None:
    """Return the number of the order that a report is about, None if it is about none."""
    return None if isinstance(report, OrderMassCancelReport) else report.order_id
