"""Feed logs of numbered ticks."""

import numpy as np

from tradestack.domain.tick import TickKind
from tradestack.wire.feed import TickRecords, encode_symbol, new_records

SESSION = "0MB9ZK3Q7X"


def make_records(count: int, first: int = 1) -> TickRecords:
    """Make ticks whose numeric fields are their sequence numbers."""
    numbers = np.arange(first, first + count)
    records = new_records(count)
    records["kind"] = TickKind.PRICE
    records["symbol"] = encode_symbol("SPY")
    records["event_time_ns"] = numbers
    records["publish_time_ns"] = numbers
    records["value"] = numbers
    records["size"] = numbers
    return records
