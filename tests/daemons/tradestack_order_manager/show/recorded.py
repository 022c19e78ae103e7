"""Orders and what follows on them, as an order manager journals them; and the lines they have."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.daemons.tradestack_order_manager.samples import (
    FEED_SESSION,
    NOW_NS,
    a_message,
    a_register,
    an_order,
    some_rules,
)
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecType,
    MassCancelRequestType,
    OrdStatus,
    Side,
)
from tradestack.domain.requests import OrderCancelRequest
from tradestack.sessions.order_session import OrderSession
from tradestack.trading.commit import commit
from tradestack.trading.judging.decisions import Judged, JudgedRequest, Malformed
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.judging.malformed import reject_malformed
from tradestack.trading.judging.orders import judge_order
from tradestack.trading.judging.registers import answer_register
from tradestack.wire.journal.account_records import RequestRecord
from tradestack.wire.journal.order_journal import encode_record
from tradestack_order_manager.show.order_log import OrderLog


def an_execution(**changes: Any) -> ExecutionReport:
    """Make the report on order 12, which was filled at once."""
    fields: dict[str, Any] = {
        "order_id": 12,
        "cl_ord_id": "news-1",
        "exec_id": "3DAA100000-17",
        "exec_type": ExecType.TRADE,
        "ord_status": OrdStatus.FILLED,
        "symbol": "SPY",
        "side": Side.BUY,
        "quantity": 10 * SCALE,
        "last_quantity": 10 * SCALE,
        "last_price": parse_fixed("168.25"),
        "cum_quantity": 10 * SCALE,
        "leaves_quantity": 0,
        "commission": 0,
        "transact_time_ns": NOW_NS,
    }
    return ExecutionReport(**{**fields, **changes})


def a_refusal(**changes: Any) -> OrderCancelReject:
    """Make the refusal of a cancel of order 12, which came too late."""
    fields: dict[str, Any] = {
        "order_id": 12,
        "cl_ord_id": "news-c",
        "orig_cl_ord_id": "news-1",
        "ord_status": OrdStatus.FILLED,
        "response_to": CxlRejResponseTo.CANCEL,
        "reject_reason": CxlRejReason.TOO_LATE_TO_CANCEL,
        "transact_time_ns": NOW_NS,
    }
    return OrderCancelReject(**{**fields, **changes})


def a_mass_cancel(**changes: Any) -> OrderMassCancelReport:
    """Make the answer to a mass cancel of three orders."""
    fields: dict[str, Any] = {
        "cl_ord_id": "news-m",
        "request_type": MassCancelRequestType.ALL,
        "affected_count": 3,
        "transact_time_ns": NOW_NS,
    }
    return OrderMassCancelReport(**{**fields, **changes})


def _order(judgement: Judgement) -> None:
    order = an_order(cl_ord_id=f"c{judgement.next_order_id}")
    judge_order(judgement, a_message(order), order)


def _fill(judgement: Judgement) -> None:
    """Fill the newest order, which may be one of an earlier order session."""
    newest = judgement.next_order_id - 1
    judgement.take("news", an_execution(order_id=newest, exec_id=judgement.next_exec_id()))


def _refuse(judgement: Judgement) -> None:
    judgement.take("other", a_refusal())


def _register(judgement: Judgement) -> None:
    answer_register(judgement, a_message(a_register()), a_register())


def _malformed(judgement: Judgement) -> None:
    malformed = Malformed("not an order", "")
    reject_malformed(judgement, a_message(malformed), malformed)


def _request(judgement: Judgement) -> None:
    request = OrderCancelRequest(cl_ord_id="x", orig_cl_ord_id="c1")
    record = RequestRecord(
        time_ns=NOW_NS,
        user="news",
        feed_session=FEED_SESSION,
        cause=1,
        arrival_ns=1,
        request=request,
    )
    received = a_message(Malformed("", ""))
    judgement.add(
        JudgedRequest("news", encode_record(record), received, request, 1, FEED_SESSION, 1)
    )


RECORDED: dict[str, Callable[[Judgement], None]] = {
    "order": _order,
    "fill": _fill,
    "refusal": _refuse,
    "register": _register,
    "malformed": _malformed,
    "request": _request,
}


def record(session: OrderSession, *kinds: str) -> list[Judged]:
    """Journal one thing of each kind, in one batch."""
    judgement = Judgement(session.known, some_rules(), None, NOW_NS)
    for kind in kinds:
        RECORDED[kind](judgement)
    judged = judgement.batch.judged
    commit(session.state, judged, session.journal.append(judgement.batch.records))
    return judged


def lines_of(session: OrderSession, path: Path) -> bytes:
    """Return the lines of all of a session, whatever was rotated; nothing may be at that path."""
    state = session.state
    reopened = state.log_reopened_order_id, state.log_reopened_report
    state.log_reopened(session.first_order_id - 1, 0)
    log = OrderLog.recover(path, session)
    log.catch_up(session)
    log.close()
    state.log_reopened(*reopened)
    written = path.read_bytes()
    path.unlink()
    return written
