"""The limits and trading states that hold at a place in a journal."""

from tradestack.trading.account.account_state import AccountState
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.trading_state import TradingStates
from tradestack.wire.journal.account_records import LimitsRecord
from tradestack.wire.journal.order_journal import SessionRecord
from tradestack.wire.journal.raw_values import decode_raw


class RulesInForce:
    """Limits by their hash, of one journal; trading: the states, which go on in the next one.

    newest: the limits that were recorded last, None if none were.
    """

    def __init__(self) -> None:
        self.trading = TradingStates()
        self.newest: RiskLimits | None = None
        self._limits: dict[str, RiskLimits] = {}

    def begin(self, header: SessionRecord) -> None:
        """Begin with the next journal."""
        self._limits.clear()
        for change in header.trading:
            self.trading.put(change.record)

    def add(self, record: LimitsRecord) -> None:
        """Take limits that the journal has from here on; raise ValueError."""
        self.newest = decode_raw(record.limits, RiskLimits)
        self._limits[record.hash] = self.newest

    def limits_of(self, state: AccountState) -> RiskLimits:
        """Return the limits that an account is under; raise ValueError without a record of them."""
        limits = self._limits.get(state.risk.limits_hash)
        if limits is None:
            raise ValueError(f"there is no record of the limits {state.risk.limits_hash}")
        return limits
