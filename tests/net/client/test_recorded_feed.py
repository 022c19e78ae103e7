"""RecordedFeed: a feed log delivers to a listener what the live feed delivered."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.kit.net import Handler, MemoryStream, Net
from tradestack.domain.faults import OperatorFault
from tradestack.net.client.feed_client import FeedClient
from tradestack.net.client.feed_listener import EndReason, FeedListener
from tradestack.net.client.recorded_feed import RecordedFeed
from tradestack.store.feed_log import FeedLog
from tradestack.wire.feed import TICK_PACKET_LENGTH, TickBatch, new_records

SESSION = "0ABCDE1234"


class Recorder(FeedListener):
    """A listener that records what a session contains, however it was cut into batches."""

    def __init__(self) -> None:
        self.started: list[tuple[str, int]] = []
        self.packets = b""
        self.next_sequence = 0
        self.ended: list[tuple[str, int, EndReason]] = []
        self.has_ended = asyncio.Event()

    def on_session_started(self, session_id: str, sequence: int) -> None:
        """Record the start."""
        self.started.append((session_id, sequence))
        self.next_sequence = sequence

    def on_ticks(self, batch: TickBatch) -> None:
        """Record the packets; their numbers must be contiguous."""
        assert batch.first_sequence == self.next_sequence
        self.next_sequence = batch.last_sequence + 1
        self.packets += batch.records.tobytes()

    def on_session_ended(self, session_id: str, last_sequence: int, reason: EndReason) -> None:
        """Record the end."""
        self.ended.append((session_id, last_sequence, reason))
        self.has_ended.set()

    @property
    def content(self) -> tuple[object, ...]:
        """Everything that must be the same from both feeds."""
        return self.started, self.packets, self.ended


def log_of(directory: Path, values: list[int]) -> FeedLog:
    """A feed log of prices with these values."""
    records = new_records(len(values))
    records["kind"] = ord("P")
    records["symbol"] = b"SPY".ljust(records.dtype["symbol"].itemsize)
    records["publish_time_ns"] = 1
    records["value"] = values
    log = FeedLog.create(directory, SESSION)
    log.append(records.tobytes())
    return log


class LogHandler(Handler):
    """Serves a feed log."""

    def __init__(self, log: FeedLog) -> None:
        super().__init__(MemoryStream())
        self._log = log

    def stream_for(self, user: str, session_id: str, sequence: int) -> FeedLog:
        """Return the log, whatever is asked for."""
        return self._log


async def live(net: Net, log: FeedLog, sequence: int) -> Recorder:
    """What a FeedClient delivers of the log."""
    log.end()
    recorder = Recorder()
    async with net.serving(LogHandler(log)) as running:
        client = FeedClient(
            running.address,
            net.credentials,
            clock=net.system_clock,
            session_id=SESSION,
            sequence=sequence,
        )
        task = asyncio.create_task(client.run(recorder))
        await recorder.has_ended.wait()
        client.close()
        task.cancel()
        await asyncio.wait({task})
    return recorder


@settings(max_examples=25, deadline=None)
@given(
    values=st.lists(st.integers(-(2**62), 2**62), max_size=200),
    start=st.floats(0, 1),
    batch_messages_max=st.integers(1, 300),
)
def test_a_recorded_feed_has_the_content_of_the_live_one(
    run: Callable[[Awaitable[None]], None],
    net_class: type[Net],
    values: list[int],
    start: float,
    batch_messages_max: int,
) -> None:
    """The same sessions, numbers and packets, from any message on and in any batches."""
    with tempfile.TemporaryDirectory() as directory:
        log = log_of(Path(directory), values)
        sequence = 1 + int(start * len(values))
        recorded = Recorder()

        async def compare() -> None:
            from_gateway = await live(net_class(Path(directory)), log, sequence)
            RecordedFeed(log.path, sequence=sequence, batch_messages_max=batch_messages_max).run(
                recorded
            )

            assert recorded.content == from_gateway.content

        try:
            run(compare())
        finally:
            log.close()


def test_a_half_written_last_message_is_left_out(tmp_path: Path) -> None:
    """A log may be read while its gateway writes to it."""
    log = log_of(tmp_path, [1, 2, 3])
    log.close()
    log.path.write_bytes(log.path.read_bytes()[:-1])
    recorded = Recorder()

    RecordedFeed(log.path, batch_messages_max=2).run(recorded)

    assert recorded.ended == [(SESSION, 2, EndReason.COMPLETE)]


@pytest.mark.parametrize("offset", range(4))
def test_damage_is_an_operators_fault_that_names_the_packet(tmp_path: Path, offset: int) -> None:
    """Length, type and kind of each packet are checked."""
    log = log_of(tmp_path, [1, 2, 3])
    log.close()
    content = bytearray(log.path.read_bytes())
    content[TICK_PACKET_LENGTH + offset] ^= 0xFF
    log.path.write_bytes(content)

    with pytest.raises(OperatorFault, match=f"packet 2 at byte {TICK_PACKET_LENGTH}"):
        RecordedFeed(log.path).run(Recorder())


def test_messages_are_numbered_from_one(tmp_path: Path) -> None:
    """Sequence 0 has no meaning in a file."""
    with pytest.raises(ValueError, match="numbered from 1"):
        RecordedFeed(tmp_path / "log", sequence=0)
