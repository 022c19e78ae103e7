"""When an account gets another checkpoint."""

from tradestack.trading.account.account import Account
from tradestack.trading.account.history import AccountHistory

# An account is made again from its newest checkpoint: that is how much has to be done again.
# A checkpoint names every working order, so with many of them it is made after more records.
CHECKPOINT_RECORDS = 4_096
CHECKPOINT_RECORDS_PER_ORDER = 4
CHECKPOINT_MESSAGES = 2_000_000


def is_checkpoint_due(account: Account, history: AccountHistory) -> bool:
    """Return whether so much was journalled or folded since the newest one."""
    records_max = CHECKPOINT_RECORDS_PER_ORDER * len(account.state.orders)
    return (
        len(history.records) > max(CHECKPOINT_RECORDS, records_max)
        or account.state.matched_through - history.matched_through > CHECKPOINT_MESSAGES
    )
