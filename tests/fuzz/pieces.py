"""Fuzz bytes → a stream, cut into the pieces that a socket could have delivered."""

from collections.abc import Iterator

CUTS_LENGTH = 2  # bytes at the beginning of an input: the lengths of the pieces


def cut(data: bytes) -> tuple[list[bytes], bytes]:
    """Input → the pieces, whose lengths are the first two bytes in turn; and the stream."""
    first, second = (data[:CUTS_LENGTH] + b"\xff\xff")[:CUTS_LENGTH]
    stream = data[CUTS_LENGTH:]
    return list(_pieces(stream, (first + 1, second + 1))), stream


def _pieces(stream: bytes, lengths: tuple[int, int]) -> Iterator[bytes]:
    at = turn = 0
    while at < len(stream):
        yield stream[at : at + lengths[turn]]
        at += lengths[turn]
        turn = 1 - turn
