"""The contents of a zst file, where Python cannot read one itself (before 3.14)."""

import io
from typing import IO, Any

import zstandard

_READ_BYTES = 128 << 10


class ZstdFile(io.RawIOBase):
    """The content of a zst file, of one frame or several; going back reads it again."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._rewind()

    def _rewind(self) -> None:
        self._raw.seek(0)
        self._frame: Any = None
        self._compressed = b""
        self._content = b""
        self._position = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can go to another place."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what fits into the buffer; return how much. Raises EOFError, OSError."""
        while not self._content and self._decompress():
            pass
        data, self._content = self._content[: len(buffer)], self._content[len(buffer) :]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to this byte of the content, or to its end. Raises EOFError, OSError."""
        assert whence == io.SEEK_SET
        if offset < self._position:
            self._rewind()
        while self._position < offset:
            if not self.read(min(offset - self._position, _READ_BYTES)):
                break
        return self._position

    def tell(self) -> int:
        """Return how much of the content is before this place."""
        return self._position

    def _decompress(self) -> bool:
        """Decompress some more; return whether more may follow. Raises EOFError, OSError."""
        compressed = self._compressed or self._raw.read(_READ_BYTES)
        self._compressed = b""
        if not compressed:
            if self._frame is not None:
                raise EOFError
            return False
        if self._frame is None:
            self._frame = zstandard.ZstdDecompressor().decompressobj()
        try:
            self._content = self._frame.decompress(compressed)
        except zstandard.ZstdError as error:
            raise OSError(f"compressed file is damaged ({error})") from error
        if self._frame.eof:
            self._compressed, self._frame = self._frame.unused_data, None
        return True
