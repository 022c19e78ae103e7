"""A file's name, first lines and options → its preset and layout.

options.format     the preset that is named
header             the first preset whose names it has
shape of the rows  the first preset without header that all rows of the sample fit
otherwise          the standard columns
"""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tradestack.sources.csv.formats.header import (
    HeaderFault,
    find_column,
    find_columns,
    header_names,
    missing_columns,
    other_name,
    shown_name,
)
from tradestack.sources.csv.formats.preset import FIELDS, Preset
from tradestack.sources.csv.formats.presets import BY_NAME, INTERACTIVE_BROKERS, PRESETS, TRADESTACK
from tradestack.sources.csv.formats.sample import Sample, take_sample
from tradestack.sources.csv.formats.writing import Writing, tolerance_ns
from tradestack.sources.csv.layout import KeptRows, Layout, SourceKind
from tradestack.sources.csv.options import OPTIONS, ReadingOptions, RowFilter
from tradestack.sources.csv.times.timestamps import shown

_SHAPE_ROWS = 20  # that have to fit the shape
_IB_TIME = re.compile(r"\d{8} {1,2}\d\d:\d\d:\d\d( [A-Za-z]+/[A-Za-z_]+)?", re.ASCII)
_WHOLE = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recognised:
    """What is known of a file before its first row is read.

    why: what the preset was recognised by. used: column → names in the file. remarks: what was
    decided for the user. has_both_kinds: prices and sentiments. data_bytes, data_line: where the
    first row is, and the line before it. header_line: that of the header, or where it would be.
    """

    preset: Preset
    why: str
    kind: SourceKind
    layout: Layout
    used: Mapping[str, str]
    unused: Sequence[str]
    remarks: Sequence[str]
    sort: bool
    has_both_kinds: bool
    data_bytes: int
    data_line: int
    header_line: int


def recognise(
    file_name: str,
    data: bytes,
    kind: SourceKind | None,
    columns: Mapping[str, Sequence[str]],
    options: ReadingOptions,
) -> Recognised:
    """Find preset and layout; with a kind of None, the header decides. Raises HeaderFault.

    columns: names that columns may have beside those of the preset.
    """
    sample = take_sample(data, options)
    names = {**columns, **(options.columns or {})}
    try:
        return _File(file_name, sample, kind, names, options).recognised()
    except HeaderFault as fault:
        raise fault.on_line(sample.before_lines + 1) from fault


class _File:
    """A file that is being recognised."""

    def __init__(
        self,
        file_name: str,
        sample: Sample,
        kind: SourceKind | None,
        columns: Mapping[str, Sequence[str]],
        options: ReadingOptions,
    ) -> None:
        self._file_name = file_name
        self._sample = sample
        self._columns = columns
        self._options = options
        self._remarks: list[str] = []
        self._used: dict[str, str] = {}
        first = header_names(sample.header_line, sample.delimiter)
        self._preset, self._why, self._has_header = self._find_preset(first, kind)
        named = options.header or self._preset.names
        self._header = first if self._has_header else [name.casefold() for name in named]
        if options.header is None:  # which names all columns, as a header does
            self._header += [""] * (len(first) - len(self._header))
        self._rows = sample.records[1:] if self._has_header else sample.records
        self._kind = kind or self._find_kind()

    def recognised(self) -> Recognised:
        """Return all that was found. Raises HeaderFault."""
        layout = self._layout()
        positions = {position for position in self._positions(layout) if position is not None}
        others = [name for at, name in enumerate(self._header) if at not in positions and name]
        sample, has_header = self._sample, self._has_header
        return Recognised(
            preset=self._preset,
            why=self._why,
            kind=self._kind,
            layout=layout,
            used=self._used,
            unused=list(map(shown_name, others)),
            remarks=self._remarks,
            sort=layout.tolerance_ns > 0,
            has_both_kinds=all(self._find(kind.value) is not None for kind in SourceKind),
            data_bytes=sample.before_bytes + sample.header_bytes * has_header,
            data_line=sample.before_lines + sample.header_lines * has_header,
            header_line=sample.before_lines + 1,
        )

    # ---- which preset --------------------------------------------------------------------------

    def _find_preset(
        self, first: Sequence[str], kind: SourceKind | None
    ) -> tuple[Preset, str, bool]:
        """Return the preset, what it was recognised by, and whether there is a header."""
        options = self._options
        names = [name.casefold() for name in options.header] if options.header else first
        has_header = options.header is None
        if options.format is not None and not (kind is SourceKind.NEWS and options.format != "ib"):
            return self._named_preset(options.format, names, has_header=has_header)
        if kind is not SourceKind.NEWS:
            for preset in PRESETS:
                if preset.header and set(preset.header) <= set(names):
                    return preset, "its header", has_header
                if has_header and self._has_shape(preset):
                    return preset, "the shape of its rows, it has no header", False
        return self._standard(names, kind), "its header", has_header

    def _named_preset(
        self, name: str, names: Sequence[str], *, has_header: bool
    ) -> tuple[Preset, str, bool]:
        if name not in BY_NAME:
            raise HeaderFault(f"there is no format {shown(name)}", f"known: {', '.join(BY_NAME)}")
        variants = BY_NAME[name]
        for preset in variants:
            if preset.header and set(preset.header) <= set(names):
                return preset, "--format", has_header
            if has_header and preset.shape and self._has_shape(preset):
                return preset, "--format", False
        return variants[0], "--format", has_header and not variants[0].names

    def _has_shape(self, preset: Preset) -> bool:
        fields = [FIELDS[name.removesuffix("?")] for name in preset.shape]
        least = sum(not name.endswith("?") for name in preset.shape)
        rows = self._sample.records[:_SHAPE_ROWS]
        return (
            bool(fields)
            and bool(rows)
            and all(
                least <= len(row) <= len(fields)
                and all(field.fullmatch(text) for field, text in zip(fields, row, strict=False))
                for row in rows
            )
        )

    def _standard(self, names: Sequence[str], kind: SourceKind | None) -> Preset:
        """Return the preset of the standard columns, by how the first time is written."""
        at = find_column(names, self._names_of(TRADESTACK, "timestamp"))
        rows = self._sample.records[1:2]
        is_ib = kind is not SourceKind.NEWS and at is not None and bool(rows) and at < len(rows[0])
        if is_ib and at is not None and _IB_TIME.fullmatch(rows[0][at]):
            return INTERACTIVE_BROKERS
        return TRADESTACK

    def _find_kind(self) -> SourceKind:
        """Return news only if there is no price."""
        has_sentiment = self._find("sentiment") is not None
        has_price = self._find("price") is not None or self._find("bid") is not None
        return SourceKind.NEWS if has_sentiment and not has_price else SourceKind.PRICES

    # ---- which columns -------------------------------------------------------------------------

    def _names_of(self, preset: Preset, column: str) -> tuple[str, ...]:
        return (*self._columns.get(column, ()), *preset.columns.get(column, ()))

    def _find(self, column: str) -> int | None:
        """Return the position of a column. Raises HeaderFault."""
        return find_column(self._header, self._names_of(self._preset, column))

    def _use(self, column: str, *positions: int) -> None:
        self._used[column] = "+".join(shown_name(self._header[at]) for at in positions)

    def _positions(self, layout: Layout) -> Sequence[int | None]:
        kept = layout.kept_rows.position if layout.kept_rows else None
        single = (layout.symbol, layout.value, layout.ask, layout.side, kept)
        return (*layout.timestamp, *layout.size, *single)

    def _layout(self) -> Layout:
        timestamp = find_columns(self._header, self._names_of(self._preset, "timestamp"), "+")
        symbol, value = self._find("symbol"), self._find(self._kind.value)
        bid, ask = self._find("bid"), self._find("ask")
        is_news = self._kind is SourceKind.NEWS
        if value is None and not is_news and bid is not None and ask is not None:
            value = bid
            self._remarks.append(
                "price: the middle of bid and ask, which is not a trade; sizes are 0"
            )
        else:
            ask = None
        constant = "" if symbol is not None else self._constant_symbol()
        presence = {"timestamp": bool(timestamp), "symbol": symbol is not None or constant != ""}
        presence[self._kind.value] = value is not None
        missing = [name for name, is_there in presence.items() if not is_there]
        if missing or value is None:
            known = bool(timestamp) or value is not None or symbol is not None
            raise missing_columns(self._header, missing, known=known)
        layout = Layout(
            column_count=len(self._header),
            timestamp=timestamp,
            symbol=symbol,
            value=value,
            ask=ask,
            size=() if is_news else self._size(),
            side=None if is_news else self._find("side"),
            constant_symbol=constant,
            delimiter=self._sample.delimiter,
            sides=self._preset.sides,
            kept_rows=None if is_news else self._kept_rows(),
            sentiment_scale=self._options.sentiment_scale if is_news else None,
            blank_is_none=is_news and self._find("price") is not None,
            trailer=self._preset.trailer,
            tolerance_ns=tolerance_ns(self._preset, self._options),
        )
        self._note_used(layout)
        return Writing(
            self._file_name, self._preset, self._options, self._header, self._rows, self._remarks
        ).complete(layout, self._kind)

    def _note_used(self, layout: Layout) -> None:
        self._use("timestamp", *layout.timestamp)
        if layout.symbol is not None:
            self._use("symbol", layout.symbol)
        prices = (layout.value,) if layout.ask is None else (layout.value, layout.ask)
        self._use(self._kind.value, *prices)
        if layout.size:
            self._use("size", *layout.size)
        if layout.side is not None:
            self._use("side", layout.side)

    def _constant_symbol(self) -> str:
        """Return the symbol that an option names, or in the file's name; "" if there is none."""
        if self._options.symbol is not None:
            return self._options.symbol
        if self._sample.symbol:
            return self._sample.symbol
        stem = self._file_name.partition(".")[0]
        pattern = self._preset.symbol_in_name
        if pattern and (match := re.search(pattern, stem)):
            self._remarks.append(f"symbol {match[1].upper()} is from the file's name")
            return match[1].upper()
        return ""

    def _size(self) -> tuple[int, ...]:
        size = find_columns(self._header, self._names_of(self._preset, "size"), "&")
        name = None if size else other_name(self._header, "size")
        if name is not None:
            said = shlex.quote(f"size={name}")
            self._remarks.append(f"sizes are 0; if that is meant, use --columns {said}")
        return size

    def _kept_rows(self) -> KeptRows | None:
        """Return the filter that an option names, or the preset's. Raises HeaderFault."""
        rows = self._options.rows
        if rows is None and self._preset.rows is not None:
            parsed = OPTIONS["rows"].parse(self._preset.rows)
            assert isinstance(parsed, RowFilter)
            rows = parsed
        if rows is None:
            return None
        position = find_column(self._header, (rows.column,))
        if position is None:
            raise missing_columns(self._header, [rows.column], known=True)
        values = tuple(value for value in rows.values if not value.endswith("*"))
        prefixes = tuple(value[:-1] for value in rows.values if value.endswith("*"))
        return KeptRows(position, values, prefixes)
