"""Hypothesis strategies for each target: valid inputs, nearly valid ones, damaged ones."""

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from tests.fuzz.targets.accounts import CHECKPOINT_PARTS, ENCODED_MODELS, LIMITS
from tests.fuzz.targets.books import book_seeds
from tests.fuzz.targets.csv import NEWS_ROWS, PRICE_ROWS
from tests.fuzz.targets.execution import ORDER_REQUESTS, RECORD_PAYLOADS, UNSEQUENCED_REQUESTS
from tests.fuzz.targets.feed import tick_packets
from tests.fuzz.targets.fix import MESSAGES as FIX_MESSAGES
from tests.fuzz.targets.journal import PAYLOADS
from tests.fuzz.targets.order_log import LINES
from tests.fuzz.targets.orders import LIMIT_ORDER, ORDER, REGISTER, REPORTS
from tests.fuzz.targets.settings import CONFIGS
from tests.fuzz.targets.soup import ACCEPTED, PAYLOAD_MAX, REQUESTS
from tests.fuzz.targets.varlink import call_seeds
from tradestack.wire import soup
from tradestack.wire.close_reason import CloseReason
from tradestack.wire.orders import encode_message

EDITS_MAX = 4
Bytes = SearchStrategy[bytes]

numbers = st.sampled_from(
    ["0", "1", "-1", "0.5", "168.23", "1e3", "1e999", "99.999999999", "0" * 70, "9" * 19, "", "x"]
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | numbers,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


def damaged(valid: Bytes) -> Bytes:
    """Replace, insert, remove or repeat bytes in a few places, or cut the end off."""
    return st.tuples(valid, st.lists(_edits(), min_size=1, max_size=EDITS_MAX)).map(_edited)


def _edits() -> SearchStrategy[tuple[str, float, bytes]]:
    kinds = st.sampled_from(["replace", "insert", "cut", "double", "end"])
    return st.tuples(kinds, st.floats(0, 1), st.binary(min_size=1, max_size=8))


def _edited(drawn: tuple[bytes, Sequence[tuple[str, float, bytes]]]) -> bytes:
    data, edits = drawn
    for kind, share, replacement in edits:
        at = int(share * len(data))
        size = len(replacement)
        match kind:
            case "replace":
                data = data[:at] + replacement + data[at + size :]
            case "insert":
                data = data[:at] + replacement + data[at:]
            case "cut":
                data = data[:at] + data[at + size :]
            case "double":
                data = data[: at + size] + data[at:]
            case _:
                data = data[:at]
    return data


def _joined(parts: Bytes, max_size: int = 6, separator: bytes = b"") -> Bytes:
    return st.lists(parts, max_size=max_size).map(separator.join)


def _cut(stream: Bytes) -> Bytes:
    return st.tuples(st.binary(min_size=2, max_size=2), stream).map(b"".join)


def _chosen(content: Bytes) -> Bytes:
    """Prepend the byte by which a target chooses how to read the content."""
    return st.tuples(st.binary(min_size=1, max_size=1), content).map(b"".join)


def _nearly(objects: Sequence[bytes]) -> Bytes:
    """Replace, remove or add a field of one of these JSON objects."""
    parsed = st.sampled_from([json.loads(text) for text in objects])
    names = st.sampled_from(sorted({name for text in objects for name in json.loads(text)}))
    changes = st.dictionaries(names | st.text(max_size=4), json_values, max_size=2)
    return st.builds(_changed, parsed, changes, st.sets(names, max_size=1))


def _changed(fields: Mapping[str, Any], changes: Mapping[str, Any], without: set[str]) -> bytes:
    kept = {name: value for name, value in {**fields, **changes}.items() if name not in without}
    return json.dumps(kept, ensure_ascii=False).encode(errors="surrogatepass")


def _packets(types: Sequence[soup.PacketType]) -> Bytes:
    """Packets with payloads on both sides of every limit."""
    sizes = st.sampled_from([0, 1, 46, 51, 52, 62, PAYLOAD_MAX, PAYLOAD_MAX + 1])
    return st.builds(
        lambda packet_type, size: soup.encode_packet(packet_type, b" " * size),
        st.sampled_from(types),
        sizes,
    )


_login = st.sampled_from([soup.encode_login_request(request) for request in REQUESTS])
_accepted = soup.encode_login_accepted(ACCEPTED)
_fields = st.text(" 09aZ\0\xff", max_size=51).map(lambda text: text.encode("latin-1"))
_ticks = st.integers(1, 4).map(tick_packets)
_other = _packets([soup.PacketType.DEBUG, soup.PacketType.SERVER_HEARTBEAT])
_messages = [
    encode_message(message)
    for message in (ORDER, LIMIT_ORDER, REGISTER, *ORDER_REQUESTS, *UNSEQUENCED_REQUESTS)
]
_calls = [call[:-1] for call in call_seeds()]

_times = st.sampled_from(
    ["2013-10-10T13:30:00Z", "2013-10-10 13:30", "2013-10-10T13:30:00.123456789+02:00", "0"]
) | st.integers(1_381_411_800, 1_381_411_810).map(str)
_row = st.builds(
    lambda time, symbol, value, size, pad, end: f"{time},{pad}{symbol}{pad},{value},{size}{end}",
    _times,
    st.sampled_from(["SPY", "IBM", "EUR/USD", "A B", "X" * 25, "", "é"]),
    numbers,
    numbers,
    st.sampled_from(["", " ", "\t", '"']),
    st.sampled_from(["\n", "\r\n", ",extra\n", "\n\n", "\r", ""]),
).map(str.encode)
_rows = _joined(_row, 8) | st.sampled_from([*PRICE_ROWS, *NEWS_ROWS])
_names = st.sampled_from(
    ["timestamp", " Symbol ", '"price"', "SIZE", "side", "sentiment", "note", "", "é"]
)
_header = st.lists(_names, max_size=6).map(lambda names: ",".join(names).encode())
_plain_file = st.builds(
    lambda header, rows: header + b"\n" + rows,
    _header | st.just(b"timestamp,symbol,price,size"),
    _rows,
)
_file = _plain_file | _plain_file.map(lambda content: gzip.compress(content, mtime=0))

_line = st.builds(
    lambda payload, flaw: b"%08x %b\n" % (zlib.crc32(payload) ^ flaw, payload),
    st.sampled_from(PAYLOADS[1:]),
    st.sampled_from([0, 0, 0, 1]),
)
_keys = sorted({name for config_type, _ in CONFIGS for name in config_type.__dataclass_fields__})
_texts = ["30s", "0", "-1", "1.5", "1x", "64MiB", "SPY", "~x/y", "127.0.0.1:1", "21:30", "é", ""]
_plain = ["1", "-1", "1.5", "inf", "true", "2013-10-10", "[]", '["A", "B"]', "{ price = [] }"]
# More digits than Python converts to a number, or back; nested deeper than it recurses.
_extreme = ["9" * 5_000, "0x" + "f" * 5_000, "[" * 2_000, "{a=" * 2_000]
_values = st.sampled_from([*map(json.dumps, _texts), *_plain, *_extreme])
_setting = st.builds("{} = {}\n".format, st.sampled_from(_keys), _values).map(str.encode)
_user = st.builds(
    "{}:{}:{}\n".format,
    st.sampled_from(["news", "NEWS", " a ", "", "toolong", "#x", "é"]),
    st.sampled_from(["00", "", "zz", "0 0", "ab" * 40]),
    st.sampled_from(["11" * 32, "11" * 31, "", "x" * 64]),
).map(str.encode)
_variable = st.builds(
    "{}={}".format,
    st.sampled_from(
        ["LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID", "WATCHDOG_USEC", "NOTIFY_SOCKET"]
    ),
    st.sampled_from(
        ["2", "feed:control", "a:a", "-1", "²", "9" * 5_000, "", "812", "\udcff", "a\nb"]
    ),
).map(lambda text: text.encode(errors="surrogateescape"))

VALID: Mapping[str, Bytes] = {
    "soup_server": _cut(st.tuples(_login, _joined(_packets(list(soup.PacketType)))).map(b"".join)),
    "soup_client": _cut(
        _joined(_packets(list(soup.PacketType))).map(lambda rest: _accepted + rest)
    ),
    "login": _login.map(lambda packet: packet[soup.HEADER_LENGTH :]) | _fields,
    "feed": _cut(_joined(_ticks | _other)),
    "fix_messages": _cut(_joined(st.sampled_from(FIX_MESSAGES))),
    "order_intake": _joined(st.sampled_from(_messages) | _nearly(_messages), separator=b"\n"),
    "order_requests": _nearly(_messages),
    "order_reports": _nearly([encode_message(report) for report in REPORTS]),
    "varlink_calls": _cut(
        _joined((st.sampled_from(_calls) | _nearly(_calls)).map(lambda c: c + b"\0"))
    ),
    "varlink_replies": _nearly(
        [b'{"parameters":{},"continues":true}', b'{"error":"a.b","parameters":{}}']
    ),
    "control": _joined(_nearly(_calls).map(lambda call: call + b"\0"))
    | st.text(max_size=30).map(lambda text: (text + "\n").encode(errors="surrogatepass")),
    "csv_header": _header,
    "csv_rows": _chosen(_rows),
    "csv_file": _chosen(_file),
    "journal_tail": _joined(_line),
    "journal_records": _joined(
        st.sampled_from([*PAYLOADS, *RECORD_PAYLOADS]) | _nearly([*PAYLOADS, *RECORD_PAYLOADS]),
        separator=b"\n",
    ),
    "execution_records": _nearly([*PAYLOADS, *RECORD_PAYLOADS]),
    "checkpoint": st.tuples(_nearly(CHECKPOINT_PARTS[:1]), _nearly(CHECKPOINT_PARTS)).map(
        b"\n".join
    ),
    "journal_limits": _nearly(LIMITS),
    "execution_model": _nearly(ENCODED_MODELS),
    "order_log_tail": _joined(st.sampled_from(LINES)),
    "feed_checksums": _joined(st.integers(0, 2**32 - 1).map(lambda crc: b"%08x\n" % crc)),
    "sidecar": _nearly(
        [b'{"session_id":"0ABCDE1234","start_time_ns":1,"sources":{},"checkpoints":[]}']
    ),
    "feed_log": _chosen(_joined(_ticks | st.integers(0, 100).map(bytes), 3)),
    "users": _joined(_user | st.just(b"# remark\n")),
    "config": _chosen(_joined(_setting)),
    "environment": _joined(_variable, separator=b"\0"),
    "close": st.builds("{} {}".format, st.sampled_from(CloseReason), st.text(max_size=300)).map(
        lambda text: text.encode(errors="surrogatepass")
    ),
    "book": st.sampled_from(book_seeds()),
    "symbol_table": st.binary(max_size=200),
    "reload": _chosen(st.tuples(_joined(_setting), _joined(_setting)).map(b"\0".join)),
}


def inputs(name: str) -> Bytes:
    """Return the strategy for a target's inputs: valid, damaged, or noise."""
    valid = VALID[name]
    return valid | damaged(valid) | st.binary(max_size=200)
