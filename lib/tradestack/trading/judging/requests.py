"""Requests about orders: cancel, replace, mass cancel (FIX F, G, q), and the status of one (H)."""

import msgspec

from tradestack.domain.execution_report import ExecutionReport, OrderCancelReject
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecType,
    OrdRejReason,
    OrdStatus,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
    is_same_request,
)
from tradestack.trading.account.account import Account
from tradestack.trading.account.place import Place
from tradestack.trading.account.risk_counting import note_request
from tradestack.trading.account.under_way import under_way_of
from tradestack.trading.identity import identity_of
from tradestack.trading.judging.decisions import (
    Judged,
    JudgedExecution,
    JudgedOrder,
    JudgedRequest,
    Received,
)
from tradestack.trading.judging.judgement import Judgement
from tradestack.wire.account_records import RequestRecord
from tradestack.wire.order_journal import OrderRecord, decode_record, encode_record

_REQUESTS = (OrderCancelRequest, OrderCancelReplaceRequest, OrderMassCancelRequest)
# ExecID of a report that states nothing new, as FIX has it.
NO_EXEC_ID = "0"


def judge_request(judgement: Judgement, item: Received, request: Request) -> None:
    """Let the account take a request that is new; count one that is known."""
    user = item.sender.user
    identity = identity_of(user, request.cl_ord_id)
    if judgement.is_known(identity):
        first = judgement.first_use(identity, item, request.cl_ord_id)
        if isinstance(first, _REQUESTS) and is_same_request(first, request):
            judgement.batch.duplicates += 1
        elif first is not None and judgement.use_room(item):
            text = "ClOrdID was used for another order or request"
            _refuse(judgement, item, request, CxlRejReason.DUPLICATE_CL_ORD_ID, text)
        return
    if not judgement.use_room(item):
        return
    account = judgement.account(user, request.feed_session)
    if account is None or account.state.is_ended:
        _refuse_unplaced(judgement, item, request)
        return
    place = account.place_request(request.feed_seq)
    refusal = _judge_risk(judgement, account, request, place, item.time_ns)
    note_request(account, request, place)
    record = RequestRecord(
        time_ns=item.time_ns,
        user=user,
        feed_session=account.tape.session_id,
        cause=place.cause,
        arrival_ns=place.arrival_ns,
        refusal=refusal,
        request=request,
    )
    judged = JudgedRequest(
        user, encode_record(record), item, request, identity, account.tape.session_id, place.cause
    )
    judgement.add(judged)
    judgement.batch.by_identity.setdefault(identity, judged)
    if refusal is None:
        account.request(under_way_of(request, place))
    else:
        account.refuse(under_way_of(request, place), refusal)


def _judge_risk(
    judgement: Judgement, account: Account, request: Request, place: Place, received_ns: int
) -> str | None:
    """Return why a limit refuses a replace; a cancel is never refused, but may raise an alarm."""
    if isinstance(request, OrderCancelReplaceRequest):
        breach = account.risk.judge_replace(request, place, received_ns, judgement.everybody)
        return None if breach is None else breach.text
    alarm = account.risk.cancel_alarm(request, judgement.everybody)
    if alarm is not None:
        judgement.batch.alarms.append(alarm)
    return None


def answer_status(judgement: Judgement, item: Received, request: OrderStatusRequest) -> None:
    """Answer with the newest report on the order, outside the stream; nothing is recorded."""
    user = item.sender.user
    latest = _latest_report(judgement, user, request.cl_ord_id)
    if latest is None:
        report = ExecutionReport(
            cl_ord_id=request.cl_ord_id,
            exec_id=NO_EXEC_ID,
            exec_type=ExecType.ORDER_STATUS,
            ord_status=OrdStatus.REJECTED,
            reject_reason=OrdRejReason.UNKNOWN_ORDER,
            status_request_id=request.request_id,
            transact_time_ns=item.time_ns,
        )
    else:
        report = msgspec.structs.replace(
            latest,
            exec_id=NO_EXEC_ID,
            exec_type=ExecType.ORDER_STATUS,
            status_request_id=request.request_id,
            transact_time_ns=item.time_ns,
        )
    judgement.batch.answers.append((item, report))


def _latest_report(judgement: Judgement, user: str, cl_ord_id: str) -> ExecutionReport | None:
    """Return the newest report on an order, those of the batch included."""
    for judged in reversed(judgement.batch.judged):
        report = _execution_of(judged) if judged.user == user else None
        if report is not None and report.cl_ord_id == cl_ord_id:
            return report
    return judgement.known.latest_report(user, cl_ord_id)


def _execution_of(judged: Judged) -> ExecutionReport | None:
    """Return the report on an order that a decision made."""
    if isinstance(judged, JudgedExecution):
        return judged.report if isinstance(judged.report, ExecutionReport) else None
    if not isinstance(judged, JudgedOrder):
        return None
    record = decode_record(judged.record)
    assert isinstance(record, OrderRecord), "an order's record"
    return record.report


def _refuse_unplaced(judgement: Judgement, item: Received, request: Request) -> None:
    """Refuse a request where nothing is executed, or no order was."""
    if judgement.accounts is None:
        text = "orders are not executed here: [execution] model is none"
        _refuse(judgement, item, request, CxlRejReason.OTHER, text)
    else:
        _refuse(judgement, item, request, CxlRejReason.UNKNOWN_ORDER, None)


def _refuse(
    judgement: Judgement, item: Received, request: Request, reason: CxlRejReason, text: str | None
) -> None:
    """Refuse a request that no account takes, with the state of the order that it names."""
    user = item.sender.user
    name, response_to = "", CxlRejResponseTo.CANCEL
    if not isinstance(request, OrderMassCancelRequest):
        name = request.orig_cl_ord_id
    if isinstance(request, OrderCancelReplaceRequest):
        response_to = CxlRejResponseTo.REPLACE
    latest = _latest_report(judgement, user, name) if name else None
    judgement.take(
        user,
        OrderCancelReject(
            order_id=None if latest is None else latest.order_id,
            cl_ord_id=request.cl_ord_id,
            orig_cl_ord_id=name or request.cl_ord_id,
            ord_status=OrdStatus.REJECTED if latest is None else latest.ord_status,
            response_to=response_to,
            reject_reason=reason,
            text=text,
            transact_time_ns=item.time_ns,
        ),
    )
