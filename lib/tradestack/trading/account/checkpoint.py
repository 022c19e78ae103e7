"""The state of an account ⇄ the parts of its checkpoint, one JSON object each.

first part     all of the state but the orders, and as many orders as a part holds
other parts    {"orders": {…}}: further orders, in the same order
"""

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec

from tradestack.trading.account.account_state import AccountState
from tradestack.trading.account.working_order import WorkingOrder

# An order has at most some 900 bytes, so a part stays well within a record of the journal.
ORDERS_PER_PART_MAX = 500


class _Orders(msgspec.Struct):
    """A part that has orders alone."""

    orders: dict[int, WorkingOrder]


def encode_checkpoint(state: AccountState) -> list[bytes]:
    """Return the parts of a checkpoint."""
    groups = list(_groups(state.orders))
    first = msgspec.structs.replace(state, orders=groups[0] if groups else {})
    others = [_Orders(orders) for orders in groups[1:]]
    return [msgspec.json.encode(part) for part in (first, *others)]


def decode_checkpoint(parts: Sequence[bytes]) -> AccountState:
    """Return the state; raise ValueError for parts that are not of a checkpoint."""
    state = msgspec.json.decode(parts[0], type=AccountState)
    for part in parts[1:]:
        state.orders.update(msgspec.json.decode(part, type=_Orders).orders)
    return state


def _groups(orders: dict[int, WorkingOrder]) -> Iterator[dict[int, WorkingOrder]]:
    items = iter(orders.items())
    while group := dict(islice(items, ORDERS_PER_PART_MAX)):
        yield group
