"""The state with which an account begins in the files: flat, carried over, or in mid-session."""

from collections.abc import Mapping
from dataclasses import dataclass

from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.checkpoint import decode_checkpoint
from tradestack.trading.account.holdings.portfolio import Portfolio, open_portfolio
from tradestack.wire.journal.account_records import AccountRecord, CheckpointRecord


@dataclass(frozen=True, slots=True)
class OpeningState:
    """What a user owns after message `through`, when the first `fills` rows of fills are over.

    taken: what was taken over from an earlier feed session, ×10⁻⁸ by symbol. is_late: it has been
    traded with before, and what was done then is not here.
    """

    through: int
    fills: int
    portfolio: Portfolio
    taken: Mapping[str, int]
    is_late: bool = False


BEGINNING = OpeningState(0, 0, open_portfolio(), {})  # flat, with the first message


class OpeningStates:
    """The first state of each user that the journals have; later ones follow from it."""

    def __init__(self) -> None:
        self.by_user: dict[str, OpeningState] = {}
        self._awaited: set[str] = set()

    def take_account(self, record: AccountRecord, fills: int) -> None:
        """Note the beginning of an account after a number of fills. Raises ValueError."""
        if record.user not in self.by_user:
            state = decode_checkpoint([bytes(record.state)])
            if state.is_awaiting:
                self._awaited.add(record.user)
            self._begin(record.user, state, fills)

    def take_checkpoint(self, record: CheckpointRecord, fills: int) -> None:
        """Take a state: it counts for an account that waited for it. Raises ValueError."""
        if record.user in self._awaited and record.part == 1:
            state = decode_checkpoint([bytes(record.state)])
            if not state.is_awaiting:
                self._awaited.discard(record.user)
                self._begin(record.user, state, fills)

    def _begin(self, user: str, state: AccountState, fills: int) -> None:
        self.by_user[user] = OpeningState(
            through=state.matched_through,
            fills=fills,
            portfolio=state.portfolio,
            taken={} if state.opening is None else state.opening.positions,
            is_late=state.fills > 0,
        )
