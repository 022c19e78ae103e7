"""The accounts that a new order session begins with."""

import logging

from tradestack.domain.faults import OperatorFault
from tradestack.trading.account.history import AccountKey
from tradestack.trading.account_recovery import JournalContradicted
from tradestack.trading.accounts import Accounts, AccountUnavailable
from tradestack.trading.carrying import Carrying, left_to_others
from tradestack.wire.journal.order_journal import SessionRecord
from tradestack_order_manager.accounts.account_ends import AccountEnds
from tradestack_order_manager.risk_events import show_trading_state

logger = logging.getLogger(__name__)


def carry_over(
    accounts: Accounts, ends: AccountEnds, header: SessionRecord, *, uid: int, is_forced: bool
) -> list[bytes]:
    """Return the records of the accounts that go on in the order session of the header.

    uid: of the order manager. Raises OSError, and OperatorFault for an account that cannot be used,
    unless is_forced: then its orders end there, which is logged, and it may begin again. One whose
    feed log is lost ends. Of accounts that have ended goes on what they have left, if another one
    needs it, or as long as somebody could trade in their feed session again.
    """
    carrying = Carrying(accounts, header.session, header.time_ns, uid)
    histories = accounts.known.state.accounts
    left = left_to_others(histories, accounts.opening)
    for key in histories.open():
        try:
            carrying.carry(key)
        except AccountUnavailable as error:
            has_lost_log = ends.has_lost_log(key[1], error)
            if not is_forced and not has_lost_log:
                raise OperatorFault(
                    f"account of {key[0]} in feed session {key[1]}",
                    str(error),
                    _remedy(error),
                ) from error
            logger.error("the account of %s ends with its order session: %s", key[0], error)
            carrying.expire(key)
            if has_lost_log or key in left:
                _leave(carrying, key)
    for key in sorted(histories):
        if histories[key].is_ended and (key in left or ends.is_kept(key[1])):
            _leave(carrying, key)
    for change in carrying.changes:
        show_trading_state(change)
    return carrying.records


def _remedy(error: AccountUnavailable) -> str:
    if isinstance(error.__cause__, JournalContradicted):
        return (
            "restore both from a backup, or begin the order session with the version that wrote "
            "them, or move the order journal away to begin without its orders"
        )
    return "begin the order session when its feed log is there again"


def _leave(carrying: Carrying, key: AccountKey) -> None:
    try:
        carrying.leave(key)
    except AccountUnavailable as error:
        logger.error("the next account of %s begins flat: %s", key[0], error)
