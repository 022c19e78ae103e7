"""Fields → an entry of the systemd journal, as a datagram of its native protocol.

    entry := { NAME "=" value "\\n" | NAME "\\n" length value "\\n" }   length: 64 bit little-endian

The second form is for values with line breaks. Names have capitals, digits and underscores and do
not begin with an underscore. https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
"""

import re
import socket
import struct
from collections.abc import Mapping

JOURNAL_SOCKET = "/run/systemd/journal/socket"
ENTRY_BYTES_MAX = 64 << 10  # a larger entry would have to be passed as a memfd

_LENGTH = struct.Struct("<Q")
_NOT_IN_NAMES = re.compile(r"[^A-Z0-9_]")


class JournalSocket:
    """A connection to journald that never blocks."""

    def __init__(self, path: str = JOURNAL_SOCKET) -> None:
        """Connect. Raises OSError if there is no journald."""
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._socket.settimeout(0)
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise

    def send(self, fields: Mapping[str, str]) -> bool:
        """Send an entry; return whether journald took it, which it does not if overrun or gone."""
        entry = encode_entry(fields)
        if len(entry) > ENTRY_BYTES_MAX:
            return False
        try:
            self._socket.send(entry)
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()


def encode_entry(fields: Mapping[str, str]) -> bytes:
    """Fields → datagram; names are made valid ("feed_seq" → FEED_SEQ)."""
    return b"".join(_encode_field(field_name(name), value) for name, value in fields.items())


def field_name(name: str) -> str:
    """Return the name in a form that journald takes, at most 64 characters."""
    return _NOT_IN_NAMES.sub("_", name.upper()).lstrip("_0123456789")[:64] or "FIELD"


def _encode_field(name: str, value: str) -> bytes:
    content = value.encode("utf-8", errors="replace")
    if b"\n" not in content:
        return b"%s=%s\n" % (name.encode(), content)
    return b"%s\n%s%s\n" % (name.encode(), _LENGTH.pack(len(content)), content)
