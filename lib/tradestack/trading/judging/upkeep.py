"""What becomes due for an account while its feed goes on: its end, or another checkpoint."""

from tradestack.trading.account.account import Account
from tradestack.trading.account.history import AccountHistory
from tradestack.trading.judging.judgement import Judgement
from tradestack.wire.journal.account_records import EndedRecord

# An account is made again from its newest checkpoint: that is how much has to be done again.
# A checkpoint names every working order, so with many of them it is made after more records.
CHECKPOINT_RECORDS = 4_096
CHECKPOINT_RECORDS_PER_ORDER = 4
CHECKPOINT_MESSAGES = 2_000_000


def keep_up(judgement: Judgement, account: Account, last: int | None) -> None:
    """End an account that is through, or record a checkpoint that is due.

    last: the last message of its feed session, None: it goes on.
    """
    if account.is_through(last):
        end_account(judgement, account)
    elif is_checkpoint_due(account, judgement.state.accounts[account.key]):
        judgement.checkpoint(account)


def end_account(judgement: Judgement, account: Account) -> None:
    """Expire what works, and record the end and the state that is left."""
    account.end()
    judgement.act(
        EndedRecord(
            time_ns=judgement.time_ns,
            user=account.user,
            feed_session=account.tape.session_id,
            feed_seq=account.state.matched_through,
        )
    )
    judgement.checkpoint(account)


def is_checkpoint_due(account: Account, history: AccountHistory) -> bool:
    """Return whether so much was journalled or folded since the newest one."""
    records_max = CHECKPOINT_RECORDS_PER_ORDER * len(account.state.orders)
    return (
        len(history.records) > max(CHECKPOINT_RECORDS, records_max)
        or account.state.matched_through - history.matched_through > CHECKPOINT_MESSAGES
    )
