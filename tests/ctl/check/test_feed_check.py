"""What `journal check` finds in feed logs."""

from pathlib import Path

import numpy as np
import pytest

from tests.ctl.verbs.journal_records import NOON_NS, Output
from tradestack.ctl.check import feed_check
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.domain.tick import TickKind
from tradestack.wire.feed import TICK_PACKET_LENGTH, TickRecords, encode_symbol, new_records


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A feed log of a hundred packets."""
    path = tmp_path / "3DAA200000.feed"
    path.write_bytes(packets(100).tobytes())
    return path


def packets(count: int) -> TickRecords:
    """Prices, one each second from noon on."""
    records = new_records(count)
    records["kind"] = int(TickKind.PRICE)
    records["symbol"] = encode_symbol("SPY")
    records["publish_time_ns"] = NOON_NS + np.arange(count) * 1_000_000_000
    return records


def test_check_names_a_feed_log_of_the_old_layout(feed: Path, capsys: Output) -> None:
    """It is not called damaged packet by packet."""
    feed.write_bytes((b"\0\x2eSP" + bytes(44)) * 100)

    assert run(["journal", "check", str(feed)]) == ExitStatus.OPERATOR_FAULT

    assert "a feed log of an older tradestack, with 48 bytes a tick" in capsys.readouterr().out


@pytest.mark.parametrize("chunk_packets", [1, 7, 65_536])
def test_check_summarises_a_feed_log(
    feed: Path, capsys: Output, chunk_packets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Zeros and a partial packet after the last packet are a torn end, not damage."""
    monkeypatch.setattr(feed_check, "CHUNK_PACKETS", chunk_packets)
    feed.write_bytes(feed.read_bytes() + bytes(5 * TICK_PACKET_LENGTH) + b"\0\x3eS")

    assert run(["journal", "check", str(feed)]) == ExitStatus.DONE

    summary, torn = capsys.readouterr().out.splitlines()
    assert summary == (
        f"{feed}: session 3DAA200000, 100 packets, numbers 1 to 100, "
        "published 2026-11-22T12:00:00.000000Z to 2026-11-22T12:01:39.000000Z"
    )
    assert "torn end: 323 bytes at byte 6,400" in torn


@pytest.mark.parametrize("chunk_packets", [1, 7, 65_536])
def test_invalid_packets_before_valid_ones_are_damage(
    feed: Path, capsys: Output, chunk_packets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So are zeros between packets, and two invalid packets at the end."""
    monkeypatch.setattr(feed_check, "CHUNK_PACKETS", chunk_packets)
    records = packets(100)
    records["type"][[11, 98, 99]] = ord("?")
    content = bytearray(records.tobytes())
    content[50 * TICK_PACKET_LENGTH : 52 * TICK_PACKET_LENGTH] = bytes(2 * TICK_PACKET_LENGTH)
    feed.write_bytes(content)

    assert run(["journal", "check", str(feed)]) == ExitStatus.OPERATOR_FAULT

    *lines, remedy = capsys.readouterr().out.splitlines()
    damaged = [line for line in lines if "DAMAGED" in line]
    assert remedy.startswith("  REMEDY restore it from a backup")  # without a sidecar
    assert damaged == [
        f"  DAMAGED packet {number} at byte {(number - 1) * 64:,}: not a tick packet"
        for number in (12, 51, 52, 99, 100)
    ]


@pytest.mark.parametrize("chunk_packets", [1, 7, 65_536])
def test_decreasing_publish_times_are_reported_but_not_damage(
    feed: Path, capsys: Output, chunk_packets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clock that was set back is a remark: the order of ticks is that of their numbers."""
    monkeypatch.setattr(feed_check, "CHUNK_PACKETS", chunk_packets)
    records = packets(100)
    records["publish_time_ns"][40:] -= 3_600_000_000_000
    records["publish_time_ns"][70:] -= 3_600_000_000_000
    feed.write_bytes(records.tobytes())

    assert run(["journal", "check", str(feed)]) == ExitStatus.DONE

    out = capsys.readouterr().out
    assert "publish times decrease in 2 places, the first at packet 41: the clock was set" in out


def test_an_empty_feed_log_is_not_damaged(tmp_path: Path, capsys: Output) -> None:
    """A session without ticks is reported as such."""
    path = tmp_path / "3DAA200000.feed"
    path.touch()

    assert run(["journal", "check", str(path)]) == ExitStatus.DONE

    assert "no packets" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["show", "repair"])
def test_show_and_repair_refuse_feed_logs(feed: Path, action: str) -> None:
    """Both actions are for order journals only."""
    assert run(["journal", action, str(feed)]) == ExitStatus.OPERATOR_FAULT
