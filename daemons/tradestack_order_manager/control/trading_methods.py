"""Methods of io.tradestack.OrderManager about limits and trading states."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from tradestack.domain.trading_state import TradingState, is_reason
from tradestack.net.control.interface import Method, Peer, invalid_parameter
from tradestack.trading.replies.limits import (
    Limit,
    LimitPerOrder,
    TradingStateOf,
    limit_reply,
    per_order_reply,
    trading_state_reply,
)
from tradestack.wire.varlink import VarlinkError, declared_error
from tradestack_order_manager.control.inquiry import Inquiry
from tradestack_order_manager.control.known_users import KnownUsers
from tradestack_order_manager.control.not_available import NAME, NotAvailable
from tradestack_order_manager.control.trading_control import Halted, TradingControl


class TradingChange(msgspec.Struct, frozen=True):
    """A change of the trading state: ACTIVE, REDUCING or HALTED.

    user: whose, null for all users together. reason: for the log and the order journal, on one
    line, without control characters. cancel: with HALTED, to cancel every working order.
    """

    state: str
    reason: str
    user: str | None = None
    cancel: bool = False


class TradingStateSet(msgspec.Struct, frozen=True):
    """What holds after the change: the states that are set of the user, and of all together."""

    states: list[TradingStateOf]


class LimitsOf(msgspec.Struct, frozen=True):
    """Whose limits; null for those of all users."""

    user: str | None = None


class LimitList(msgspec.Struct, frozen=True):
    """Limits that are set, and the trading states that somebody has set.

    limits: those that can be used up, those most used first. per_order: all others.
    """

    hash: str
    states: list[TradingStateOf]
    limits: list[Limit]
    per_order: list[LimitPerOrder]


class OrdersToCancel(msgspec.Struct, frozen=True):
    """Whose orders to cancel, in which symbol (null: all), and why."""

    reason: str
    user: str | None = None
    symbol: str | None = None


class OrdersCanceled(msgspec.Struct, frozen=True):
    """The number of orders that were canceled, and of those of all users that work on."""

    orders: int
    working: int


class HaltFileExists(msgspec.Struct, frozen=True):
    """The halt file exists: all users stay HALTED until it is removed."""

    path: str


class Trading(Protocol):
    """What has limits and trading states."""

    @property
    def trading(self) -> TradingControl:
        """Return them."""
        ...

    async def kept(self) -> None:
        """Wait until all that is journalled may be told; raise OSError if that lasts too long."""
        ...


def trading_methods(manager: Trading, inquiry: Inquiry) -> Sequence[Method]:
    """Declare the methods."""

    async def set_trading_state(parameters: TradingChange, peer: Peer) -> TradingStateSet:
        """Set the trading state of a user or of all; it holds from the next message on.

        ACTIVE: orders are accepted, and losses count from now on. REDUCING: only orders that reduce
        a position. HALTED: none. Orders that may open a position are canceled in both.
        """
        user = _set_trading_state(manager.trading, inquiry.known_users, parameters, peer)
        changes = [trading_state_reply(change) for change in manager.trading.changes(user)]
        await _kept(manager)
        if user is None:
            changes = [change for change in changes if change.user is None]
        return TradingStateSet(changes)

    async def cancel_orders(parameters: OrdersToCancel, peer: Peer) -> OrdersCanceled:
        """Cancel working orders: of a user or of all, in a symbol or in all."""
        user, symbol = inquiry.known_users.anybody(parameters.user), parameters.symbol
        reason = _reason(parameters.reason)
        try:
            count = manager.trading.cancel_orders(user, symbol, reason, peer.uid)
        except OSError as error:
            raise _not_available(error) from error
        canceled = OrdersCanceled(count, manager.trading.orders_working)
        await _kept(manager)
        return canceled

    async def get_limits(parameters: LimitsOf) -> LimitList:
        """List the limits that are set, with what is used of them, and the trading states."""
        trading, user = manager.trading, inquiry.known_users.anybody(parameters.user)
        limits = LimitList(
            trading.limits_hash,
            [trading_state_reply(change) for change in trading.changes(user)],
            [limit_reply(usage) for usage in trading.usages(user)],
            [per_order_reply(limit) for limit in trading.order_limits(user)],
        )
        await _kept(manager)
        return limits

    return [
        Method.of(set_trading_state, changes=True),
        Method.of(cancel_orders, changes=True),
        Method.of(get_limits),
    ]


def _set_trading_state(
    trading: TradingControl, known: KnownUsers, change: TradingChange, peer: Peer
) -> str | None:
    """Change the state; return whose it is. Raises VarlinkError."""
    try:
        state = TradingState(change.state)
    except ValueError:
        raise invalid_parameter("state") from None
    if change.cancel and state is not TradingState.HALTED:
        raise invalid_parameter("cancel")
    user = change.user
    if user is not None and state is not TradingState.ACTIVE:
        user = known.trader(user)
    else:  # somebody who has been removed can still be resumed
        user = known.anybody(user)
    reason, cancels = _reason(change.reason), change.cancel
    try:
        trading.set_state(state, user, reason, peer.uid, cancels=cancels)
    except Halted as error:
        raise declared_error(NAME, HaltFileExists(str(error))) from error
    except OSError as error:
        raise _not_available(error) from error
    return user


def _reason(text: str) -> str:
    """Return the text, which is to be a reason. Raises VarlinkError."""
    if not is_reason(text):
        raise invalid_parameter("reason")
    return text


async def _kept(manager: Trading) -> None:
    try:
        await manager.kept()
    except OSError as error:
        raise _not_available(error) from error


def _not_available(error: OSError) -> VarlinkError:
    return declared_error(NAME, NotAvailable(error.strerror or str(error)))
