"""What strategies say of themselves: Register → FromSeq, and Progress."""

from tradestack.trading.account.account import Account
from tradestack.trading.account.history import AccountKey
from tradestack.trading.accounts import AccountUnavailable
from tradestack.trading.earlier_sessions import NO_SESSIONS
from tradestack.trading.judging.decisions import (
    JudgedOrder,
    JudgedRegister,
    JudgedRequest,
    Received,
)
from tradestack.trading.judging.judgement import Judgement
from tradestack.trading.session.registrations import (
    Registration,
    first_sequence,
    from_sequence,
    traded_of,
)
from tradestack.wire.journal.order_journal import RegisterRecord, encode_record, report_length
from tradestack.wire.order_messages import Progress, Register, Registered


def answer_register(judgement: Judgement, item: Received, register: Register) -> None:
    """Answer a Register with FromSeq; the account begins with it or goes on."""
    batch, user = judgement.batch, item.sender.user
    if not judgement.use_room(item):
        return
    key = (user, register.feed_session)
    account = judgement.begun_account(*key)
    previous = batch.registrations.get(key) or judgement.state.registrations.find(*key)
    from_seq = from_sequence(previous, register, _traded_seq(judgement, key, account))
    if account is None:
        account = judgement.begin_account(*key, from_seq - 1)
    history = judgement.state.accounts.get(key)
    earlier = NO_SESSIONS if history is None else history.earlier
    first_seq = first_sequence(previous, register, from_seq, earlier)
    answer = Registered(
        request_id=register.request_id,
        feed_session=register.feed_session,
        from_seq=from_seq,
        first_seq=first_seq,
        order_sessions=earlier.names,
        order_sessions_forgotten=earlier.forgotten,
    )
    record = encode_record(
        RegisterRecord(time_ns=item.time_ns, user=user, register=register, report=answer)
    )
    if account is not None:
        account.register(interactive=register.interactive)
    registration = Registration(register.config_hash, from_seq, first_seq)
    length = report_length(record)
    judgement.add(JudgedRegister(user, record, length, item, register.feed_session, registration))
    batch.registrations[key] = registration


def take_progress(judgement: Judgement, item: Received, progress: Progress) -> None:
    """Match the account of a strategy as far as its Progress allows."""
    leave_earlier(judgement, (item.sender.user, progress.feed_session))
    account = judgement.begun_account(item.sender.user, progress.feed_session)
    if account is not None:
        account.advance(progress.feed_seq)
        judgement.batch.progressed.append((item, (item.sender.user, progress.feed_session)))


def leave_earlier(judgement: Judgement, key: AccountKey) -> None:
    """Release the user's accounts of earlier feed sessions: the strategy says nothing more of them.

    Not when it registers: what has no report by then is sent again after that.
    """
    user, feed_session = key
    for other_user, session in judgement.state.accounts.open():
        if other_user != user or session >= feed_session:
            continue
        try:
            account = judgement.begun_account(user, session)
        except AccountUnavailable:  # it is not matched as long as it cannot be made
            continue
        if account is not None and account.state.is_registered and not account.state.is_ended:
            judgement.release(account)


def _traded_seq(judgement: Judgement, key: tuple[str, str], account: Account | None) -> int:
    """Return the message after which a new FromSeq lies.

    It is the highest FeedSeq of the user's orders and requests there, those of the batch among
    them, and not before what the account has met without its strategy. The batch is looked through
    here and not at each order: few batches have a Register.
    """
    messages = [
        judged.order if isinstance(judged, JudgedOrder) else judged.request
        for judged in judgement.batch.judged
        if isinstance(judged, JudgedOrder | JudgedRequest) and judged.user == key[0]
    ]
    traded = [
        traded_of(message.feed_seq or 0) for message in messages if message.feed_session == key[1]
    ]
    met = 0
    if account is not None and not account.state.is_registered:
        met = account.state.matched_through
    return max(judgement.state.registrations.traded_seq(*key), met, *traded, 0)
