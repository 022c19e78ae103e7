"""The names and the content of orders, from the effective configuration and the feed session.

    ClOrdID       instance "-" config hash "-" feed session "-" sequence "-" index   (FIX tag 11)
    config hash   12 hex digits of SHA-256 over the JSON of everything that decides about orders

The same feed under the same configuration gives the same names, so a killed strategy sends nothing
twice; an edited configuration gives other names and trades from where it was edited. Start,
addresses and log level decide nothing about what an order is, so they are not in the hash.

A cancel and a replace are named in the same way as an order. What an order is comes from feed,
configuration and, for an interactive strategy, visible reports alone. The other fields annotate it:
a killed strategy makes the same order again with other annotations.
"""

from dataclasses import dataclass

from tradestack.domain.order import PRICE_MAX, Order
from tradestack.domain.requests import OrderCancelReplaceRequest, OrderCancelRequest
from tradestack.strategies.intent import AnyIntent, CancelIntent, Intent, ReplaceIntent

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
    """One instance under one configuration in one feed session."""

    instance: str
    config_hash: str
    feed_session: str
    signal_name: str
    signal_label: str  # what the values of its intents are

    def client_order_id(self, intent: AnyIntent) -> str:
        """Return the ClOrdID of the request that the intent leads to."""
        assert 0 <= intent.index <= INTENTS_PER_MESSAGE_MAX, f"intent {intent.index} of a message"
        return f"{self.prefix}{intent.sequence}-{intent.index}"

    def names(self, client_order_id: str) -> bool:
        """Return whether an order of that name belongs to this epoch."""
        return client_order_id.startswith(self.prefix)

    def request(
        self, intent: AnyIntent, cl_ord_id: str, reference: ReferencePrice | None, now_ns: int
    ) -> Order | OrderCancelRequest | OrderCancelReplaceRequest:
        """Make the request that the intent leads to; now_ns: wall clock."""
        if isinstance(intent, Intent):
            return self.order(intent, cl_ord_id, reference, now_ns)
        return self.change(intent, cl_ord_id, now_ns)

    def order(
        self, intent: Intent, cl_ord_id: str, reference: ReferencePrice | None, now_ns: int
    ) -> Order:
        """Make the order that the intent leads to; now_ns: wall clock.

        What the wire cannot carry is left out: prices of the feed have one digit more, and its
        times may lie before 1970.
        """
        if reference is not None and abs(reference.price) > PRICE_MAX:
            reference = None
        return Order(
            cl_ord_id=cl_ord_id,
            symbol=intent.symbol,
            side=intent.side,
            quantity=intent.quantity,
            ord_type=intent.ord_type,
            time_in_force=intent.time_in_force,
            price=intent.limit_price,
            transact_time_ns=now_ns,
            feed_session=self.feed_session,
            feed_seq=intent.sequence,
            event_time_ns=intent.event_time_ns,
            feed_price=on_the_wire(intent.price),
            signal_time_ns=intent.publish_time_ns,
            signal_name=self.signal_name,
            signal_label=self.signal_label,
            signal_value=on_the_wire(intent.value),
            reference_price=None if reference is None else reference.price,
            reference_price_age_ns=None if reference is None else reference.age_ns,
        )

    def change(
        self, intent: CancelIntent | ReplaceIntent, cl_ord_id: str, now_ns: int
    ) -> OrderCancelRequest | OrderCancelReplaceRequest:
        """Make the cancel or replace that the intent leads to; now_ns: wall clock."""
        if isinstance(intent, CancelIntent):
            return OrderCancelRequest(
                cl_ord_id=cl_ord_id,
                orig_cl_ord_id=intent.cl_ord_id,
                transact_time_ns=now_ns,
                feed_session=self.feed_session,
                feed_seq=intent.sequence,
            )
        return OrderCancelReplaceRequest(
            cl_ord_id=cl_ord_id,
            orig_cl_ord_id=intent.cl_ord_id,
            quantity=intent.quantity,
            price=intent.limit_price,
            transact_time_ns=now_ns,
            feed_session=self.feed_session,
            feed_seq=intent.sequence,
        )

    @property
    def prefix(self) -> str:
        """What the ClOrdIDs of this epoch begin with."""
        return f"{self.instance}-{self.config_hash}-{self.feed_session}-"


def on_the_wire(value: int | None) -> int | None:
    """Return a value that an order can carry, None in place of another one."""
    return None if value is None or abs(value) > PRICE_MAX else value


def epoch_prefix(cl_ord_id: str) -> str:
    """ClOrdID of a strategy → the prefix of its epoch."""
    return cl_ord_id.rsplit("-", 2)[0] + "-"
