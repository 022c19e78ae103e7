"""Requests about orders: cancel, replace, mass cancel (FIX F, G, q), and the status of one (H)."""

import msgspec

from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecType,
    OrdRejReason,
    OrdStatus,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderMassCancelRequest,
    OrderStatusRequest,
    Request,
)
from tradestack.trading.account.account import Account
from tradestack.trading.account.risk.risk_counting import note_request
from tradestack.trading.account.under_way import under_way_of
from tradestack.trading.judging.decisions import JudgedRequest, Received
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.judging.latest import latest_report
from tradestack.trading.judging.openings import opened
from tradestack.trading.judging.repeats import is_request_again
from tradestack.trading.orders.place import Place
from tradestack.trading.session.identity import identity_of
from tradestack.wire.journal.account_records import RequestRecord
from tradestack.wire.journal.order_journal import encode_record

# ExecID of a report that states nothing new, as FIX has it.
NO_EXEC_ID = "0"
DUPLICATE = "ClOrdID was used for another order or request"


def judge_request(judgement: Judgement, item: Received, request: Request) -> None:
    """Let the account take a request that is new; count one that is known."""
    user = item.sender.user
    identity = identity_of(user, request.cl_ord_id)
    if judgement.is_known(identity):
        first = judgement.first_use(identity, item, request.cl_ord_id)
        if is_request_again(first, request):
            judgement.batch.duplicates += 1
        elif first is not None and judgement.use_room(item):
            _refuse(judgement, item, request, CxlRejReason.DUPLICATE_CL_ORD_ID, DUPLICATE)
        return
    if not judgement.use_room(item):
        return
    account = _account_of(judgement, user, request)
    if account is None or account.state.is_ended:
        _record(judgement, item, request, identity)
        _answer_unplaced(judgement, item, request)
        return
    if account.state.is_under_way(request.cl_ord_id):  # an earlier order session has taken it
        judgement.batch.duplicates += 1
        return
    feed_session = account.tape.session_id
    is_of_it = request.feed_session in (None, feed_session)
    place = account.place_request(request.feed_seq if is_of_it else None)
    refusal = _judge_risk(judgement, account, request, place, item.time_ns)
    note_request(account, request, place)
    _record(judgement, item, request, identity, account, place, refusal)
    under_way = under_way_of(request, place)
    if refusal is None:
        account.request(under_way)
        _release_if_stopped(judgement, account, request)
    else:
        account.refuse(under_way, refusal)


def _release_if_stopped(judgement: Judgement, account: Account, request: Request) -> None:
    """Let an account go on whose strategy has stopped with a cancel that has yet to arrive.

    It would wait for what the strategy says of further messages, and that says nothing any more.
    """
    is_stop = isinstance(request, OrderMassCancelRequest) and request.feed_seq is None
    if is_stop and account.state.is_registered and account.state.is_under_way(request.cl_ord_id):
        judgement.release(account)


def _account_of(judgement: Judgement, user: str, request: Request) -> Account | None:
    """Return the account that a request is for: the one that has its order, whatever it names.

    None if that has not begun, or has ended. Raises AccountAwaits.
    """
    account = _begun_account(judgement, user, request.feed_session)
    if isinstance(request, OrderMassCancelRequest):
        return opened(account)
    if account is not None and account.state.working(request.orig_cl_ord_id) is not None:
        return account
    latest = latest_report(judgement, user, request.orig_cl_ord_id)
    if latest is None or latest.feed_session is None:
        return opened(account)
    return opened(_begun_account(judgement, user, latest.feed_session))


def _begun_account(judgement: Judgement, user: str, feed_session: str | None) -> Account | None:
    has_ended = judgement.has_ended(user, feed_session)
    return None if has_ended else judgement.begun_account(user, feed_session)


def _record(
    judgement: Judgement,
    item: Received,
    request: Request,
    identity: int,
    account: Account | None = None,
    place: Place | None = None,
    refusal: str | None = None,
) -> None:
    """Record a request, so that it has one answer however often it comes."""
    user, cause = item.sender.user, None if place is None else place.cause
    feed_session = None if account is None else account.tape.session_id
    record = RequestRecord(
        time_ns=item.time_ns,
        user=user,
        feed_session=feed_session,
        cause=cause,
        arrival_ns=None if place is None else place.arrival_ns,
        refusal=refusal,
        request=request,
    )
    judged = JudgedRequest(
        user, encode_record(record), item, request, identity, feed_session, cause
    )
    judgement.add(judged)
    judgement.batch.by_identity.setdefault(identity, judged)


def _judge_risk(
    judgement: Judgement, account: Account, request: Request, place: Place, received_ns: int
) -> str | None:
    """Return why a limit refuses a replace; a cancel is never refused, but may raise an alarm."""
    if isinstance(request, OrderCancelReplaceRequest):
        everybody, near = judgement.everybody, judgement.batch.near
        breach = account.risk.judge_replace(request, place, received_ns, everybody, near=near)
        return None if breach is None else breach.text
    alarm = account.risk.cancel_alarm(request, judgement.everybody)
    if alarm is not None:
        judgement.batch.alarms.append(alarm)
    return None


def answer_status(judgement: Judgement, item: Received, request: OrderStatusRequest) -> None:
    """Answer with the newest report on the order, outside the stream; nothing is recorded."""
    user = item.sender.user
    latest = latest_report(judgement, user, request.cl_ord_id)
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


def _answer_unplaced(judgement: Judgement, item: Received, request: Request) -> None:
    """Answer a request that no account takes: nothing is executed, or no order works."""
    if judgement.accounts is None:
        text = "orders are not executed here: [execution] model is none"
        _refuse(judgement, item, request, CxlRejReason.OTHER, text)
    elif isinstance(request, OrderMassCancelRequest):
        report = OrderMassCancelReport(
            cl_ord_id=request.cl_ord_id,
            request_type=request.request_type,
            symbol=request.symbol,
            affected_count=0,
            transact_time_ns=item.time_ns,
        )
        judgement.take(item.sender.user, report)
    else:
        latest = latest_report(judgement, item.sender.user, request.orig_cl_ord_id)
        is_done = latest is not None and latest.order_name == request.orig_cl_ord_id
        reason = CxlRejReason.TOO_LATE_TO_CANCEL if is_done else CxlRejReason.UNKNOWN_ORDER
        _refuse(judgement, item, request, reason, None)


def _refuse(
    judgement: Judgement, item: Received, request: Request, reason: CxlRejReason, text: str | None
) -> None:
    """Refuse a request that no account takes, with the state of the order that it names."""
    user = item.sender.user
    if isinstance(request, OrderMassCancelRequest):  # it names none
        judgement.take(user, _mass_cancel_rejection(judgement, item, request, reason, text))
        return
    latest = latest_report(judgement, user, request.orig_cl_ord_id)
    if latest is not None and latest.order_name != request.orig_cl_ord_id:
        latest = None
    is_replace = isinstance(request, OrderCancelReplaceRequest)
    judgement.take(
        user,
        OrderCancelReject(
            order_id=None if latest is None else latest.order_id,
            cl_ord_id=request.cl_ord_id,
            orig_cl_ord_id=request.orig_cl_ord_id,
            ord_status=OrdStatus.REJECTED if latest is None else latest.ord_status,
            response_to=CxlRejResponseTo.REPLACE if is_replace else CxlRejResponseTo.CANCEL,
            reject_reason=reason,
            text=text,
            transact_time_ns=item.time_ns,
        ),
    )


def _mass_cancel_rejection(
    judgement: Judgement,
    item: Received,
    request: OrderMassCancelRequest,
    reason: CxlRejReason,
    text: str | None,
) -> ExecutionReport:
    is_duplicate = reason is CxlRejReason.DUPLICATE_CL_ORD_ID
    return ExecutionReport(
        cl_ord_id=request.cl_ord_id,
        exec_id=judgement.next_exec_id(),
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED,
        reject_reason=OrdRejReason.DUPLICATE_ORDER if is_duplicate else OrdRejReason.OTHER,
        text=text,
        transact_time_ns=item.time_ns,
    )
