"""Methods of io.tradestack.OrderManager about limits and trading states."""

from collections.abc import Sequence
from typing import Annotated, Protocol

import msgspec

from tradestack.domain.trading_state import TradingState
from tradestack.net.control.interface import Method, Peer, invalid_parameter
from tradestack.trading.replies.limits import (
    Limit,
    TradingStateOf,
    limit_reply,
    trading_state_reply,
)
from tradestack.wire.varlink import VarlinkError, declared_error
from tradestack_order_manager.control.not_available import NAME, NotAvailable
from tradestack_order_manager.control.trading_control import Halted, TradingControl

REASON_LENGTH_MAX = 200
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=REASON_LENGTH_MAX)]


class TradingChange(msgspec.Struct, frozen=True):
    """A change of the trading state: ACTIVE, REDUCING or HALTED.

    user: whose, null for all users together. reason: for the log and the order journal.
    cancel: with HALTED, to cancel every working order.
    """

    state: str
    reason: Reason
    user: str | None = None
    cancel: bool = False


class LimitsOf(msgspec.Struct, frozen=True):
    """Whose limits; null for those of all users."""

    user: str | None = None


class LimitList(msgspec.Struct, frozen=True):
    """Limits that are set, those most used first, and the trading states that somebody has set."""

    hash: str
    states: list[TradingStateOf]
    limits: list[Limit]


class OrdersToCancel(msgspec.Struct, frozen=True):
    """Whose orders to cancel, in which symbol (null: all), and why."""

    reason: Reason
    user: str | None = None
    symbol: str | None = None


class OrdersCanceled(msgspec.Struct, frozen=True):
    """The number of orders that were canceled."""

    orders: int


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


def trading_methods(manager: Trading) -> Sequence[Method]:
    """Declare the methods."""

    async def set_trading_state(parameters: TradingChange, peer: Peer) -> None:
        """Set the trading state of a user or of all; it holds from the next message on.

        ACTIVE: orders are accepted, and losses count from now on. REDUCING: only orders that reduce
        a position. HALTED: none. Orders that may open a position are canceled in both.
        """
        _set_trading_state(manager.trading, parameters, peer)
        await _kept(manager)

    async def cancel_orders(parameters: OrdersToCancel, peer: Peer) -> OrdersCanceled:
        """Cancel working orders: of a user or of all, in a symbol or in all."""
        user, symbol, reason = parameters.user, parameters.symbol, parameters.reason
        try:
            count = manager.trading.cancel_orders(user, symbol, reason, peer.uid)
        except OSError as error:
            raise _not_available(error) from error
        await _kept(manager)
        return OrdersCanceled(count)

    async def get_limits(parameters: LimitsOf) -> LimitList:
        """List the limits that are set, with what is used of them, and the trading states."""
        trading = manager.trading
        limits = LimitList(
            trading.limits_hash,
            [trading_state_reply(change) for change in trading.changes(parameters.user)],
            [limit_reply(usage) for usage in trading.usages(parameters.user)],
        )
        await _kept(manager)
        return limits

    return [
        Method.of(set_trading_state, changes=True),
        Method.of(cancel_orders, changes=True),
        Method.of(get_limits),
    ]


def _set_trading_state(trading: TradingControl, change: TradingChange, peer: Peer) -> None:
    try:
        state = TradingState(change.state)
    except ValueError:
        raise invalid_parameter("state") from None
    if change.cancel and state is not TradingState.HALTED:
        raise invalid_parameter("cancel")
    try:
        trading.set_state(state, change.user, change.reason, peer.uid, cancels=change.cancel)
    except Halted as error:
        raise declared_error(NAME, HaltFileExists(str(error))) from error
    except OSError as error:
        raise _not_available(error) from error


async def _kept(manager: Trading) -> None:
    try:
        await manager.kept()
    except OSError as error:
        raise _not_available(error) from error


def _not_available(error: OSError) -> VarlinkError:
    return declared_error(NAME, NotAvailable(error.strerror or str(error)))
