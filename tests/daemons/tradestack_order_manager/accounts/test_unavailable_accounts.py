"""What is logged of accounts that cannot be used."""

import errno

import pytest

from tradestack.trading.account_recovery import TapeBehind
from tradestack.trading.accounts import AccountAwaits, AccountUnavailable
from tradestack_order_manager.accounts.unavailable_accounts import UnavailableAccounts

KEY, OTHER = ("news", "3DAA200000"), ("news", "3DAA200001")


def behind(head: int) -> AccountUnavailable:
    """An account that has met more than the feed log has."""
    error = AccountUnavailable(f"feed log ends with message {head}")
    error.__cause__ = TapeBehind(str(error), 9)
    return error


def unreadable(number: int) -> OSError:
    """A journal that cannot be read."""
    return OSError(number, "no")


def test_each_reason_is_said_once_for_each_account(caplog: pytest.LogCaptureFixture) -> None:
    """Whatever numbers its text has, and whatever others have; again when it was over."""
    accounts = UnavailableAccounts()
    for head in range(3):
        accounts.note(KEY, behind(head))
        accounts.note(OTHER, unreadable(errno.EIO))
    accounts.note(OTHER, unreadable(errno.EACCES))
    accounts.forget(KEY)
    accounts.note(KEY, behind(3))

    said = [record.getMessage().partition("used: ")[2] for record in caplog.records]
    assert said == [str(error) for error in (behind(0), unreadable(5), unreadable(13), behind(3))]


def test_an_account_that_awaits_another_is_not_said(caplog: pytest.LogCaptureFixture) -> None:
    """It may do so for a moment only, and it leaves what was said before."""
    accounts = UnavailableAccounts()

    for error in (AccountAwaits(OTHER), behind(1), AccountAwaits(OTHER), behind(1)):
        accounts.note(KEY, error)

    assert len(caplog.records) == 1
