"""The table of what becomes of an append: every path ends in KEPT or FENCED, and rightly."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.replication.append import AppendEvent, AppendState, next_state

LOSSES = st.sampled_from(["request", "answer", "proposal"])
FINAL = (AppendState.KEPT, AppendState.FENCED)
POSSIBLE = {
    AppendState.SENDING: (AppendEvent.KEPT, AppendEvent.REFUSED, AppendEvent.UNKNOWN),
    AppendState.READING: (
        AppendEvent.OWN,
        AppendEvent.OTHERS,
        AppendEvent.FOREIGN,
        AppendEvent.MISSING,
        AppendEvent.UNKNOWN,
    ),
}


class FakeStream:
    """A stream with room for one message at the expected place; answers may be lost.

    A message that is only proposed has others refused, until its leader is gone and it as well.
    """

    def __init__(self, *, is_taken: bool) -> None:
        self.stored = ["others"] if is_taken else []

    def send(self) -> AppendEvent:
        """Store the message unless there is one."""
        if self.stored:
            return AppendEvent.REFUSED
        self.stored.append("own")
        return AppendEvent.KEPT

    def read(self) -> AppendEvent:
        """Return whose message is there."""
        if not self.stored:
            return AppendEvent.MISSING
        return AppendEvent.OWN if self.stored == ["own"] else AppendEvent.OTHERS


@given(is_taken=st.booleans(), losses=st.lists(LOSSES, max_size=6))
def test_the_end_says_what_is_stored(is_taken: bool, losses: list[str]) -> None:
    """KEPT if the message is in the stream, FENCED if another one is; whatever is lost, once."""
    stream, state, lost = FakeStream(is_taken=is_taken), AppendState.SENDING, iter(losses)
    while state not in FINAL:
        loss = next(lost, None)
        event = AppendEvent.UNKNOWN
        if loss == "proposal" and state is AppendState.SENDING:
            event = AppendEvent.REFUSED
        elif loss != "request":
            answer = stream.send() if state is AppendState.SENDING else stream.read()
            event = answer if loss in (None, "proposal") else event
        state = next_state(state, event)
    assert stream.stored == (["own"] if state is AppendState.KEPT else ["others"])


def test_nothing_follows_the_end() -> None:
    """What is kept or fenced stays that; no state takes an event that it cannot get."""
    for state in AppendState:
        for event in AppendEvent:
            if event in POSSIBLE.get(state, ()):
                next_state(state, event)
            else:
                with pytest.raises(KeyError):
                    next_state(state, event)
