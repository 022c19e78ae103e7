"""Accounts → what works there that their limits would not accept any more."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from tradestack.domain.order import Order, Side
from tradestack.trading.account.risk.risk_view import account_view
from tradestack.trading.account.tape_volume import TapeVolume
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.judge_risk import breaches_at_work
from tradestack.trading.risk.situation import Situation

if TYPE_CHECKING:
    from tradestack.trading.account.account import Account

# A log line is read by somebody: thousands of orders can work, each with a breach of its own.
BREACHES_SAID_MAX = 50
ORDERS_NAMED_MAX = 10


def over_limits(accounts: Sequence["Account"]) -> list[str]:
    """Return every limit that working orders break, with whose orders these are.

    Orders are judged by the market as each account knows it. accounts: of all users; what they
    break together is said once. Raises OSError, ProtocolError.
    """
    broken: dict[str, dict[str, dict[int, None]]] = {}  # as there are no ordered sets
    for account in accounts:
        for situation, order in _situations(account, accounts):
            for breach in breaches_at_work(situation, account.risk.limits):
                of_user = broken.setdefault(breach.text, {}).setdefault(account.user, {})
                of_user[order.order_id] = None
    said = [f"{text} ({_named(orders)})" for text, orders in broken.items()]
    more = len(said) - BREACHES_SAID_MAX
    return said if more <= 0 else [*said[:BREACHES_SAID_MAX], f"and {more:,} more"]


def _named(orders: dict[str, dict[int, None]]) -> str:
    return ", ".join(f"{_listed(ids)} of {user}" for user, ids in orders.items())


def _listed(order_ids: Collection[int]) -> str:
    listed = ", ".join(map(str, islice(order_ids, ORDERS_NAMED_MAX)))
    more = len(order_ids) - ORDERS_NAMED_MAX
    noun = "order" if len(order_ids) == 1 else "orders"
    return f"{noun} {listed}" if more <= 0 else f"{noun} {listed} and {more:,} more"


def _situations(
    account: "Account", accounts: Sequence["Account"]
) -> Iterator[tuple[Situation, WorkingOrder]]:
    """Yield each working order as the checks look at it now."""
    through, now_ns = account.state.matched_through, account.now_ns
    for symbol, orders in _by_symbol(account.state.orders.values()).items():
        view = account_view(account, symbol, lambda: accounts)
        view = msgspec.structs.replace(view, working_orders=_foremost(orders))
        needs = account.risk.needs_in(symbol)
        last_trade = account.tape.last_trade(symbol, through) if needs.price else None
        volumes = {
            window_ns: TapeVolume(account.tape, symbol, window_ns).volume(through, now_ns)
            for window_ns in needs.windows_ns
        }
        for order in orders:
            situation = Situation(
                account=view,
                order=_asked(order),
                feed_time_ns=now_ns,
                received_ns=0,
                last_trade=last_trade,
                replaced=order,
                volume_in_window=volumes,
                works=True,
            )
            yield situation, order


def _by_symbol(orders: Collection[WorkingOrder]) -> dict[str, list[WorkingOrder]]:
    found: dict[str, list[WorkingOrder]] = {}
    for order in orders:
        found.setdefault(order.symbol, []).append(order)
    return found


def _foremost(orders: Collection[WorkingOrder]) -> tuple[WorkingOrder, ...]:
    """Return the order of each side that trades first: what crosses any crosses that one."""
    sides = [[order for order in orders if order.side is side] for side in Side]
    return tuple(min(each, key=_distance) for each in sides if each)


def _distance(order: WorkingOrder) -> tuple[bool, int]:
    """Return what is smaller for an order that trades earlier; a market order trades first."""
    if order.price is None:
        return False, 0
    return True, -order.price if order.side is Side.BUY else order.price


def _asked(order: WorkingOrder) -> Order:
    return Order(
        cl_ord_id=order.cl_ord_id,
        symbol=order.symbol,
        side=order.side,
        quantity=order.quantity,
        ord_type=order.ord_type,
        time_in_force=order.time_in_force,
        price=order.price,
    )
