"""The state of an account ⇄ the parts of its checkpoint, one JSON object each.

first part     all of the state but the orders, and as many orders as a part holds
other parts    {"orders": {…}}: further orders, in the same order

A first part that would still not fit into a record of the journal leaves more to others: a user
may have thousands of requests under way, or orders in thousands of symbols. Each of these parts has
one collection, or some of its entries.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any

import msgspec

from tradestack.domain.position import Position
from tradestack.trading.account.account_state import AccountState, UnderWay
from tradestack.trading.account.risk_state import SymbolCounts
from tradestack.trading.orders.working_order import WorkingOrder
from tradestack.trading.risk.windows import Activity, EventWindow
from tradestack.wire.journal.raw_values import decode_raw

# An order has at most some 900 bytes, so a part stays well within a record of the journal.
ORDERS_PER_PART_MAX = 500
# Bytes of a part, unless one entry alone has more.
PART_BYTES_MAX = 480_000


class _More(msgspec.Struct, omit_defaults=True):
    """A part that has entries of collections alone."""

    orders: dict[int, WorkingOrder] = {}
    under_way: list[UnderWay] = []
    counts: dict[str, SymbolCounts] = {}
    activities: dict[str, Activity] = {}
    repeated: dict[str, EventWindow] = {}
    positions: dict[str, Position] = {}
    marks: dict[str, int] = {}


# The collections that a first part leaves to others until it fits: where each one is.
_COLLECTIONS: dict[str, Callable[[AccountState], tuple[Any, str]]] = {
    "orders": lambda state: (state, "orders"),
    "under_way": lambda state: (state, "under_way"),
    "counts": lambda state: (state.risk, "counts"),
    "activities": lambda state: (state.risk, "activities"),
    "repeated": lambda state: (state.risk.repeated, "windows"),
    "positions": lambda state: (state.portfolio, "positions"),
    "marks": lambda state: (state.portfolio, "marks"),
}


def encode_checkpoint(state: AccountState) -> list[bytes]:
    """Return the parts of a checkpoint."""
    groups = list(_groups(state.orders))
    first = msgspec.structs.replace(state, orders=groups[0] if groups else {})
    encoded = msgspec.json.encode(first)
    if len(encoded) > PART_BYTES_MAX:
        return _cut(state)
    return [encoded, *(msgspec.json.encode(_More(orders=orders)) for orders in groups[1:])]


def decode_checkpoint(parts: Sequence[bytes]) -> AccountState:
    """Return the state; raise ValueError for parts that are not of a checkpoint."""
    state = decode_raw(parts[0], AccountState)
    for part in parts[1:]:
        more = decode_raw(part, _More)
        for name, place in _COLLECTIONS.items():
            owner, field = place(state)
            held, further = getattr(owner, field), getattr(more, name)
            if isinstance(held, list):
                held.extend(further)
            else:
                held.update(further)
    return state


def _groups(orders: dict[int, WorkingOrder]) -> Iterator[dict[int, WorkingOrder]]:
    items = iter(orders.items())
    while group := dict(islice(items, ORDERS_PER_PART_MAX)):
        yield group


def _cut(state: AccountState) -> list[bytes]:
    """Return the parts of a state whose first one has as little as it must."""
    rest = msgspec.json.decode(msgspec.json.encode(state), type=AccountState)
    first, others = b"", list[bytes]()
    for name, place in _COLLECTIONS.items():
        owner, field = place(rest)
        collection = getattr(owner, field)
        setattr(owner, field, type(collection)())
        others += _parts(name, collection)
        first = msgspec.json.encode(rest)
        if len(first) <= PART_BYTES_MAX:
            break
    return [first, *others]


def _parts(name: str, collection: list[Any] | dict[Any, Any]) -> Iterator[bytes]:
    """Yield parts that together have a collection."""
    fields: dict[str, Any] = {name: collection}
    encoded = msgspec.json.encode(_More(**fields))
    if len(encoded) <= PART_BYTES_MAX or len(collection) == 1:
        if collection:
            yield encoded
        return
    entries = list(collection.items() if isinstance(collection, dict) else collection)
    middle = len(entries) // 2
    for half in (entries[:middle], entries[middle:]):
        yield from _parts(name, type(collection)(half))
