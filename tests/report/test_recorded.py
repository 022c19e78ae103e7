"""Opening a recorded session: while it is written, cut, damaged, and what is said of that."""

import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verify.traded import order, trade
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tradestack.domain.faults import OperatorFault
from tradestack.report.build import build_report
from tradestack.report.files import state_files
from tradestack.report.recorded import open_session
from tradestack.store.feed_checksums import CHECKSUMS_SUFFIX
from tradestack.store.journal_lines import JournalLine, read_lines
from tradestack.wire.feed import TICK_PACKET_LENGTH


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of a session that was traded to its end."""
    with RecordedSession(tmp_path) as recorded:
        trade(recorded)
        recorded.end()
    return tmp_path


def log_of(directory: Path) -> Path:
    """The feed log."""
    return directory / "state" / "gateway" / f"{FEED_SESSION}.feed"


def journal_of(directory: Path) -> Path:
    """The order journal."""
    (journal,) = (directory / "state" / "order-manager").glob("*.journal")
    return journal


def test_a_session_that_goes_on_is_read_as_it_was_when_it_was_opened(tmp_path: Path) -> None:
    """What is written later is in the next reading."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 10))
        session = open_session(tmp_path, None)
        recorded.publish(*trades("SPY", "101"))
        recorded.pass_time()

        assert (session.head, session.orders().row_count, session.fills().row_count) == (1, 1, 0)
        assert not session.has_ended
        later = open_session(tmp_path, None)
        assert (later.head, later.orders().row_count, later.fills().row_count) == (2, 1, 1)


@pytest.mark.parametrize("tail", [b"\0" * 100, b"\0" * 3 * TICK_PACKET_LENGTH, b"x" * 30])
def test_what_a_crash_leaves_at_the_end_of_the_log_is_left_out(
    directory: Path, tail: bytes
) -> None:
    """And said; the gateway would cut it."""
    whole = open_session(directory, None)
    with log_of(directory).open("ab") as log:
        log.write(tail)

    session = open_session(directory, None)

    assert session.head == whole.head
    assert session.equity()["equity"].tolist() == whole.equity()["equity"].tolist()
    assert session.remarks == (f"{FEED_SESSION}.feed: {len(tail)} bytes at its end are no ticks.",)


def test_messages_that_are_not_what_was_published_are_named(directory: Path) -> None:
    """A byte of a price has changed; the checksum beside the log knows it."""
    log = log_of(directory)
    content = bytearray(log.read_bytes())
    log.with_suffix(CHECKSUMS_SUFFIX).write_bytes(b"%08x\n" % zlib.crc32(content))
    sound = open_session(directory, None)
    assert sound.remarks == ()

    content[TICK_PACKET_LENGTH - 10] ^= 1
    log.write_bytes(content)

    (remark,) = open_session(directory, None).remarks
    assert remark.startswith(f"{FEED_SESSION}.feed: messages 1 to {sound.head} are not what was")


def test_a_report_reads_each_journal_once(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Orders, fills, accounts and provenance come from one pass over its lines."""
    read: list[Path] = []

    def lines_of(path: Path) -> Iterator[JournalLine]:
        read.append(path)
        return read_lines(path)

    monkeypatch.setattr(state_files, "read_lines", lines_of)

    report = build_report(open_session(directory, None))

    assert read == [journal_of(directory)]
    assert report.orders.received > 0
    assert report.provenance.order_sessions == (journal_of(directory).stem,)


def test_a_torn_line_at_the_end_of_a_journal_is_left_out(directory: Path) -> None:
    """And said."""
    journal = journal_of(directory)
    content = journal.read_bytes()
    orders = open_session(directory, None).orders().row_count
    journal.write_bytes(content[:-1])

    session = open_session(directory, None)

    torn = len(content[:-1]) - content[:-1].rindex(b"\n") - 1
    assert session.remarks == (f"{journal.name}: {torn:,} bytes at its end are no whole line.",)
    assert session.orders().row_count == orders


def test_a_log_that_lacks_trades_of_fills(directory: Path) -> None:
    """After a power failure: equity is that of what is there, and that is said."""
    log = log_of(directory)
    log.write_bytes(log.read_bytes()[: 10 * TICK_PACKET_LENGTH])

    session = open_session(directory, None)

    assert int(session.fills()["feed_seq"].max()) > session.head == 10
    assert int(session.equity()["feed_seq"].max()) == 10
    assert "lacks the trades of" in session.remarks[0]


def test_damage_of_a_journal_is_refused_with_what_looks_into_it(directory: Path) -> None:
    """A line in the middle that is not what was written."""
    journal = journal_of(directory)
    journal.write_bytes(journal.read_bytes().replace(b'"Symbol":"IBM"', b'"Symbol":"IBN"'))

    with pytest.raises(OperatorFault, match="journal check"):
        open_session(directory, None).orders()


def test_damage_of_the_log_is_refused(directory: Path) -> None:
    """A message in the middle that is none."""
    content = bytearray(log_of(directory).read_bytes())
    content[3 * TICK_PACKET_LENGTH] = 0xFF
    log_of(directory).write_bytes(content)

    with pytest.raises(OperatorFault, match="message 4 is damaged"):
        open_session(directory, None).ticks()


def test_journals_of_other_sessions_are_not_read(directory: Path) -> None:
    """So their damage does not matter."""
    (directory / "state" / "order-manager" / "3DAA900000.journal").write_text("damaged\n")

    assert open_session(directory, None).orders().row_count == 9


def test_what_is_missing_is_reported(directory: Path, tmp_path: Path) -> None:
    """A directory without a stack, and a session that was never recorded."""
    with pytest.raises(OperatorFault, match="--state-dir"):
        open_session(tmp_path / "nothing", None)
    with pytest.raises(OperatorFault, match=FEED_SESSION):
        open_session(directory, "3DAA299999")


def test_a_copy_of_the_directories_is_enough(directory: Path, tmp_path: Path) -> None:
    """As /var/lib/tradestack has them."""
    copy = Path(shutil.copytree(directory / "state", tmp_path / "copy"))

    assert open_session(copy, FEED_SESSION).has_ended
