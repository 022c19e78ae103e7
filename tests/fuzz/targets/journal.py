"""The recovery of the order journal, and of the sidecar of a feed log."""

import contextlib
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from tests.fuzz.log_lines import logged
from tests.fuzz.scratch import scratch_file
from tests.fuzz.target import Target, assert_one_line
from tests.fuzz.targets.execution import RECORD_PAYLOADS
from tests.fuzz.targets.orders import (
    HEADER,
    LIMIT_ORDER,
    NOW_NS,
    ORDER,
    REGISTER,
    RULES,
    state_of,
)
from tests.kit.sender import MemorySender
from tradestack.domain.faults import OperatorFault
from tradestack.sessions.order_session import OrderSession
from tradestack.sessions.sidecar import Mark, Settings, Sidecar, SidecarUnusable
from tradestack.trading.judging.decisions import Received
from tradestack.trading.judging.judge import judge
from tradestack.trading.session.known_orders import KnownOrders
from tradestack.trading.session.replay import replay
from tradestack.trading.session.session_state import SessionState
from tradestack.wire.journal.order_journal import Record, decode_header, encode_record
from tradestack.wire.orders import encode_message

NAME = f"{HEADER.session}.journal"
PAYLOAD_PLACE_BYTES = 4_096  # from one payload to the next: more than any of an input


def journal_tail(data: bytes) -> None:
    """Check that anything may follow whole lines, which are kept.

    A torn last line is cut and logged once; damage before it is an OperatorFault. What the recovery
    leaves needs no second one.
    """
    content = WHOLE + data
    path = scratch_file(NAME, content)
    end = _recovered_end(path, lines_max=1)
    if end is None:
        assert b"\n" in data, "a torn line is not damage"
        assert path.read_bytes() == content
        return
    assert len(WHOLE) <= end
    assert path.read_bytes() == content[:end]
    assert b"\n" not in content[end:]
    assert _recovered_end(path, lines_max=0) == end


def journal_records(data: bytes) -> None:
    """Check that a journal's payloads are replayed up to one that is refused by a ValueError.

    The first one must be a header. One that is refused changes nothing.
    """
    header, *payloads = data.split(b"\n")
    try:
        state = SessionState(decode_header(header))
    except ValueError:
        return
    placed = [(index * PAYLOAD_PLACE_BYTES, payload) for index, payload in enumerate(payloads)]
    unread = iter(placed)
    try:
        replay(state, unread)
    except ValueError:
        replayed = SessionState(decode_header(header))
        replay(replayed, placed[: len(placed) - len(list(unread)) - 1])
        assert state_of(replayed) == state_of(state)


def sidecar(data: bytes) -> None:
    """Check that a sidecar encodes to itself, or is unusable for a reason of one line."""
    path = scratch_file("0ABCDE1234.json", data)
    try:
        found = Sidecar.load(path)
    except SidecarUnusable as error:
        assert_one_line(str(error))
        return
    assert msgspec.json.decode(msgspec.json.encode(found), type=Sidecar) == found


def _recovered_end(path: Path, lines_max: int) -> int | None:
    """Return the journal's length after recovery, None for an OperatorFault."""
    with logged() as lines:
        try:
            session = OrderSession.recover(path)
        except OperatorFault as fault:
            assert_one_line(str(fault))
            assert not lines
            return None
    assert len(lines) <= lines_max
    assert session is not None
    with contextlib.closing(session):
        return session.journal_bytes


def _line(payload: bytes) -> bytes:
    return b"%08x %b\n" % (zlib.crc32(payload), payload)


def _payloads() -> list[bytes]:
    received = [
        Received(MemorySender("news"), NOW_NS, encode_message(message), message)
        for message in (ORDER, LIMIT_ORDER, REGISTER)
    ]
    roomy = replace(RULES, reports_per_session_max=100)  # so that none of them is refused
    batch = judge(KnownOrders(SessionState(HEADER), _read_record), received, roomy, None, NOW_NS)
    assert len(batch.records) == len(received)
    return [encode_record(HEADER), *batch.records]


def _read_record(offset: int, _length: int) -> Record:
    raise AssertionError(f"the record at byte {offset} is none that recurs")


PAYLOADS = _payloads()
WHOLE = b"".join(map(_line, PAYLOADS))


def _tail_seeds() -> Sequence[bytes]:
    lines = [_line(payload) for payload in PAYLOADS[1:]]
    return [lines[0], lines[1][:-1], lines[2] + bytes(64), lines[0][:40] + b"\n" + lines[1], b"\n"]


def _record_seeds() -> Sequence[bytes]:
    reopened = b'{"Record":"LogReopened","Time":1,"LastOrderID":12,"LastReport":17}'
    nested = PAYLOADS[0] + b'\n{"Record":"Order","x":' + b"[" * 1_500
    return [
        b"\n".join(PAYLOADS),
        b"\n".join([PAYLOADS[0], reopened, PAYLOADS[0]]),
        PAYLOADS[1],
        nested,
        b"\n".join([PAYLOADS[0], *RECORD_PAYLOADS]),
    ]


def _sidecar_seeds() -> Sequence[bytes]:
    mark = Mark(sequence=65_536, prices_total=60_000, position={"offset": 12, "form": None})
    seed = Sidecar(
        session_id="0ABCDE1234",
        start_time_ns=NOW_NS,
        sources={"source": "csv", "prices": {"path": "a.csv", "size_bytes": 1}},
        settings=Settings(paused=True, pace="60x", pace_configured="500/s"),
        checkpoints=(mark,),
    )
    return [msgspec.json.encode(seed), b'{"session_id":"\xff"}', b'{"x":' + b"[" * 1_500]


TARGETS = (
    Target("journal_tail", journal_tail, _tail_seeds, length_max=2_048),
    Target("journal_records", journal_records, _record_seeds),
    Target("sidecar", sidecar, _sidecar_seeds, length_max=2_048),
)
