"""An account, its tape and an order → what the checks look at, as far as the limits need it."""

from typing import TYPE_CHECKING

from tradestack.domain.order import Order, OrdType
from tradestack.trading.account.risk.risk_needs import Needs, needs_of
from tradestack.trading.account.risk.risk_view import Everybody, account_view
from tradestack.trading.account.tape_volume import TapeVolume
from tradestack.trading.orders.place import Place
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.limits import RiskLimits
from tradestack.trading.risk.situation import Situation

if TYPE_CHECKING:
    from tradestack.trading.account.account import Account

# A client may name any symbol; what is known of this many is remembered.
SYMBOLS_KEPT_MAX = 4_096


class Situations:
    """Makes the situations of one account's orders under the same limits."""

    def __init__(self, account: "Account", limits: RiskLimits) -> None:
        self._account = account
        self._limits = limits
        self._needs: dict[str, Needs] = {}
        self._traded: dict[str, int] = {}  # symbol → number of a trade of it
        self._volumes: dict[tuple[str, int], TapeVolume] = {}

    def needs_in(self, symbol: str) -> Needs:
        """Return what the limits in a symbol need."""
        needs = self._needs.get(symbol)
        if needs is None:
            if len(self._needs) >= SYMBOLS_KEPT_MAX:
                self._needs.clear()
                self._volumes.clear()
            needs = self._needs[symbol] = needs_of(self._limits.scopes(self._account.user, symbol))
        return needs

    def of(
        self,
        order: Order,
        place: Place,
        received_ns: int,
        everybody: Everybody,
        replaced: WorkingOrder | None = None,
    ) -> Situation:
        """Return what the checks look at, as far as the limits that are set need it."""
        account, symbol = self._account, order.symbol
        needs = self.needs_in(symbol)
        last_trade = was_traded = None
        if needs.price:
            last_trade = account.tape.last_trade(symbol, place.cause)
        elif order.ord_type is OrdType.MARKET:
            was_traded = self._was_traded(symbol, place.cause)
        repeats = 0
        if needs.repeats.count:
            repeats = account.state.risk.repeated.count(order, place.time_ns, needs.repeats)
        volumes = {}
        if needs.windows_ns:
            volumes = {each: self._volume(symbol, each, place) for each in needs.windows_ns}
        return Situation(
            account=account_view(account, symbol, everybody),
            order=order,
            feed_time_ns=place.time_ns,
            received_ns=received_ns,
            last_trade=last_trade,
            replaced=replaced,
            repeats_in_window=repeats,
            volume_in_window=volumes,
            was_traded=was_traded,
        )

    def _was_traded(self, symbol: str, through: int) -> bool:
        known = self._traded.get(symbol)
        if known is None or known > through:
            trade = self._account.tape.last_trade(symbol, through)
            if trade is None:
                return False
            self._traded[symbol] = trade.sequence
        return True

    def _volume(self, symbol: str, window_ns: int, place: Place) -> int:
        volume = self._volumes.get((symbol, window_ns))
        if volume is None:
            volume = TapeVolume(self._account.tape, symbol, window_ns)
            self._volumes[symbol, window_ns] = volume
        return volume.volume(place.cause, place.time_ns)
