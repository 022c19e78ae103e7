"""Accounts go on in the next order session, whatever the end of the journal has lost."""

import msgspec
import pytest

from tests.daemons.tradestack_order_manager.samples import FEED_SESSION, NOW_NS, a_header
from tests.trading.judged_on_tape import Desk, limits_of_user
from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import ExecType
from tradestack.domain.trading_state import TradingState
from tradestack.trading.carrying import Carrying
from tradestack.trading.risk.codes import OnBreach
from tradestack.trading.session.replay import replay
from tradestack.trading.session.session_state import SessionState
from tradestack.trading.verification.verification import Verification
from tradestack.wire.journal.account_records import ExecutionRecord, TradingRecord
from tradestack.wire.journal.order_journal import decode_record

NEXT_SESSION = "0000000009"
LIMITS = limits_of_user(
    max_daily_loss=100 * SCALE, max_daily_loss_on_breach=OnBreach.HALT_AND_CANCEL
)


def a_desk_with_a_breach() -> tuple[Desk, int]:
    """Return a desk whose last batch is a fill, a halt and two cancels, and where that begins."""
    desk = Desk(LIMITS)
    desk.trade(100)
    desk.order(quantity=10)
    desk.trade(100)
    desk.pass_time()
    for price in (60, 1, 2):
        desk.order(quantity=1, price=price)
    desk.trade(50)
    begin = len(desk.journal.payloads)
    desk.pass_time()
    return desk, begin


def carried_from(desk: Desk) -> tuple[Carrying, SessionState]:
    """Begin the next order session; return the records that it begins with, and its state."""
    header = desk.state.next_header(NEXT_SESSION, NOW_NS)
    carrying = Carrying(desk.accounts, NEXT_SESSION, NOW_NS, 99)
    carrying.carry(("news", FEED_SESSION))
    state = SessionState(header)
    replay(state, enumerate(carrying.records))
    return carrying, state


@pytest.mark.parametrize("lost", range(4))
def test_what_the_end_of_a_journal_has_lost_is_in_the_next_session(lost: int) -> None:
    """Each report, and the change of the trading state, is in one of both journals."""
    desk, begin = a_desk_with_a_breach()
    batch = [decode_record(payload) for payload in desk.journal.payloads[begin:]]
    kinds = [
        record.report.exec_type
        if isinstance(record, ExecutionRecord) and isinstance(record.report, ExecutionReport)
        else type(record)
        for record in batch
    ]
    assert kinds == [ExecType.TRADE, TradingRecord, ExecType.CANCELED, ExecType.CANCELED]
    desk.restart(len(desk.journal.payloads) - lost)

    carrying, state = carried_from(desk)

    assert state.trading.state("news") is TradingState.HALTED
    assert len(carrying.changes) == (lost == 3)
    canceled = [record for record in carrying.records if b'"ExecType":"CANCELED"' in record]
    assert len(canceled) == min(lost, 2)


def test_verify_takes_what_a_session_begins_with() -> None:
    """Also where the journal before it is gone."""
    desk, begin = a_desk_with_a_breach()
    desk.restart(begin + 1)
    header = msgspec.structs.replace(a_header(), session=NEXT_SESSION)
    carrying, _state = carried_from(desk)
    header = msgspec.structs.replace(
        desk.state.next_header(NEXT_SESSION, NOW_NS), carried=len(carrying.records)
    )
    for journals in ([], desk.journal.payloads):
        verification = Verification(FEED_SESSION, lambda: desk.tape)
        if journals:
            verification.begin(a_header())
            for line, payload in enumerate(journals, 2):
                verification.take(line, payload)
        verification.begin(header)
        for line, payload in enumerate(carrying.records, 2):
            verification.take(line, payload)
        verification.finish()
        assert verification.folds.late == (set() if journals else {"news"})
