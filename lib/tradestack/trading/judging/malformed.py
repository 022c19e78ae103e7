"""A message that did not parse: REJECTED without an order number."""

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, OrdRejReason, OrdStatus
from tradestack.trading.judging.decisions import JudgedMalformed, Malformed, Received
from tradestack.trading.judging.judgement import Judgement
from tradestack.wire.journal.order_journal import MalformedRecord, encode_record, report_length


def reject_malformed(judgement: Judgement, item: Received, message: Malformed) -> None:
    """Reject a malformed message, if the user may have another one recorded."""
    user = item.sender.user
    if not judgement.use_malformed_room(item):
        return
    report = ExecutionReport(
        cl_ord_id=message.cl_ord_id,
        exec_id=judgement.next_exec_id(),
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        reject_reason=OrdRejReason.OTHER,
        ref_msg_type=message.msg_type,
        text=message.text,
        transact_time_ns=item.time_ns,
    )
    record = encode_record(MalformedRecord(time_ns=item.time_ns, user=user, report=report))
    judgement.add(JudgedMalformed(user, record, report_length(record), item))
