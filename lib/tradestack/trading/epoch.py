"""effective config, feed session → the names of orders (FIX ClOrdID 11).

    ClOrdID       instance "-" config hash "-" feed session "-" sequence "-" index
    config hash   12 hex digits of SHA-256 over the JSON of everything that decides about orders

An epoch is one instance under one config in one feed session. Whoever replays the same feed under
the same config comes to the same names, so a killed strategy sends nothing twice; an edited config
gives other names and trades from where it was edited. Start, addresses and log level decide nothing
about what an order is, so they are not in the hash.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradestack.strategies.signal import Intent

CONFIG_HASH_LENGTH = 12
# With the other parts at their longest, a ClOrdID still fits the 64 characters of the wire.
INSTANCE_LENGTH_MAX = 16
INTENTS_PER_MESSAGE_MAX = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """Names the orders of one instance, config and feed session."""

    instance: str
    config_hash: str
    feed_session: str

    def client_order_id(self, intent: Intent) -> str:
        """The ClOrdID of the order that the intent leads to."""
        assert 0 <= intent.index <= INTENTS_PER_MESSAGE_MAX, f"intent {intent.index} of a message"
        return f"{self._prefix}{intent.sequence}-{intent.index}"

    def names(self, client_order_id: str) -> bool:
        """Whether an order of that name belongs to this epoch."""
        return client_order_id.startswith(self._prefix)

    @property
    def _prefix(self) -> str:
        return f"{self.instance}-{self.config_hash}-{self.feed_session}-"


def config_hash(
    *,
    signal_name: str,
    signal_version: int,
    parameters: Mapping[str, object],
    symbols: Sequence[str],
    quantity: str,
) -> str:
    """The hash of the effective values; the order of symbols and parameters does not matter."""
    text = json.dumps(
        [signal_name, signal_version, parameters, sorted(symbols), quantity],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()[:CONFIG_HASH_LENGTH]
