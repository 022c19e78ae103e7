"""fuzz bytes → a stream in the pieces in which a socket could have delivered it."""

from collections.abc import Iterator

CUTS_LENGTH = 2  # bytes at the beginning of an input that say where it is cut


def cut(data: bytes) -> tuple[list[bytes], bytes]:
    """The pieces, and what they are pieces of: the two first bytes are their lengths in turn."""
    first, second = (data[:CUTS_LENGTH] + b"\xff\xff")[:CUTS_LENGTH]
    stream = data[CUTS_LENGTH:]
    return list(_pieces(stream, (first + 1, second + 1))), stream


def _pieces(stream: bytes, lengths: tuple[int, int]) -> Iterator[bytes]:
    at = turn = 0
    while at < len(stream):
        yield stream[at : at + lengths[turn]]
        at += lengths[turn]
        turn = 1 - turn
