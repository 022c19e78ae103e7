"""Any session at any moment: the files tell what the order manager knew then."""

from collections import defaultdict
from typing import Any
from unittest import mock

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.recorded_session import FEED_SESSION, RecordedSession
from tests.trading.verification.any_steps import MODELS, STEPS, Player, Step
from tradestack.ctl.recorded.moment import AtSequence
from tradestack.ctl.recorded.session_at import session_at
from tradestack.report.files.state_files import StateFiles
from tradestack.trading.account.account import Account
from tradestack.trading.execution.model import ExecutionModel
from tradestack.trading.replies.accounts import account_reply, position_replies
from tradestack.trading.replies.orders import open_order_reply

# Of each user, by the number of a message: the account before it met the next one.
Seen = dict[str, dict[int, list[Any]]]


def described(user: str, account: Account) -> list[Any]:
    """Everything that the verbs tell of an account."""
    key, state = (user, FEED_SESSION), account.state
    orders = [open_order_reply(key, order) for order in state.orders.values()]
    replies = [account_reply(key, state), *position_replies(key, state), *orders]
    described: list[Any] = msgspec.to_builtins(replies)
    return described


def watched_match(seen: Seen) -> Any:
    """Account.match, which first describes the account; later views of a moment replace earlier.

    After a restart an account may begin again before what was seen, and take another way.
    """
    match = Account.match

    def watched(account: Account, through: int) -> None:
        views, at = seen[account.user], account.state.matched_through
        for number in [number for number in views if number > at]:
            del views[number]
        views[at] = described(account.user, account)
        match(account, through)

    return watched


@settings(max_examples=100, deadline=None)
@given(model=MODELS, steps=st.lists(STEPS, min_size=30, max_size=80), is_ended=st.booleans())
def test_the_files_tell_what_was_known_at_each_moment(
    tmp_path_factory: pytest.TempPathFactory,
    model: ExecutionModel,
    steps: list[Step],
    is_ended: bool,
) -> None:
    """Accounts, positions, working orders and fills, also over restarts and order sessions."""
    seen: Seen = defaultdict(dict)
    directory = tmp_path_factory.mktemp("any")
    with RecordedSession(directory, model) as recorded:
        with mock.patch.object(Account, "match", watched_match(seen)):
            Player(recorded).play(steps)
            recorded.pass_time()
            if is_ended:
                recorded.end()
        head = recorded.log.head

        for user, views in seen.items():
            for number, expected in views.items():
                if not 0 < number < head:  # at the head more may have happened since
                    continue
                files = StateFiles(directory / "state")
                with session_at(files, FEED_SESSION, AtSequence(number)) as session:
                    account = session.accounts(user).accounts[user]
                    fills = [record for record, _ in session.fills(1_000) if record.user == user]
                    assert described(user, account) == expected
                    assert len(fills) == account.state.fills
