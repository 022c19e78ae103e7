"""Containers: a file is read by what it holds, and goes back like a plain one."""

import bz2
import contextlib
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import zstandard

from tests.kit.csv_files import (
    PRICES_HEADER,
    open_csv,
    options_of,
    price_rows,
    read_all,
    read_file,
    write,
)
from tradestack.sources.source import SourceFault

TEXT = (PRICES_HEADER + price_rows(9_000)).encode()
HALF = len(TEXT) // 2


def zipped(**members: bytes) -> bytes:
    """A zip with these members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def tarred(content: bytes) -> bytes:
    """A tar with one member."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        info = tarfile.TarInfo("prices.csv")
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return file.getvalue()


def in_two(pack: Callable[[bytes], bytes]) -> bytes:
    """The text in two members one after the other."""
    return pack(TEXT[:HALF]) + pack(TEXT[HALF:])


zstd = zstandard.ZstdCompressor().compress
PACKED = {
    "plain": TEXT,
    "gzip": gzip.compress(TEXT),
    "gzip of two members": in_two(gzip.compress),
    "bzip2": bz2.compress(TEXT),
    "bzip2 of two members": in_two(bz2.compress),
    "xz": lzma.compress(TEXT),
    "xz of two members": in_two(lzma.compress),
    "zstd": zstd(TEXT),
    "zstd of two frames": in_two(zstd),
    "zip": zipped(prices=TEXT),
    "zip from a Mac": zipped(**{"p.csv": TEXT, "__MACOSX/._p.csv": b"\0\5\x16\7"}),
    "carriage returns": TEXT.replace(b"\n", b"\r"),
}
COMPRESSED = ("gzip", "bzip2", "xz", "zstd")


@pytest.mark.parametrize("name", PACKED)
def test_a_file_is_unpacked_by_its_content(tmp_path: Path, name: str) -> None:
    """The records are those of the plain file, also after a restore in the middle."""
    plain = open_csv(write(tmp_path / "plain", TEXT))
    expected = read_all(plain)
    plain.close()
    source = open_csv(write(tmp_path / "file", PACKED[name]))
    source.next_batch()
    mark = source.checkpoint()
    source.next_batch()
    rest = read_all(source)

    source.restore(mark)
    again = read_all(source)
    source.close()

    assert np.array_equal(again, expected[len(expected) - len(again) :])
    assert len(again) > len(rest)
    assert source.share_read == 1.0


@pytest.mark.parametrize("name", COMPRESSED)
def test_a_file_that_was_cut_is_never_complete(tmp_path: Path, name: str) -> None:
    """However it is packed, the rows before the end come first, then the fault."""
    content = PACKED[name]
    path = write(tmp_path / "file", content[: len(content) * 3 // 4])

    with pytest.raises(SourceFault, match="truncated"):
        read_file(path)


@pytest.mark.parametrize("name", [*COMPRESSED, "zip"])
def test_a_damaged_file_is_a_fault(tmp_path: Path, name: str) -> None:
    """A flipped byte is found, whatever the container."""
    content = bytearray(PACKED[name])
    content[len(content) // 2] ^= 0xFF

    path = write(tmp_path / "file", bytes(content))

    with pytest.raises(SourceFault):
        read_file(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (tarred(TEXT), "is a tar archive; unpack it first"),
        (gzip.compress(tarred(TEXT)), "is a tar archive"),
        (gzip.compress(gzip.compress(TEXT)), "is packed twice"),
        (zipped(a=TEXT, b=TEXT), "is a zip of 2 files; use --member NAME, of a, b"),
        (zipped(), "is a zip of 0 files"),
        (zipped(**{"[Content_Types].xml": b"<x/>", "xl/a.xml": b"<x/>"}), "an Excel workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(60), "is an Excel workbook"),
        (b"%PDF-1.7\n", "is a PDF"),
        (b"\x7fELF\0\0\0\n", "is not text"),
        (b"<!DOCTYPE html>\n<html>", "is a web page"),
        (b'{"timestamp": 1}\n', "is JSON"),
        (b"\xff\xfet\0i\0m\0e\0", "UTF-16"),
    ],
)
def test_a_file_that_is_not_csv_is_refused_with_its_kind(
    tmp_path: Path, content: bytes, words: str
) -> None:
    """The message has a remedy that remedies."""
    with pytest.raises(SourceFault, match=words.replace("(", r"\(")):
        open_csv(write(tmp_path / "file.csv", content)).close()


def test_a_member_of_a_zip_can_be_chosen(tmp_path: Path) -> None:
    """Another name than those in the zip is refused with these."""
    path = write(tmp_path / "file.zip", zipped(a=b"nothing\n", b=TEXT))

    with contextlib.closing(open_csv(path, options=options_of(member="b"))) as source:
        assert len(read_all(source)) == 9_000
    with pytest.raises(SourceFault, match="has no member 'c', only a, b"):
        open_csv(path, options=options_of(member="c"))
