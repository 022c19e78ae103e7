"""The accounts that cannot be used, and the log lines about each of them."""

import logging

from tradestack.trading.account.history import AccountKey
from tradestack.trading.accounts import AccountAwaits

_Reason = tuple[type[BaseException], int | None]  # kind of error, and its number

logger = logging.getLogger(__name__)


class UnavailableAccounts:
    """Logs why an account cannot be used: once, until it can be or there is another reason.

    A key without a feed session stands for whatever account of the user is meant.
    """

    def __init__(self) -> None:
        self._logged: dict[AccountKey, _Reason] = {}

    def note(self, key: AccountKey, error: Exception) -> None:
        """Note why an account cannot be used; one that awaits another may do so for a moment."""
        reason = _reason_of(error)
        if self._logged.get(key) != reason and not isinstance(error, AccountAwaits):
            self._logged[key] = reason
            logger.error("the account of %s cannot be used: %s", key[0], error)

    def forget(self, key: AccountKey) -> None:
        """Note that an account can be used."""
        self._logged.pop(key, None)


def _reason_of(error: Exception) -> _Reason:
    """Error → what makes it another one; numbers in its text may change all the time."""
    cause = error.__cause__ or error
    return type(cause), cause.errno if isinstance(cause, OSError) else None
