"""A new order: numbered and answered, or counted if it is known."""

from dataclasses import dataclass

from tradestack.domain.execution_report import ExecutionReport
from tradestack.domain.order import ExecType, Order, OrdRejReason, OrdStatus
from tradestack.trading.account.account import Account
from tradestack.trading.account.risk.risk_counting import note_submission
from tradestack.trading.judging.decisions import JudgedOrder, Received
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.judging.latest import latest_report
from tradestack.trading.judging.openings import opened
from tradestack.trading.judging.registers import leave_earlier
from tradestack.trading.judging.repeats import is_same_order
from tradestack.trading.orders.place import Place
from tradestack.trading.risk.codes import Breach
from tradestack.trading.risk.judge_risk import Part, judge_risk
from tradestack.trading.risk.scopes import ScopeKind
from tradestack.trading.risk.situation import AccountView, Situation, Standing
from tradestack.trading.session.identity import identity_of
from tradestack.wire.journal.accepted_order import Accepted, encode_accepted
from tradestack.wire.journal.order_journal import OrderRecord, encode_record, report_length


@dataclass(frozen=True, slots=True)
class Rejection:
    """Reason by FIX, and a text for people."""

    reason: OrdRejReason
    text: str


_NOTHING = {ScopeKind.USER: Standing()}
_HAS_ENDED = Rejection(OrdRejReason.EXCHANGE_CLOSED, "the feed session has ended")
_DUPLICATE = Rejection(OrdRejReason.DUPLICATE_ORDER, "ClOrdID was used for another order")


def judge_order(judgement: Judgement, item: Received, order: Order) -> None:
    """Number an order that is new; count one that is known."""
    user = item.sender.user
    identity = identity_of(user, order.cl_ord_id)
    if judgement.is_known(identity):
        first = judgement.first_use(identity, item, order.cl_ord_id)
        if is_same_order(first, order):
            judgement.batch.duplicates += 1
        elif first is not None and judgement.use_room(item):
            state = latest_report(judgement, user, order.cl_ord_id)
            _add(judgement, item, order, identity, _DUPLICATE, None, None, state)
        return
    if not judgement.use_room(item):
        return
    account = place = None
    has_ended = judgement.has_ended(user, order.feed_session)
    if judgement.accounts is not None and not has_ended:
        account = _account_for(judgement, user, order)
        place = None if account is None else account.place_request(order.feed_seq)
    rejection = _HAS_ENDED if has_ended else _check(judgement, item, order, account, place)
    _add(judgement, item, order, identity, rejection, account, place)


def _account_for(judgement: Judgement, user: str, order: Order) -> Account | None:
    """Return the account of an order, which begins with it. Raises AccountUnavailable."""
    account = judgement.begun_account(user, order.feed_session)
    if account is None:
        account = judgement.begin_account(user, order.feed_session, order.feed_seq)
    if account is not None and account.state.is_awaiting:
        leave_earlier(judgement, account.key)  # who trades in the next one has left it
    return opened(account)


def _check(
    judgement: Judgement,
    item: Received,
    order: Order,
    account: Account | None,
    place: Place | None,
) -> Rejection | None:
    if judgement.accounts is None:
        breach = judge_alone(judgement, item.sender.user, order, item.time_ns)
    elif account is None or place is None:
        return Rejection(OrdRejReason.EXCHANGE_CLOSED, "there is no such feed session")
    elif account.state.is_ended:
        return _HAS_ENDED
    else:
        everybody, near = judgement.everybody, judgement.batch.near
        breach = account.risk.judge(order, place, item.time_ns, everybody, near=near)
    return None if breach is None else Rejection(breach.reason, breach.text)


def judge_alone(judgement: Judgement, user: str, order: Order, received_ns: int) -> Breach | None:
    """Return the first limit that an order breaks where nothing executes it: it has no account."""
    account = AccountView(
        user=user,
        symbol=order.symbol,
        standings=_NOTHING,
        state_of_user=judgement.trading.state(user),
        state_of_all=judgement.trading.state(None),
    )
    situation = Situation(
        account=account, order=order, feed_time_ns=0, received_ns=received_ns, last_trade=None
    )
    return judge_risk(situation, judgement.rules.limits, Part.ORDER_ALONE)


def _add(
    judgement: Judgement,
    item: Received,
    order: Order,
    identity: int,
    rejection: Rejection | None,
    account: Account | None,
    place: Place | None,
    state: ExecutionReport | None = None,
) -> None:
    """Record the order with its verdict; an account takes one that is accepted.

    state: the newest report on the order whose ClOrdID it has.
    """
    user, order_id = item.sender.user, judgement.next_order_id
    accepted = None
    if account is not None and place is not None:
        visible_ns = account.visible_time_of(place)
        session = account.tape.session_id
        accepted = Accepted(session, place.cause, place.arrival_ns, visible_ns)
        note_submission(account, order, place)
    if rejection is None:
        reason = None
        exec_id = judgement.next_exec_id()
        record, length = encode_accepted(
            order, item.payload, user, item.time_ns, order_id, exec_id, accepted
        )
        if account is not None and place is not None:
            account.accept(order, order_id, place)
    else:
        reason = rejection.reason
        record = _reject(judgement, item, order, rejection, accepted, state)
        length = report_length(record)
    judged = JudgedOrder(
        user,
        record,
        length,
        item,
        order,
        identity,
        order_id,
        reason,
        None if accepted is None else accepted.feed_session,
        None if accepted is None else accepted.cause,
    )
    judgement.add(judged)
    judgement.batch.orders.append(judged)
    judgement.batch.by_identity.setdefault(identity, judged)
    if rejection is None and account is not None and place is not None:
        account.risk.make_way(order, place)  # after the order's own report


def _reject(
    judgement: Judgement,
    item: Received,
    order: Order,
    rejection: Rejection,
    accepted: Accepted | None,
    state: ExecutionReport | None,
) -> bytes:
    feed_session = None if accepted is None else accepted.feed_session
    cause = None if accepted is None else accepted.cause
    report = ExecutionReport(
        order_id=judgement.next_order_id,
        cl_ord_id=order.cl_ord_id,
        exec_id=judgement.next_exec_id(),
        exec_type=ExecType.REJECTED,
        ord_status=OrdStatus.REJECTED if state is None else state.ord_status,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity if state is None else state.quantity,
        cum_quantity=None if state is None else state.cum_quantity,
        leaves_quantity=None if state is None else state.leaves_quantity,
        reject_reason=rejection.reason,
        text=rejection.text,
        transact_time_ns=item.time_ns,
        feed_session=feed_session,
        feed_seq=cause,
        visible_time_ns=None if accepted is None else accepted.visible_time_ns,
    )
    return encode_record(
        OrderRecord(
            time_ns=item.time_ns,
            user=item.sender.user,
            feed_session=feed_session,
            cause=cause,
            arrival_ns=None if accepted is None else accepted.arrival_ns,
            order=order,
            report=report,
        )
    )
