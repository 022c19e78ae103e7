"""The room that an order session has left for the records of a batch, user by user."""

from dataclasses import dataclass

from tradestack.trading.rules import Rules
from tradestack.trading.session.session_state import SessionState


@dataclass(slots=True)
class _Share:
    """A user's part of the order session, and what the batch records for the user.

    room: what the user's records of the batch and all of its records together stay below.
    """

    room: int
    recorded: int = 0
    malformed: int = 0


class Room:
    """The shares of the users who have sent something."""

    def __init__(self, state: SessionState, rules: Rules) -> None:
        self._state = state
        self._rules = rules
        self._shares: dict[str, _Share] = {}

    def use(self, user: str, recorded_of_all: int) -> bool:
        """Take the room of one record; return whether there was any.

        recorded_of_all: records that the batch has so far.
        """
        share = self._share_of(user)
        if share.recorded + recorded_of_all >= share.room:
            return False
        share.recorded += 1
        return True

    def use_malformed(self, user: str) -> bool:
        """Take the room of a malformed message; return whether there was any."""
        share = self._share_of(user)
        if share.malformed >= self._rules.malformed_room(self._state.malformed[user]):
            return False
        share.malformed += 1
        return True

    def _share_of(self, user: str) -> _Share:
        share = self._shares.get(user)
        if share is None:
            state = self._state
            room = self._rules.room(state.reports_of(user), state.reports_count)
            share = self._shares[user] = _Share(room)
        return share
