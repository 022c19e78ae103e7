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
from tradestack.trading.ranges import packed
from tradestack.trading.session.session_state import SessionState


def commit(state: SessionState, judged: Sequence[Judged], offsets: Sequence[int]) -> None:
    """Add decisions whose records are in the journal at these offsets."""
    for item, offset in zip(judged, offsets, strict=True):
        place = packed(offset, len(item.record))
        match item:
            case JudgedOrder() | JudgedExecution():
                _commit_reported(state, item, place)
            case JudgedRegister():
                state.add_registration(item.user, item.feed_session, item.registration)
                state.accounts.add(item.user, item.feed_session, 0, place)
            case JudgedMalformed():
                state.add_malformed(item.user)
            case JudgedRequest():
                state.add_request(item.user, item.request, place)
                state.accounts.add(item.user, item.account, item.cause, place)
            case JudgedAct():
                state.add_act(item.act, place)
        if not isinstance(item, UNREPORTED):
            state.add_report(item.user, offset + len(item.record) - 1, item.report_length)


def _commit_reported(state: SessionState, item: JudgedOrder | JudgedExecution, place: int) -> None:
    if isinstance(item, JudgedOrder):
        _commit_order(state, item, place)
    else:
        _commit_execution(state, item, place)


def _commit_order(state: SessionState, item: JudgedOrder, place: int) -> None:
    order = item.order
    state.add_order(item.identity, item.reason, place)
    state.note_traded(item.user, order.feed_session, order.feed_seq)
    state.accounts.add(item.user, item.account, item.cause, place)


def _commit_execution(state: SessionState, item: JudgedExecution, place: int) -> None:
    report = item.report
    if isinstance(report, ExecutionReport) and report.order_id is not None:
        state.add_execution(item.user, report.cl_ord_id, report.order_id, report.exec_type,
                            report.ord_status, place)  # fmt: skip
    state.accounts.add(item.user, report.feed_session, report.feed_seq, place)
