"""The names and the content of orders, from the effective configuration and the feed session.

    ClOrdID       instance "-" config hash "-" feed session "-" sequence "-" index   (FIX tag 11)
    config hash   12 hex digits of SHA-256 over the JSON of everything that decides about orders

The same feed under the same configuration gives the same names, so a killed strategy sends nothing
twice; an edited configuration gives other names and trades from where it was edited. Start,
addresses and log level decide nothing about what an order is, so they are not in the hash.

ClOrdID, symbol, side and quantity come from feed and configuration alone. The other fields annotate
the order: a killed strategy makes the same order again with other annotations.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradestack.domain.order import PRICE_MAX, Order, OrdType, TimeInForce
from tradestack.strategies.strategy import Intent

CONFIG_HASH_LENGTH = 12
# With the other parts at their longest, a ClOrdID still fits the 64 characters of the wire.
INSTANCE_LENGTH_MAX = 16
INTENTS_PER_MESSAGE_MAX = 9_999


@dataclass(frozen=True, slots=True)
class ReferencePrice:
    """The live price when an order is made (×10⁻⁸), and its age then."""

    price: int
    age_ns: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Epoch:
    """One instance under one configuration in one feed session; quantity ×10⁻⁸."""

    instance: str
    config_hash: str
    feed_session: str
    signal_name: str
    signal_label: str  # what the values of its intents are
    quantity: int

    def client_order_id(self, intent: Intent) -> str:
        """Return the ClOrdID of the order that the intent leads to."""
        assert 0 <= intent.index <= INTENTS_PER_MESSAGE_MAX, f"intent {intent.index} of a message"
        return f"{self._prefix}{intent.sequence}-{intent.index}"

    def names(self, client_order_id: str) -> bool:
        """Return whether an order of that name belongs to this epoch."""
        return client_order_id.startswith(self._prefix)

    def order(
        self, intent: Intent, cl_ord_id: str, reference: ReferencePrice | None, now_ns: int
    ) -> Order:
        """Make the market order that the intent leads to; now_ns: wall clock.

        What the wire cannot carry is left out: prices of the feed have one digit more, and its
        times may lie before 1970.
        """
        if reference is not None and abs(reference.price) > PRICE_MAX:
            reference = None
        return Order(
            cl_ord_id=cl_ord_id,
            symbol=intent.symbol,
            side=intent.side,
            quantity=self.quantity,
            ord_type=OrdType.MARKET,
            time_in_force=TimeInForce.IOC,
            transact_time_ns=now_ns,
            feed_session=self.feed_session,
            feed_seq=intent.sequence,
            event_time_ns=intent.event_time_ns if intent.event_time_ns >= 0 else None,
            feed_price=intent.price if abs(intent.price) <= PRICE_MAX else None,
            signal_time_ns=intent.publish_time_ns,
            signal_name=self.signal_name,
            signal_label=self.signal_label,
            signal_value=intent.value,
            reference_price=None if reference is None else reference.price,
            reference_price_age_ns=None if reference is None else reference.age_ns,
        )

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
    """Hash the effective values; the order of symbols and parameters does not matter."""
    text = json.dumps(
        [signal_name, signal_version, parameters, sorted(symbols), quantity],
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(text.encode()).hexdigest()[:CONFIG_HASH_LENGTH]
