"""Records of the order journal about what becomes of orders that the feed executes.

    Request      Time, User, FeedSession, Cause, Arrival, Request: a cancel, replace or mass cancel
                 that is being processed; an Execution answers it later
    Execution    Time, User, Report: a report that belongs to no Order record
    Account      Time, User, FeedSession, OrderSessions, OrderSessionsForgotten, Execution, State:
                 an account begins, with that state; the order sessions that had it before
    Checkpoint   Time, User, FeedSession, Part, Parts, State: a part of the state of an account
    Release      Time, User, FeedSession, FeedSeq: the account waits for its strategy no more
    Ended        Time, User, FeedSession, FeedSeq: the account has met the last message
    Limits       Time, Hash, Limits: the limits that orders are checked against from here on
    Trading      Time, User, State, Reason, Uid, Equity, Cancels, FeedSession, FeedSeq: the trading
                 state of a user, or of all

Cause is the number of the feed message that caused a request, Arrival the feed time from which the
request can meet a message. Money is a decimal text. Execution, State and Limits are JSON objects
whose fields are not of this schema.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from tradestack.domain.execution_report import Report
from tradestack.domain.requests import Request
from tradestack.domain.trading_state import TradingState
from tradestack.wire.journal.journal_record import JournalRecord
from tradestack.wire.order_messages import Count, FeedTime, Sequence, Time, fix_name
from tradestack.wire.order_texts import LONG_DECIMAL, format_optional
from tradestack.wire.reports import ReportMessage, message_to_report, report_to_message
from tradestack.wire.requests import RequestMessage, message_to_request, request_to_message

# Far below what a line of the journal can hold.
RAW_BYTES_MAX = 768 * 1024


class RequestRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A request whose answer is an ExecutionRecord later in the journal.

    refusal: the Text by which a limit has refused it.
    feed_session, cause, arrival_ns: None if no account has taken it.
    """

    time_ns: int
    user: str
    feed_session: str | None = None
    cause: int | None = None
    arrival_ns: int | None = None
    refusal: str | None = None
    request: Request


class ExecutionRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A report that no OrderRecord has."""

    time_ns: int
    user: str
    report: Report


class AccountRecord(JournalRecord, tag="Account", frozen=True, kw_only=True, omit_defaults=True):
    """An account begins: a user in a feed session.

    execution: the execution model, state: what it begins with; both as JSON. order_sessions: the
    earlier ones that had it, oldest first; order_sessions_forgotten: how many were before these.
    """

    time_ns: Time
    user: str
    feed_session: str
    order_sessions: tuple[str, ...] = ()
    order_sessions_forgotten: Count = 0
    execution: msgspec.Raw
    state: msgspec.Raw


class CheckpointRecord(JournalRecord, tag="Checkpoint", frozen=True, kw_only=True):
    """Part `part` of `parts`, from 1 on, of the state of an account, as JSON."""

    time_ns: Time
    user: str
    feed_session: str
    part: Count
    parts: Count
    state: msgspec.Raw


class ReleaseRecord(JournalRecord, tag="Release", frozen=True, kw_only=True):
    """The account goes on from that message without waiting for its strategy."""

    time_ns: Time
    user: str
    feed_session: str
    feed_seq: Sequence


class EndedRecord(JournalRecord, tag="Ended", frozen=True, kw_only=True):
    """The account has met all messages of the feed session; that is the last one."""

    time_ns: Time
    user: str
    feed_session: str
    feed_seq: Sequence


class LimitsRecord(JournalRecord, tag="Limits", frozen=True, kw_only=True):
    """The limits of all users, as JSON, and a digest of them."""

    time_ns: Time
    hash: str
    limits: msgspec.Raw


class TradingRecord(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """A change of the trading state.

    user: None: of all users. uid: of the operator's process, or of the order manager's own.
    equity: of the user, or of all, when somebody set the state ACTIVE: losses count from there,
    ×10⁻⁸. cancels: every working order is canceled. feed_session, feed_seq: the message at which
    the account there has broken a limit; an operator's act has none.
    """

    time_ns: int
    user: str | None = None
    state: TradingState
    reason: str
    uid: int
    equity: int | None = None
    cancels: bool = False
    feed_session: str | None = None
    feed_seq: int | None = None


class CarriedTrading(msgspec.Struct, frozen=True, gc=False, kw_only=True, rename=fix_name):
    """The last change of the trading state of a user, or of all, in an earlier order session."""

    user: str | None = None
    state: TradingState
    reason: str
    uid: Count
    time_ns: Time

    @property
    def record(self) -> TradingRecord:
        """Return it as the record that it was."""
        return TradingRecord(
            time_ns=self.time_ns,
            user=self.user,
            state=self.state,
            reason=self.reason,
            uid=self.uid,
        )


class RequestForm(JournalRecord, tag="Request", frozen=True, kw_only=True, omit_defaults=True):
    """A RequestRecord in JSON."""

    time_ns: Time
    user: str
    feed_session: str | None = None
    cause: Sequence | None = None
    arrival_ns: FeedTime | None = None
    refusal: str | None = None
    request: RequestMessage


class ExecutionForm(JournalRecord, tag="Execution", frozen=True, kw_only=True):
    """An ExecutionRecord in JSON."""

    time_ns: Time
    user: str
    report: ReportMessage


class TradingForm(JournalRecord, tag="Trading", frozen=True, kw_only=True, omit_defaults=True):
    """A TradingRecord in JSON."""

    time_ns: Time
    user: str | None = None
    state: TradingState
    reason: str
    uid: Count
    equity: str | None = None
    cancels: bool = False
    feed_session: str | None = None
    feed_seq: Sequence | None = None


PlainAccountRecord = AccountRecord | CheckpointRecord | ReleaseRecord | EndedRecord | LimitsRecord
AccountRecords = RequestRecord | ExecutionRecord | TradingRecord | PlainAccountRecord
AccountForms = RequestForm | ExecutionForm | TradingForm | PlainAccountRecord


def _fields(struct: msgspec.Struct) -> dict[str, Any]:
    """Return a record's fields by name; a form has the same names."""
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def _request_to_form(record: RequestRecord) -> RequestForm:
    return RequestForm(**_fields(record) | {"request": request_to_message(record.request)})


def _form_to_request(form: RequestForm) -> RequestRecord:
    return RequestRecord(**_fields(form) | {"request": message_to_request(form.request)})


def _execution_to_form(record: ExecutionRecord) -> ExecutionForm:
    return ExecutionForm(
        time_ns=record.time_ns, user=record.user, report=report_to_message(record.report)
    )


def _form_to_execution(form: ExecutionForm) -> ExecutionRecord:
    return ExecutionRecord(
        time_ns=form.time_ns, user=form.user, report=message_to_report(form.report)
    )


def _checked_account(record: AccountRecord) -> AccountRecord:
    _check_raw(record.execution)
    _check_raw(record.state)
    return record


def _trading_to_form(record: TradingRecord) -> TradingForm:
    return TradingForm(**_fields(record) | {"equity": format_optional(record.equity)})


def _form_to_trading(form: TradingForm) -> TradingRecord:
    return TradingRecord(**_fields(form) | {"equity": LONG_DECIMAL[form.equity]})


def _checked_checkpoint(record: CheckpointRecord) -> CheckpointRecord:
    _check_raw(record.state)
    if not 1 <= record.part <= record.parts:
        raise ValueError(f"part {record.part} of {record.parts}")
    return record


def _checked_limits(record: LimitsRecord) -> LimitsRecord:
    _check_raw(record.limits)
    return record


def _check_raw(raw: msgspec.Raw) -> None:
    """Raise ValueError unless it is a JSON object of one line, within RAW_BYTES_MAX."""
    content = bytes(raw)
    if not content.startswith(b"{") or b"\n" in content or len(content) > RAW_BYTES_MAX:
        raise ValueError(f"not a JSON object of one line, at most {RAW_BYTES_MAX:,} bytes")
    content.decode()  # a decoder passes over the texts in it; UnicodeDecodeError is a ValueError


# Kind of a record → its form, and back; the others are their own.
TO_FORM: Mapping[type, Callable[[Any], JournalRecord]] = {
    RequestRecord: _request_to_form,
    ExecutionRecord: _execution_to_form,
    TradingRecord: _trading_to_form,
}
FROM_FORM: Mapping[type, Callable[[Any], AccountRecords]] = {
    RequestForm: _form_to_request,
    ExecutionForm: _form_to_execution,
    AccountRecord: _checked_account,
    TradingForm: _form_to_trading,
    CheckpointRecord: _checked_checkpoint,
    LimitsRecord: _checked_limits,
}
