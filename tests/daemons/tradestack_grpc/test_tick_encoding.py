"""The encoder by columns: protobuf reads what it has written."""

from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.fixed_point import FIXED_MAX, FIXED_MIN
from tradestack.domain.tick import Aggressor, Tick, TickKind
from tradestack.wire.feed import TickBatch, encode_symbol, new_records
from tradestack_grpc.protocol import tradestack_pb2 as pb
from tradestack_grpc.tick_encoding import encode_batch

KINDS = {TickKind.PRICE: pb.TICK_KIND_PRICE, TickKind.NEWS: pb.TICK_KIND_NEWS}
AGGRESSORS = {
    Aggressor.UNKNOWN: pb.AGGRESSOR_UNKNOWN,
    Aggressor.BUYER: pb.AGGRESSOR_BUYER,
    Aggressor.SELLER: pb.AGGRESSOR_SELLER,
}
integers = st.integers(FIXED_MIN, FIXED_MAX)
ticks = st.tuples(
    st.sampled_from(TickKind),
    st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=24),
    integers,
    integers,
    integers,
    integers,
    st.sampled_from(Aggressor),
)


@given(st.lists(ticks, min_size=1, max_size=40), st.integers(1, 2**53))
def test_protobuf_reads_the_same_ticks(
    rows: list[tuple[TickKind, str, int, int, int, int, Aggressor]], first: int
) -> None:
    """Symbols of any length, numbers of 64 bits, first numbers of one byte and of eight."""
    batch = batch_of(rows, first)

    message = pb.FeedMessage.FromString(encode_batch(batch))

    assert message.WhichOneof("message") == "ticks"
    assert message.ticks.first_sequence == first
    assert [*message.ticks.ticks] == [message_of(tick) for tick in batch.ticks()]


def batch_of(
    rows: list[tuple[TickKind, str, int, int, int, int, Aggressor]], first: int
) -> TickBatch:
    """Make a batch."""
    kinds, symbols, events, published, values, sizes, sides = zip(*rows, strict=True)
    records = new_records(len(rows))
    records["kind"] = [int(kind) for kind in kinds]
    records["symbol"] = [encode_symbol(symbol) for symbol in symbols]
    records["event_time_ns"] = events
    records["publish_time_ns"] = published
    records["value"] = values
    records["size"] = sizes
    records["side"] = [int(side) for side in sides]
    return TickBatch(first, records)


def message_of(tick: Tick) -> pb.Tick:
    """Return the tick as protobuf makes it."""
    return pb.Tick(
        kind=KINDS[tick.kind],
        aggressor=AGGRESSORS[tick.aggressor],
        event_time_ns=tick.event_time_ns,
        publish_time_ns=tick.publish_time_ns,
        value=tick.value,
        size=tick.size,
        symbol=tick.symbol,
    )
