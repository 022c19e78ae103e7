"""Any session: whatever is traded, under any model and limits, is what follows from it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.recorded_session import RecordedSession
from tests.trading.verification.any_steps import MODELS, STEPS, Player, Step
from tests.trading.verification.verified import payloads_of, verify
from tradestack.trading.execution.model import ExecutionModel


@settings(max_examples=60, deadline=None)
@given(model=MODELS, steps=st.lists(STEPS, min_size=10, max_size=60))
def test_any_session_is_what_follows_from_it(
    tmp_path_factory: pytest.TempPathFactory, model: ExecutionModel, steps: list[Step]
) -> None:
    """Whatever is traded under any model, and however often the order manager begins again."""
    with RecordedSession(tmp_path_factory.mktemp("any"), model) as recorded:
        Player(recorded).play(steps)
        running = verify(recorded.log.path, *map(payloads_of, recorded.journals))
        recorded.end()
        ended = verify(recorded.log.path, *map(payloads_of, recorded.journals))

    assert running.unjournalled == ended.unjournalled == 0
    assert all(fold.account.state.is_ended for fold in ended.folds.by_user.values())
