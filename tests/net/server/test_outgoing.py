"""Outgoing: chunks of a stream, packets beside it, in which order, and never torn."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.net.server.outgoing import OutboxFull, Outgoing
from tradestack.wire import soup
from tradestack.wire.soup import Packet, PacketType


def taken(outgoing: Outgoing, chunk_bytes_max: int = 100) -> bytes:
    """Everything that is due."""
    data = b""
    while piece := outgoing.next_bytes(chunk_bytes_max):
        data += bytes(piece)
        outgoing.accepted(len(piece))
    return data


def test_nothing_is_due_without_a_stream():
    """Before the login."""
    outgoing = Outgoing()

    assert not outgoing.is_behind
    assert outgoing.next_bytes(100) == b""
    assert outgoing.lag == 0


def test_lag_counts_what_was_not_taken(net):
    """In messages, down to 0 at the head and beyond it."""
    stream, outgoing = net.memory_stream(), Outgoing()
    stream.append(b"one", b"two", b"three")
    outgoing.follow(stream, 2)
    before = outgoing.lag
    taken(outgoing)
    outgoing.follow(stream, 9)

    assert (before, outgoing.lag) == (2, 0)


def test_packets_beside_the_stream_come_first_and_have_a_limit(net):
    """A goes out before the first S; beyond the limit nothing is held."""
    stream, outgoing = net.memory_stream(), Outgoing()
    stream.append(b"one")
    outgoing.follow(stream, 1)
    outgoing.put_aside(b"A" * 10, bytes_max=10)

    with pytest.raises(OutboxFull):
        outgoing.put_aside(b"B", bytes_max=10)

    assert taken(outgoing) == b"A" * 10 + stream.packets[0]


def test_an_ended_stream_gives_z_once_and_is_finished(net):
    """After the rest; then nothing is due any more."""
    stream, outgoing = net.memory_stream(), Outgoing()
    stream.append(b"one")
    stream.ended = True
    outgoing.follow(stream, 1)

    assert taken(outgoing) == stream.packets[0] + soup.END_OF_SESSION
    assert outgoing.is_finished
    assert taken(outgoing) == b""
    assert not outgoing.is_behind


@given(chance=st.randoms(), lengths=st.lists(st.integers(0, 60), max_size=30))
def test_however_little_the_socket_takes_packets_stay_whole_and_in_order(
    chance, lengths, net_class
):
    """Whatever is put aside in between: every message once, nothing inside another packet."""
    stream, outgoing, sent, aside = net_class.memory_stream(), Outgoing(), b"", 0
    outgoing.follow(stream, 1)
    messages = [bytes([index % 256]) * length for index, length in enumerate(lengths)]
    waiting = list(messages)
    while waiting or outgoing.is_behind:
        if waiting and chance.random() < 0.5:
            stream.append(waiting.pop(0))
        if chance.random() < 0.1:
            outgoing.put_aside(soup.SERVER_HEARTBEAT, bytes_max=10_000)
            aside += 1
        piece = outgoing.next_bytes(chance.randint(1, 150))
        count = chance.randint(0, len(piece))
        sent += bytes(piece[:count])
        outgoing.accepted(count)

    decoder = soup.PacketDecoder()
    decoder.receive_data(sent)
    packets = []
    while (packet := decoder.next_packet()) is not None:
        packets.append(packet)
    assert [p.payload for p in packets if p.type is PacketType.SEQUENCED_DATA] == messages
    assert packets.count(Packet(PacketType.SERVER_HEARTBEAT, b"")) == aside
    assert decoder.pending == b""
