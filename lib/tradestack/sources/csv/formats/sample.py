"""The first lines of a file: its preamble, delimiter and some rows.

Left out before the header are blank lines, lines that begin with #, a line that is a web address,
and the `sep=;` that Excel reads.
"""

import contextlib
import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from tradestack.sources.csv.formats.header import HeaderFault
from tradestack.sources.csv.options import ReadingOptions

SAMPLE_BYTES = 64 << 10
ROWS_MAX = 500  # of a sample, header included
DELIMITERS = ",;\t|"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_SEPARATOR = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_BEFORE_HEADER = re.compile(r"\s*|\s*#.*|https?://[^\s,;]*\s*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Sample:
    """The beginning of a file.

    before_bytes, before_lines: left out before the header. header_bytes, header_lines: what is left
    out if there is a header. symbol: that the header has for all rows, or "".
    """

    records: Sequence[Sequence[str]]
    delimiter: str
    header_line: str
    header_bytes: int
    header_lines: int
    before_bytes: int
    before_lines: int
    symbol: str = ""


def take_sample(data: bytes, options: ReadingOptions) -> Sample:
    """Look at the first bytes of a file, at most SAMPLE_BYTES. Raises HeaderFault."""
    _check(data)
    lines = data.removeprefix(BYTE_ORDER_MARK).split(b"\n")
    if lines[-1] == b"" or (len(data) >= SAMPLE_BYTES and len(lines) > 1):
        lines.pop()
    skipped, separator = _before_header(lines, options.skip_lines)
    remaining = lines[skipped:]
    if not remaining:
        raise HeaderFault("header not found: the file has no more than what comes before it")
    if b"\0" in remaining[0]:
        fault = HeaderFault("is not text", "a CSV file in UTF-8 is needed")
        raise fault.on_line(skipped + 1)
    try:
        header_line = remaining[0].decode()
    except UnicodeDecodeError as error:
        fault = HeaderFault("not valid UTF-8", "save the file as UTF-8")
        raise fault.on_line(skipped + 1) from error
    texts = [header_line, *(line.decode(errors="replace") for line in remaining[1:ROWS_MAX])]
    delimiter = options.delimiter or separator or _find_delimiter(texts)
    mark = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
    sample = Sample(
        records=_records(texts, delimiter),
        delimiter=delimiter,
        header_line=header_line,
        header_bytes=len(remaining[0]) + 1,
        header_lines=1,
        before_bytes=mark + sum(len(line) + 1 for line in lines[:skipped]),
        before_lines=skipped,
    )
    return _of_yfinance(sample, remaining) or sample


def _of_yfinance(sample: Sample, lines: Sequence[bytes]) -> Sample | None:
    """Return the sample of a table as yfinance writes it, with three lines of header; else None.

    Price,Close,…    Ticker,AAPL,…    Date,,…
    """
    first, second, third = [*sample.records[:3], *[[""]] * 3][:3]
    if (first[0], second[0]) != ("Price", "Ticker") or third[0] not in ("Date", "Datetime"):
        return None
    symbols = set(second[1:])
    if len(symbols) != 1:
        fault = HeaderFault(
            f"has {len(symbols)} tickers side by side",
            "download each one into a file of its own",
        )
        raise fault.on_line(sample.before_lines + 1)
    return replace(
        sample,
        records=[[third[0], *first[1:]], *sample.records[3:]],
        header_line=sample.delimiter.join([third[0], *first[1:]]),
        header_bytes=sum(len(line) + 1 for line in lines[:3]),
        header_lines=3,
        symbol=symbols.pop(),
    )


def _check(data: bytes) -> None:
    if not data:
        raise HeaderFault("file is empty, a header is expected")
    if data.startswith(UTF16_MARKS):
        raise HeaderFault("not valid UTF-8: it begins like UTF-16", "save it as UTF-8 CSV")
    if b"\n" not in data and len(data) >= SAMPLE_BYTES:
        raise HeaderFault(f"header is longer than {SAMPLE_BYTES} bytes")
    beginning = data.removeprefix(BYTE_ORDER_MARK).lstrip()[:64].lower()
    if beginning.startswith((b"<!doctype", b"<html", b"<?xml")):
        raise HeaderFault("is a web page, not a CSV file: the download was refused", "repeat it")
    if beginning.startswith((b"{", b"[")):
        raise HeaderFault("is JSON, not CSV", "write its records as rows of a CSV file")


def _before_header(lines: Sequence[bytes], skip_lines: int | None) -> tuple[int, str | None]:
    """Count the lines before the header, and return the delimiter that one of them names."""
    skipped, separator = skip_lines or 0, None
    for line in lines[skipped:]:
        text = line.decode(errors="replace")
        if match := _SEPARATOR.fullmatch(text):
            separator = match[1]
        elif skip_lines is not None or not _BEFORE_HEADER.fullmatch(text):
            break
        skipped += 1
    return skipped, separator


def _find_delimiter(lines: Sequence[str]) -> str:
    """Return what divides the first line and the rows after it into equal numbers of fields."""
    best, best_rank = ",", (False, 1)
    for delimiter in DELIMITERS:
        widths = [len(record) for record in _records(lines[:20], delimiter)]
        first = widths[0] if widths else 1
        # A row may be out of the ordinary: most rows decide.
        even = sum(width == first for width in widths) * 2 > len(widths)
        rank = (even and first > 1, first)
        if first > 1 and rank > best_rank:
            best, best_rank = delimiter, rank
    return best


def _records(lines: Sequence[str], delimiter: str) -> Sequence[Sequence[str]]:
    """Return the fields of the lines up to the first one that cannot be read."""
    records: list[list[str]] = []
    reader = csv.reader([line.rstrip("\r") + "\n" for line in lines], delimiter=delimiter)
    with contextlib.suppress(csv.Error):
        records.extend([field.strip(" \t") for field in record] for record in reader if any(record))
    return records
