"""Decisions that were appended to the journal → the state of the order session."""

from collections.abc import Sequence

from tradestack.domain.execution_report import ExecutionReport
from tradestack.trading.judging.decisions import (
    UNREPORTED,
    Judged,
    JudgedAct,
    JudgedExecution,
    JudgedMalformed,
    JudgedOrder,
    JudgedRegister,
    JudgedRequest,
)
from tradestack.trading.session_state import SessionState


def commit(state: SessionState, judged: Sequence[Judged], offsets: Sequence[int]) -> None:
    """Add decisions whose records are in the journal at these offsets."""
    for item, offset in zip(judged, offsets, strict=True):
        length = len(item.record)
        match item:
            case JudgedOrder() | JudgedExecution():
                _commit_reported(state, item, offset)
            case JudgedRegister():
                state.add_registration(item.user, item.feed_session, item.registration)
                state.accounts.add(item.user, item.feed_session, 0, offset, length)
            case JudgedMalformed():
                state.add_malformed(item.user)
            case JudgedRequest():
                state.add_request(item.user, item.request, offset, length)
                state.accounts.add(item.user, item.account, item.cause, offset, length)
            case JudgedAct():
                state.add_act(item.act, offset, length)
        if not isinstance(item, UNREPORTED):
            state.add_report(item.user, offset + length - 1, item.report_length)


def _commit_reported(state: SessionState, item: JudgedOrder | JudgedExecution, offset: int) -> None:
    if isinstance(item, JudgedOrder):
        _commit_order(state, item, offset)
    else:
        _commit_execution(state, item, offset)


def _commit_order(state: SessionState, item: JudgedOrder, offset: int) -> None:
    order, length = item.order, len(item.record)
    state.add_order(item.identity, item.reason, offset, length)
    state.note_traded(item.user, order.feed_session, order.feed_seq)
    state.accounts.add(item.user, item.account, item.cause, offset, length)


def _commit_execution(state: SessionState, item: JudgedExecution, offset: int) -> None:
    report, length = item.report, len(item.record)
    if isinstance(report, ExecutionReport) and report.order_id is not None:
        state.add_execution(item.user, report.cl_ord_id, report.order_id, report.exec_type,
                            report.ord_status, offset, length)  # fmt: skip
    state.accounts.add(item.user, report.feed_session, report.feed_seq, offset, length)
