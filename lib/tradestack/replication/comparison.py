"""The comparison of a stream's entry with the local journal: equal, or what the file lacks."""

from tradestack.replication.message import JournalEntry


class Differs(Exception):
    """The local journal has something else than the stream; the text says where."""


def missing_lines(entry: JournalEntry, size_bytes: int, local: bytes) -> bytes:
    """Return what is to be appended to the local journal, which has `size_bytes`.

    local: what the file has at the place of the entry, not more than the entry. Raises Differs.
    """
    if entry.offset > size_bytes:
        raise Differs(f"lacks the bytes from {size_bytes} to {entry.offset}")
    if local != entry.lines[: len(local)]:
        pairs = enumerate(zip(local, entry.lines, strict=False))
        place = entry.offset + next(index for index, (ours, theirs) in pairs if ours != theirs)
        line = entry.lines[: place - entry.offset].count(b"\n") + 1
        raise Differs(f"has another byte at {place}, in line {line} from byte {entry.offset} on")
    return entry.lines[len(local) :]
