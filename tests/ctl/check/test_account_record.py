"""What `journal show` and `journal check` say about records of execution."""

from pathlib import Path

import msgspec
import pytest

from tests.ctl.verbs.journal_records import HEADER, NOON_NS, Output
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.domain.execution_report import (
    ExecutionReport,
    OrderCancelReject,
    OrderMassCancelReport,
)
from tradestack.domain.fixed_point import SCALE, parse_fixed
from tradestack.domain.order import (
    CxlRejReason,
    CxlRejResponseTo,
    ExecRestatementReason,
    ExecType,
    MassCancelRequestType,
    OrdStatus,
)
from tradestack.domain.requests import (
    OrderCancelReplaceRequest,
    OrderCancelRequest,
    OrderMassCancelRequest,
    Request,
)
from tradestack.domain.trading_state import TradingState
from tradestack.store.journal import Journal
from tradestack.wire.journal.account_records import (
    AccountRecord,
    CheckpointRecord,
    EndedRecord,
    ExecutionRecord,
    LimitsRecord,
    ReleaseRecord,
    RequestRecord,
    TradingRecord,
)
from tradestack.wire.journal.order_journal import Record, encode_record

FEED_SESSION = "3DAA200000"


def a_request(request: Request) -> RequestRecord:
    """A request that message 812 caused."""
    return RequestRecord(
        time_ns=NOON_NS,
        user="news",
        feed_session=FEED_SESSION,
        cause=812,
        arrival_ns=NOON_NS,
        request=request,
    )


TRADE = ExecutionReport(
    order_id=7,
    cl_ord_id="c7",
    exec_id="e",
    exec_type=ExecType.TRADE,
    ord_status=OrdStatus.PARTIALLY_FILLED,
    last_quantity=4 * SCALE,
    last_price=parse_fixed("168.2"),
    cum_quantity=4 * SCALE,
    leaves_quantity=6 * SCALE,
    transact_time_ns=NOON_NS,
)
CANCELED = msgspec.structs.replace(
    TRADE,
    exec_type=ExecType.CANCELED,
    ord_status=OrdStatus.CANCELED,
    last_quantity=None,
    last_price=None,
    leaves_quantity=0,
    restatement_reason=ExecRestatementReason.CANCEL_ON_TRADING_HALT,
    text="halt\x1b",
)
REJECT = OrderCancelReject(
    order_id=None,
    cl_ord_id="x",
    orig_cl_ord_id="c9",
    ord_status=OrdStatus.REJECTED,
    response_to=CxlRejResponseTo.CANCEL,
    reject_reason=CxlRejReason.UNKNOWN_ORDER,
    transact_time_ns=NOON_NS,
)
DONE = OrderMassCancelReport(
    cl_ord_id="m",
    request_type=MassCancelRequestType.SYMBOL,
    symbol="SPY",
    affected_count=2,
    transact_time_ns=NOON_NS,
)
CAUSED = f"caused by 812 of {FEED_SESSION}, arrives 2026-11-22T12:00:00.000000Z"
DESCRIBED: list[tuple[Record, str]] = [
    (
        AccountRecord(
            time_ns=NOON_NS,
            user="news",
            feed_session=FEED_SESSION,
            execution=msgspec.Raw(b'{"fill":"touch"}'),
            state=msgspec.Raw(b'{"matched_through":0}'),
        ),
        f'Account in feed session {FEED_SESSION}, execution {{"fill":"touch"}}',
    ),
    (
        a_request(OrderCancelRequest(cl_ord_id="x", orig_cl_ord_id="c7")),
        f"Request CANCEL c7 ClOrdID=x: {CAUSED}",
    ),
    (
        a_request(
            OrderCancelReplaceRequest(
                cl_ord_id="y", orig_cl_ord_id="c7", quantity=SCALE, price=2 * SCALE
            )
        ),
        f"Request REPLACE c7 by 1 at 2 ClOrdID=y: {CAUSED}",
    ),
    (
        a_request(OrderMassCancelRequest(cl_ord_id="m", request_type=MassCancelRequestType.ALL)),
        f"Request MASS CANCEL ALL ClOrdID=m: {CAUSED}",
    ),
    (
        ExecutionRecord(time_ns=NOON_NS, user="news", report=TRADE),
        "Execution TRADE order 7 ClOrdID=c7: 4 at 168.2, 4 filled, 6 left, PARTIALLY_FILLED",
    ),
    (
        ExecutionRecord(time_ns=NOON_NS, user="news", report=CANCELED),
        "Execution CANCELED order 7 ClOrdID=c7: 4 filled, 0 left, CANCELED, "
        "CANCEL_ON_TRADING_HALT, halt?",
    ),
    (
        ExecutionRecord(time_ns=NOON_NS, user="news", report=REJECT),
        "Execution refused CANCEL c9 ClOrdID=x: UNKNOWN_ORDER",
    ),
    (
        ExecutionRecord(time_ns=NOON_NS, user="news", report=DONE),
        "Execution MASS CANCEL SPY ClOrdID=m: 2 orders",
    ),
    (
        CheckpointRecord(
            time_ns=NOON_NS,
            user="news",
            feed_session=FEED_SESSION,
            part=1,
            parts=2,
            state=msgspec.Raw(b"{}"),
        ),
        f"Checkpoint of feed session {FEED_SESSION}, part 1 of 2, 2 bytes",
    ),
    (
        ReleaseRecord(time_ns=NOON_NS, user="news", feed_session=FEED_SESSION, feed_seq=812),
        f"Release at message 812 of {FEED_SESSION}",
    ),
    (
        EndedRecord(time_ns=NOON_NS, user="news", feed_session=FEED_SESSION, feed_seq=900),
        f"Ended at message 900 of {FEED_SESSION}",
    ),
    (
        LimitsRecord(time_ns=NOON_NS, hash="c0ffee", limits=msgspec.Raw(b"{}")),
        "Limits c0ffee, 2 bytes",
    ),
    (
        TradingRecord(
            time_ns=NOON_NS,
            user="news",
            state=TradingState.REDUCING,
            reason="loss limit",
            uid=0,
            equity=-SCALE,
        ),
        "Trading REDUCING of news by uid 0: loss limit, equity -1",
    ),
    (
        TradingRecord(time_ns=NOON_NS, state=TradingState.HALTED, reason="operator", uid=1000),
        "Trading HALTED of all by uid 1000: operator",
    ),
    (
        TradingRecord(
            time_ns=NOON_NS,
            user="news",
            state=TradingState.HALTED,
            reason="loss limit",
            uid=0,
            cancels=True,
            feed_session=FEED_SESSION,
            feed_seq=812,
        ),
        "Trading HALTED, cancels of news at message 812 by uid 0: loss limit",
    ),
]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """A journal that has each of these records."""
    path = tmp_path / "3DAA100000.journal"
    file = Journal.create(path)
    file.append([msgspec.json.encode(HEADER | {"Version": 2, "NextOrderID": 12})])
    file.append([encode_record(record) for record, _ in DESCRIBED])
    file.close()
    return path


def test_each_record_is_one_line(journal: Path, capsys: Output) -> None:
    """The line has what the record says, without characters that move a cursor."""
    assert run(["journal", "show", str(journal)]) == ExitStatus.DONE

    lines = capsys.readouterr().out.splitlines()[1:]
    assert [line.split(maxsplit=3)[3] for line in lines] == [text for _, text in DESCRIBED]


def test_the_check_counts_each_kind(journal: Path, capsys: Output) -> None:
    """A journal of these records is whole."""
    assert run(["journal", "check", str(journal)]) == ExitStatus.DONE

    assert (
        "16 records (1 Session, 1 Account, 3 Request, 4 Execution, 1 Checkpoint, 1 Release, "
        "1 Ended, 1 Limits, 3 Trading); users: news 13" in capsys.readouterr().out
    )
