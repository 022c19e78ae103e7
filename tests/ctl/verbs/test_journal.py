"""journal: what people are told of the daemons' files, and what a repair does."""

import re
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from tradestack.ctl import feed_check
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.file_check import PROBLEMS_LISTED_MAX
from tradestack.ctl.main import run
from tradestack.domain.tick import TickKind
from tradestack.store.journal import Journal
from tradestack.wire.feed import TICK_PACKET_LENGTH, TickRecords, encode_symbol, new_records

Output = pytest.CaptureFixture[str]
NOON_NS = 1_795_348_800_000_000_000  # 2026-11-22T12:00:00Z


def a_report(exec_number: int, **fields: Any) -> dict[str, Any]:
    """A report as the order manager writes it."""
    return {
        "MsgType": "ExecutionReport",
        "ClOrdID": "",
        "ExecID": f"3DAA100000-{exec_number}",
        "ExecType": "NEW",
        "OrdStatus": "NEW",
        "TransactTime": NOON_NS,
        **fields,
    }


def an_order(order_id: int, user: str = "news", **report: Any) -> dict[str, Any]:
    """An order's record as the order manager writes it."""
    return {
        "Record": "Order",
        "Time": NOON_NS + order_id,
        "User": user,
        "Order": {
            "MsgType": "NewOrderSingle",
            "ClOrdID": f"c{order_id}",
            "Symbol": "SPY",
            "Side": "BUY",
            "OrderQty": "10",
            "OrdType": "LIMIT",
            "Price": "168.5",
            "TimeInForce": "DAY",
        },
        "Report": a_report(order_id, OrderID=order_id, ClOrdID=f"c{order_id}", **report),
    }


HEADER = {
    "Record": "Session",
    "Version": 1,
    "Session": "3DAA100000",
    "Time": NOON_NS,
    "NextOrderID": 7,
    "Registrations": [],
}
REGISTER = {
    "Record": "Register",
    "Time": NOON_NS,
    "User": "news",
    "Register": {
        "MsgType": "Register",
        "RequestID": "r1",
        "Instance": "news",
        "ConfigHash": "c0ffee",
        "FeedSession": "3DAA200000",
        "Head": 100,
        "Start": "now",
    },
    "Report": {
        "MsgType": "Registered",
        "RequestID": "r1",
        "FeedSession": "3DAA200000",
        "FromSeq": 101,
    },
}
REJECTED = {"OrdStatus": "REJECTED", "OrdRejReason": "OTHER", "Text": "\x1b[2J no Side"}
MALFORMED = {
    "Record": "Malformed",
    "Time": NOON_NS,
    "User": "other",
    "Report": a_report(2, **REJECTED),
}
REOPENED = {"Record": "LogReopened", "Time": NOON_NS, "LastOrderID": 7}
RECORDS = [HEADER, REGISTER, an_order(7), MALFORMED, REOPENED, an_order(8, "other"), an_order(9)]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Two users, three orders, and one of each other record."""
    path = tmp_path / "3DAA100000.journal"
    file = Journal.create(path)
    file.append([msgspec.json.encode(record) for record in RECORDS])
    file.close()
    return path


@pytest.fixture
def feed(tmp_path: Path) -> Path:
    """A hundred packets."""
    path = tmp_path / "3DAA200000.feed"
    path.write_bytes(packets(100).tobytes())
    return path


def packets(count: int) -> TickRecords:
    """Prices, one a second from noon on."""
    records = new_records(count)
    records["kind"] = int(TickKind.PRICE)
    records["symbol"] = encode_symbol("SPY")
    records["publish_time_ns"] = NOON_NS + np.arange(count) * 1_000_000_000
    return records


def damage(path: Path, line: int) -> None:
    """Changes a byte within that line."""
    lines = path.read_bytes().split(b"\n")
    lines[line - 1] = lines[line - 1].replace(b"Time", b"time", 1)
    path.write_bytes(b"\n".join(lines))


# ---- journals ----------------------------------------------------------------------------------


def test_check_says_what_is_in_a_journal(journal: Path, capsys: Output) -> None:
    """Session, records, orders, users."""
    assert run(["journal", "check", str(journal)]) == ExitStatus.DONE

    assert capsys.readouterr().out == (
        f"{journal}: session 3DAA100000, format 1, begun 2026-11-22T12:00:00.000000Z; "
        "7 records (1 Session, 1 Register, 3 Order, 1 Malformed, 1 LogReopened); "
        "orders 7 to 9; users: news 3, other 2\n"
    )


def test_check_finds_damage_by_line_and_byte(journal: Path, capsys: Output) -> None:
    """The exit status tells that a repair is needed; a torn end alone is no damage."""
    journal.write_bytes(journal.read_bytes() + b"torn")
    assert run(["journal", "check", str(journal)]) == ExitStatus.DONE
    assert "torn end: 4 bytes at byte" in capsys.readouterr().out
    damage(journal, 3)

    assert run(["journal", "check", str(journal)]) == ExitStatus.OPERATOR_FAULT

    lines = journal.read_bytes().split(b"\n")
    offset, size = sum(len(line) + 1 for line in lines[:2]), len(lines[2]) + 1
    place = f"  DAMAGED line 3 at byte {offset:,}: {size:,} bytes, the checksum does not match\n"
    assert place in capsys.readouterr().out


@pytest.mark.parametrize(
    ("records", "problem"),
    [
        ([HEADER, an_order(7), an_order(9)], r"line 3 at byte \d+: .*: order 9 follows order 7"),
        ([an_order(7)], "line 1 at byte 0: .*: format version None, not 1"),
        ([HEADER | {"Version": 9}], "line 1 at byte 0: .*: format version 9, not 1"),
        ([HEADER, HEADER], "line 2 at byte 127: .*: a second session header"),
        ([HEADER, {"Time": 1}], "line 2 at byte 127: .*: Object missing required field `Record`"),
        ([HEADER, [1]], "line 2 at byte 127: .*: Expected `object`, got `array`"),
        ([HEADER, {"Record": "Order"}], "line 2 at byte 127: .*: Object missing required field"),
    ],
)
def test_check_finds_what_no_checksum_tells(
    tmp_path: Path, capsys: Output, records: list[Any], problem: str
) -> None:
    """Lines that were removed, or written by another program."""
    path = tmp_path / "a.journal"
    file = Journal.create(path)
    file.append([msgspec.json.encode(record) for record in records])
    file.close()

    assert run(["journal", "check", str(path)]) == ExitStatus.OPERATOR_FAULT

    assert re.search(f"\n  DAMAGED {problem}", capsys.readouterr().out)


def test_a_file_of_another_kind_does_not_flood_the_terminal(tmp_path: Path, capsys: Output) -> None:
    """Twenty places are enough; the rest is counted."""
    path = tmp_path / "some.txt"
    path.write_text("something else\n" * 1_000)

    run(["journal", "check", str(path)])

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == PROBLEMS_LISTED_MAX + 2
    assert lines[-1] == f"  DAMAGED in {1_000 - PROBLEMS_LISTED_MAX} more places"


def test_show_prints_a_line_for_each_record(journal: Path, capsys: Output) -> None:
    """Whatever a client once sent cannot move the cursor of who reads it."""
    damage(journal, 6)
    run(["journal", "show", str(journal)])

    out = capsys.readouterr().out
    assert "\x1b" not in out
    lines = [line.split(maxsplit=3) for line in out.splitlines()]
    assert [line[0] for line in lines] == ["1", "2", "3", "4", "5", "6", "7"]
    assert [line[3] for line in lines[:5]] == [
        "Session 3DAA100000, format 1, next order 7, 0 registrations carried over",
        "Register Instance news, ConfigHash c0ffee, FeedSession 3DAA200000, Head 100, "
        "Start now: from 101",
        "Order 7 BUY 10 SPY LIMIT DAY at 168.5 ClOrdID=c7: NEW",
        "Malformed ClOrdID=: REJECTED OTHER ?[2J no Side",
        "LogReopened after order 7",
    ]
    assert lines[5][1] == "DAMAGED,"


@pytest.mark.parametrize(
    ("options", "numbers"),
    [
        (["--user", "other"], ["4", "6"]),
        (["--from", "6"], ["6", "7"]),
        (["--user", "news", "--from", "3"], ["3", "7"]),
        (["--user", "nobody"], []),
    ],
)
def test_show_can_be_narrowed(
    journal: Path, capsys: Output, options: list[str], numbers: list[str]
) -> None:
    """By user, and by line."""
    run(["journal", "show", str(journal), *options])

    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == numbers


def test_repair_says_what_is_lost_before_it_does_anything(journal: Path, capsys: Output) -> None:
    """Only --yes changes a file."""
    damage(journal, 6)
    before = journal.read_bytes()

    assert run(["journal", "repair", str(journal)]) == ExitStatus.REFUSED

    out = capsys.readouterr().out
    content = before.split(b"\n")[5]
    offset = before.index(content)
    said = f"line 6, {len(content) + 1} bytes at byte {offset:,}: order 8 at most; begins with b'"
    assert out.startswith(said)
    assert b'"Order","time":' in content
    assert "nothing was changed" in out
    assert journal.read_bytes() == before

    assert run(["journal", "repair", "--yes", str(journal)]) == ExitStatus.DONE

    assert run(["journal", "check", str(journal)]) == ExitStatus.DONE
    assert "line 6: a repair dropped 1 lines" in capsys.readouterr().out
    assert (journal.parent / f"{journal.name}.damaged").read_bytes() == before


def test_a_whole_journal_needs_no_repair(journal: Path, capsys: Output) -> None:
    """It stays as it is, and nothing beside it."""
    assert run(["journal", "repair", "--yes", str(journal)]) == ExitStatus.DONE

    assert "nothing to repair" in capsys.readouterr().out
    assert list(journal.parent.iterdir()) == [journal]


def test_the_checksums_of_the_test_are_those_of_the_format(journal: Path) -> None:
    """Else everything above would be damage."""
    first = journal.read_bytes().split(b"\n")[0]

    assert int(first[:8], 16) == zlib.crc32(first[9:])


# ---- feed logs ---------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk_packets", [1, 7, 65_536])
def test_check_says_what_is_in_a_feed_log(
    feed: Path, capsys: Output, chunk_packets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers and times; what is behind them is a torn end, zeros as well."""
    monkeypatch.setattr(feed_check, "CHUNK_PACKETS", chunk_packets)
    feed.write_bytes(feed.read_bytes() + bytes(5 * TICK_PACKET_LENGTH) + b"\0\x2eS")

    assert run(["journal", "check", str(feed)]) == ExitStatus.DONE

    summary, torn = capsys.readouterr().out.splitlines()
    assert summary == (
        f"{feed}: session 3DAA200000, 100 packets, numbers 1 to 100, "
        "published 2026-11-22T12:00:00.000000Z to 2026-11-22T12:01:39.000000Z"
    )
    assert "torn end: 243 bytes at byte 4,800" in torn


@pytest.mark.parametrize("chunk_packets", [1, 7, 65_536])
def test_packets_that_are_none_are_damage_if_others_follow(
    feed: Path, capsys: Output, chunk_packets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also zeros; and at the end two that are neither packets nor zeros."""
    monkeypatch.setattr(feed_check, "CHUNK_PACKETS", chunk_packets)
    records = packets(100)
    records["type"][[11, 98, 99]] = ord("?")
    content = bytearray(records.tobytes())
    content[50 * TICK_PACKET_LENGTH : 52 * TICK_PACKET_LENGTH] = bytes(2 * TICK_PACKET_LENGTH)
    feed.write_bytes(content)

    assert run(["journal", "check", str(feed)]) == ExitStatus.OPERATOR_FAULT

    found = [line for line in capsys.readouterr().out.splitlines() if "DAMAGED" in line]
    assert found == [
        f"  DAMAGED packet {number} at byte {(number - 1) * 48:,}: this is no tick packet"
        for number in (12, 51, 52, 99, 100)
    ]


@pytest.mark.parametrize("chunk_packets", [1, 7, 65_536])
def test_a_clock_that_was_set_back_is_said_and_no_damage(
    feed: Path, capsys: Output, chunk_packets: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers give the order, not times."""
    monkeypatch.setattr(feed_check, "CHUNK_PACKETS", chunk_packets)
    records = packets(100)
    records["publish_time_ns"][40:] -= 3_600_000_000_000
    records["publish_time_ns"][70:] -= 3_600_000_000_000
    feed.write_bytes(records.tobytes())

    assert run(["journal", "check", str(feed)]) == ExitStatus.DONE

    out = capsys.readouterr().out
    assert "publish time goes back in 2 places, the first at packet 41: the clock was set" in out


def test_an_empty_feed_log_is_no_damage(tmp_path: Path, capsys: Output) -> None:
    """A session that had not begun."""
    path = tmp_path / "3DAA200000.feed"
    path.touch()

    assert run(["journal", "check", str(path)]) == ExitStatus.DONE

    assert "no packet" in capsys.readouterr().out


@pytest.mark.parametrize("action", ["show", "repair"])
def test_feed_logs_are_neither_shown_nor_repaired(feed: Path, action: str) -> None:
    """What to do instead is said."""
    assert run(["journal", action, str(feed)]) == ExitStatus.OPERATOR_FAULT


@pytest.mark.parametrize("action", ["check", "show", "repair"])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, action: str) -> None:
    """With the words of the system."""
    assert run(["journal", action, str(tmp_path / "none.journal")]) == ExitStatus.REFUSED
