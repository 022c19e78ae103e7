"""The text of a file, whatever it is packed in: gz, zip, bz2, xz, zst and Parquet, by content.

The name of a file does not matter. Content that is not CSV (a tar, a spreadsheet, several members)
is refused by what it is.
"""

import gzip
import io
import os
import sys
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Protocol, cast

from tradestack.sources.csv.options import ReadingOptions
from tradestack.sources.reason import Unusable
from tradestack.store.named_file import open_named_file
from tradestack.store.python_package import installation_of

GZIP, BZIP2 = b"\x1f\x8b", b"BZh"
ZIP, ZIP_EMPTY = b"PK\x03\x04", b"PK\x05\x06"
XZ, ZSTD = b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd"
PARQUET = b"PAR1"
REFUSED: Mapping[bytes, tuple[str, str]] = {  # what it is, and what to do
    PARQUET: ("the file is Parquet in another container", "unpack it first"),
    b"PARE": ("is encrypted Parquet", "write it without encryption"),
    b"\xd0\xcf\x11\xe0": ("is an Excel workbook", "save the sheet as CSV"),
    b"7z\xbc\xaf": ("is a 7z archive", "unpack it first"),
    b"Rar!": ("is a rar archive", "unpack it first"),
    b"%PDF": ("is a PDF", "a CSV file is needed"),
    b"SQLi": ("is an SQLite database", "export the table as CSV"),
    b"\x89HDF": ("is HDF5", "write it as CSV"),
    b"DBN": ("is Databento's binary encoding", "ask for encoding csv"),
}
TAR_MAGIC_AT, TAR_MAGIC = 257, b"ustar"
_PEEKED_BYTES = 512


def unreadable_errors() -> tuple[type[Exception], ...]:
    """Return what a damaged file or disk raises, by the modules that were needed so far."""
    errors: list[type[Exception]] = [ContainerFault, EOFError, OSError, zlib.error, RuntimeError]
    for module, name in (("lzma", "LZMAError"), ("zipfile", "BadZipFile")):
        if module in sys.modules:
            errors.append(getattr(sys.modules[module], name))
    return tuple(errors)


class ContainerFault(Unusable):
    """What is in the file cannot be read as CSV; the problem says what it is."""


class Opened(Protocol):
    """The text of an open file.

    size_bytes: of the file as it is. lines_added: at the beginning of the text, not in the file.
    """

    size_bytes: int
    lines_added: int

    @property
    def share_read(self) -> float:
        """How much of the file was read, 0 to 1."""
        ...

    def read1(self, size: int) -> bytes:
        """Return up to `size` bytes of the text, none at its end. Raises unreadable_errors()."""
        ...

    def go_to(self, offset: int, line: int) -> None:
        """Go to this byte of the text, which is after that line; `read1` goes on there.

        Raises unreadable_errors().
        """
        ...

    def close(self) -> None:
        """Close the file."""
        ...


class Unpacked:
    """A file whose bytes are text once they are decompressed."""

    lines_added = 0

    def __init__(self, raw: IO[bytes], content: io.BufferedReader, size_bytes: int) -> None:
        self._content = content
        self._raw = raw
        self.size_bytes = size_bytes

    @property
    def share_read(self) -> float:
        """How much of the file was read, 0 to 1."""
        if self._raw.closed or not self.size_bytes:
            return 1.0
        return min(1.0, self._raw.tell() / self.size_bytes)

    def read1(self, size: int) -> bytes:
        """Return up to `size` bytes of the text, none at its end. Raises unreadable_errors()."""
        return self._content.read1(size)

    def go_to(self, offset: int, _line: int) -> None:
        """Go to this byte of the text. Raises unreadable_errors()."""
        self._content.seek(offset)

    def close(self) -> None:
        """Close the file."""
        self._content.close()
        self._raw.close()


def open_container(path: Path, options: ReadingOptions) -> Opened:
    """Open a file at its beginning. Raises ContainerFault, and unreadable_errors()."""
    raw = open_named_file(path)
    try:
        if raw.peek(len(PARQUET)).startswith(PARQUET):
            return _open_parquet(raw, options)
        content = _content(raw, options.member)
        beginning = _peek(content)
        _check(beginning)
        if b"\r" in beginning and b"\n" not in beginning:
            content = io.BufferedReader(_ReturnsAsNewlines(content))
    except BaseException:
        raw.close()
        raise
    return Unpacked(raw, content, os.fstat(raw.fileno()).st_size)


def _open_parquet(raw: io.BufferedReader, options: ReadingOptions) -> Opened:
    try:
        from tradestack.sources.csv.parquet import ParquetText  # needs Polars, and its memory
    except ImportError as error:
        raise ContainerFault(
            "the file is Parquet, and Polars, the Python package that reads it, is not installed",
            installation_of("polars"),
        ) from error
    except OSError as error:  # a sandbox forbids something
        raise ContainerFault(
            f"the file is Parquet, and Polars, which reads it, cannot be loaded here ({error})",
            "convert the file by tradestackctl import",
        ) from error
    return ParquetText(raw, options)


def _content(raw: io.BufferedReader, member: str | None) -> io.BufferedReader:
    beginning = raw.peek(8)
    if beginning.startswith((ZIP, ZIP_EMPTY)):
        return _member(raw, member)
    for magic, opener in _OPENERS.items():
        if beginning.startswith(magic):
            return cast("io.BufferedReader", opener(raw))
    return raw


def _open_bzip2(raw: IO[bytes]) -> Any:
    import bz2  # only files of this kind need it, and its memory

    return bz2.open(raw)


def _open_xz(raw: IO[bytes]) -> Any:
    import lzma  # only files of this kind need it, and its memory

    return lzma.open(raw)


def _open_zstd(raw: IO[bytes]) -> Any:
    if sys.version_info >= (3, 14):
        from compression import zstd

        return zstd.open(raw)
    from tradestack.sources.csv.zstd_file import ZstdFile  # needs zstandard, and its memory

    return io.BufferedReader(ZstdFile(raw))


_OPENERS: Mapping[bytes, Callable[[Any], Any]] = {
    GZIP: gzip.open,
    BZIP2: _open_bzip2,
    XZ: _open_xz,
    ZSTD: _open_zstd,
}


def _member(raw: IO[bytes], member: str | None) -> io.BufferedReader:
    import zipfile  # only files of this kind need it, and its memory

    archive = zipfile.ZipFile(raw)
    names = [info.filename for info in archive.infolist() if not info.is_dir()]
    if "[Content_Types].xml" in names:
        raise ContainerFault("is an Excel workbook", "save the sheet as CSV")
    if member is None:
        names = [name for name in names if not name.startswith("__MACOSX/")]
        if len(names) != 1:
            listed = ", ".join(names[:10])
            raise ContainerFault(
                f"is a zip of {len(names)} files", f"use --member NAME, of {listed}"
            )
        member = names[0]
    if member not in names:
        raise ContainerFault(f"has no member {member!r}, only {', '.join(names[:10])}")
    if archive.getinfo(member).flag_bits & 1:
        raise ContainerFault("is a zip with a password", "unpack it first")
    return io.BufferedReader(cast("Any", archive.open(member)))


def _peek(content: io.BufferedReader) -> bytes:
    """Return the first bytes, as far as they can be read; at least one, or raise an error."""
    beginning = b""
    try:
        while len(beginning) < _PEEKED_BYTES and (piece := content.read1(_PEEKED_BYTES)):
            beginning += piece
    except unreadable_errors():
        if not beginning:
            raise
    content.seek(0)
    return beginning


def _check(beginning: bytes) -> None:
    for magic, (problem, remedy) in REFUSED.items():
        if beginning.startswith(magic):
            raise ContainerFault(problem, remedy)
    if beginning[TAR_MAGIC_AT:].startswith(TAR_MAGIC):
        raise ContainerFault("is a tar archive", "unpack it first")
    if beginning.startswith((GZIP, ZIP, BZIP2, XZ, ZSTD)):
        raise ContainerFault("is packed twice", "unpack it once")


class _ReturnsAsNewlines(io.RawIOBase):
    r"""A file whose lines end in \r alone, as old spreadsheets write them."""

    def __init__(self, content: io.BufferedReader) -> None:
        self._content = content

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._content.read(len(buffer)).replace(b"\r", b"\n")
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()

    def close(self) -> None:
        self._content.close()
        super().close()
