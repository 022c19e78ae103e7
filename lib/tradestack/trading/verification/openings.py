"""What an account takes over, by what the journal says that the account before has left."""

from tradestack.domain.fixed_point import SCALE
from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.history import AccountHistories
from tradestack.trading.account.holdings.portfolio import open_portfolio
from tradestack.trading.judging.openings import key_before
from tradestack.trading.verification.account_fold import NOTHING, AccountFold
from tradestack.trading.verification.difference import Difference, Differs
from tradestack.trading.verification.rules_in_force import RulesInForce


def compare_state(
    line: int,
    fold: AccountFold,
    state: AccountState,
    histories: AccountHistories,
    rules: RulesInForce,
    *,
    is_again: bool,
) -> None:
    """Compare a state of an account with that of its fold. Raises Differs, LogBehind.

    is_again: it is that with which an account goes on, or has ended, in another journal.
    """
    own = fold.account.state
    if is_again and own.is_ended:
        fold.left(line, state)
        return
    if own.is_awaiting and not state.is_awaiting:
        _take_over(line, fold, histories, rules)
    fold.checkpoint(line, state, rules.limits_of(state))


def _take_over(
    line: int, fold: AccountFold, histories: AccountHistories, rules: RulesInForce
) -> None:
    """Let an account take over what it waits for. Raises Differs if the journal lacks that."""
    before = key_before(fold.account)
    left = histories.left_by(before)
    if left is None:
        what = f"opening of {fold.user}"
        raise Differs(Difference(line, what, None, "State", NOTHING, "what another one has left"))
    fold.account.take_over(before[1], left, rules.limits_of(left))


def is_fresh(state: AccountState) -> bool:
    """Return whether an account begins with this state: flat, and without orders.

    It may wait for what the account before leaves.
    """
    begun = AccountState(
        matched_through=state.matched_through,
        progress=state.progress,
        portfolio=open_portfolio(state.portfolio.starting_cash // SCALE),
        risk=state.risk,
        opening=state.opening if state.is_awaiting else None,
    )
    return state == begun
