"""Codes of refused orders: the first word of a Text, and FIX's reason for each."""

import enum
from collections.abc import Mapping
from types import MappingProxyType

import msgspec

from tradestack.domain.order import OrdRejReason
from tradestack.trading.risk.scopes import Scope


class Code(enum.StrEnum):
    """CATEGORY_CONDITION; a code keeps its meaning forever."""

    TRADING_HALTED = "TRADING_HALTED"
    TRADING_STATE_REDUCING = "TRADING_STATE_REDUCING"
    INSTRUMENT_NOT_FOUND = "INSTRUMENT_NOT_FOUND"
    INSTRUMENT_RESTRICTED = "INSTRUMENT_RESTRICTED"
    SHORT_NOT_ALLOWED = "SHORT_NOT_ALLOWED"
    PRICE_INVALID = "PRICE_INVALID"
    PRICE_INVALID_INCREMENT = "PRICE_INVALID_INCREMENT"
    QUANTITY_BELOW_MINIMUM = "QUANTITY_BELOW_MINIMUM"
    QUANTITY_EXCEEDS_MAXIMUM = "QUANTITY_EXCEEDS_MAXIMUM"
    QUANTITY_INVALID_INCREMENT = "QUANTITY_INVALID_INCREMENT"
    NOTIONAL_EXCEEDS_MAX_PER_ORDER = "NOTIONAL_EXCEEDS_MAX_PER_ORDER"
    PRICE_UNAVAILABLE = "PRICE_UNAVAILABLE"
    PRICE_STALE = "PRICE_STALE"
    PRICE_OUTSIDE_BAND = "PRICE_OUTSIDE_BAND"
    ORDER_STALE = "ORDER_STALE"
    RATE_LIMIT_EXCEEDED = "RATE_LIMIT_EXCEEDED"
    ACTIVE_ORDERS_EXCEED_LIMIT = "ACTIVE_ORDERS_EXCEED_LIMIT"
    TOTAL_ORDERS_EXCEED_LIMIT = "TOTAL_ORDERS_EXCEED_LIMIT"
    TOTAL_TRADES_EXCEED_LIMIT = "TOTAL_TRADES_EXCEED_LIMIT"
    ORDER_REPEATED = "ORDER_REPEATED"
    SELF_TRADE = "SELF_TRADE"
    POSITION_EXCEEDS_MAXIMUM = "POSITION_EXCEEDS_MAXIMUM"
    GROSS_NOTIONAL_EXCEEDS_MAXIMUM = "GROSS_NOTIONAL_EXCEEDS_MAXIMUM"
    NET_NOTIONAL_EXCEEDS_MAXIMUM = "NET_NOTIONAL_EXCEEDS_MAXIMUM"
    LOSS_LIMIT_BREACHED = "LOSS_LIMIT_BREACHED"
    DRAWDOWN_LIMIT_BREACHED = "DRAWDOWN_LIMIT_BREACHED"
    QUANTITY_EXCEEDS_PARTICIPATION = "QUANTITY_EXCEEDS_PARTICIPATION"
    EXECUTIONS_REPEATED = "EXECUTIONS_REPEATED"


REASONS: Mapping[Code, OrdRejReason] = MappingProxyType(
    {
        Code.TRADING_HALTED: OrdRejReason.EXCHANGE_CLOSED,
        Code.TRADING_STATE_REDUCING: OrdRejReason.BROKER_OPTION,
        Code.INSTRUMENT_NOT_FOUND: OrdRejReason.UNKNOWN_SYMBOL,
        Code.INSTRUMENT_RESTRICTED: OrdRejReason.BROKER_OPTION,
        Code.SHORT_NOT_ALLOWED: OrdRejReason.BROKER_OPTION,
        Code.PRICE_INVALID: OrdRejReason.UNSUPPORTED_ORDER_CHARACTERISTIC,
        Code.PRICE_INVALID_INCREMENT: OrdRejReason.INVALID_PRICE_INCREMENT,
        Code.QUANTITY_BELOW_MINIMUM: OrdRejReason.INCORRECT_QUANTITY,
        Code.QUANTITY_EXCEEDS_MAXIMUM: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.QUANTITY_INVALID_INCREMENT: OrdRejReason.INCORRECT_QUANTITY,
        Code.NOTIONAL_EXCEEDS_MAX_PER_ORDER: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.PRICE_UNAVAILABLE: OrdRejReason.STALE_ORDER,
        Code.PRICE_STALE: OrdRejReason.STALE_ORDER,
        Code.PRICE_OUTSIDE_BAND: OrdRejReason.PRICE_EXCEEDS_CURRENT_PRICE_BAND,
        Code.ORDER_STALE: OrdRejReason.STALE_ORDER,
        Code.RATE_LIMIT_EXCEEDED: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.ACTIVE_ORDERS_EXCEED_LIMIT: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.TOTAL_ORDERS_EXCEED_LIMIT: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.TOTAL_TRADES_EXCEED_LIMIT: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.ORDER_REPEATED: OrdRejReason.OTHER,
        Code.SELF_TRADE: OrdRejReason.OTHER,
        Code.POSITION_EXCEEDS_MAXIMUM: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.GROSS_NOTIONAL_EXCEEDS_MAXIMUM: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.NET_NOTIONAL_EXCEEDS_MAXIMUM: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.LOSS_LIMIT_BREACHED: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.DRAWDOWN_LIMIT_BREACHED: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.QUANTITY_EXCEEDS_PARTICIPATION: OrdRejReason.ORDER_EXCEEDS_LIMIT,
        Code.EXECUTIONS_REPEATED: OrdRejReason.OTHER,
    }
)


class OnBreach(enum.StrEnum):
    """What a breach does besides refusing the order."""

    REJECT = "reject"  # nothing: the limit may hold again with the next trade
    REDUCE = "reduce"  # the state becomes REDUCING, until somebody resets it
    HALT = "halt"  # the state becomes HALTED
    HALT_AND_CANCEL = "halt-and-cancel"  # and all working orders are canceled


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A limit that an order or an account breaks; value and limit as people read them."""

    code: Code
    value: str
    limit: str
    scope: Scope
    on_breach: OnBreach = OnBreach.REJECT

    @property
    def reason(self) -> OrdRejReason:
        """Return FIX's reason for the rejection."""
        return REASONS[self.code]

    @property
    def text(self) -> str:
        """Return the Text of the rejection."""
        return f"{self.code}: value={self.value}, limit={self.limit}, scope={self.scope.text}"
