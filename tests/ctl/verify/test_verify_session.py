"""Verification of files: what is found in them, and what is said of what is not known."""

import json
import shutil
from pathlib import Path

import pytest

from tests.ctl.verify.traded import trade
from tests.kit.recorded_session import FEED_SESSION, ORDER_SESSION, RecordedSession, trades
from tradestack.ctl.check.journal_repair import repair
from tradestack.ctl.verify.result import Result
from tradestack.ctl.verify.verify_session import verify_session
from tradestack.domain.faults import OperatorFault
from tradestack.report.files.state_files import StateFiles
from tradestack.store.journal_rewrite import encode_line


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory of a session that was traded to its end."""
    directory = tmp_path_factory.mktemp("traded")
    with RecordedSession(directory) as recorded:
        trade(recorded)
        recorded.end()
    return directory / "state"


@pytest.fixture
def state(original: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(original, tmp_path / "copy"))


def verified(state: Path, session: str | None = None) -> Result:
    """Verify the files in a state directory."""
    return verify_session(StateFiles(state), session)


def journal_of(state: Path) -> Path:
    """The order journal."""
    return state / "order-manager" / f"{ORDER_SESSION}.journal"


def log_of(state: Path) -> Path:
    """The feed log."""
    return state / "gateway" / f"{FEED_SESSION}.feed"


def test_a_whole_session(state: Path) -> None:
    """All of it is compared, and nothing but what is taken as it is remains unknown."""
    result = verified(state)

    assert result.is_same, result.text
    assert result.accounts == ["news", "other"]
    assert (result.messages, result.counts.orders, result.counts.fills) == (16, 9, 7)
    assert result.unknown == []
    assert json.loads(json.dumps(result.as_dict()))["same"] is True


def test_every_byte_of_the_log(state: Path) -> None:
    """A changed byte is found, whichever it is."""
    log = log_of(state)
    good = log.read_bytes()
    for offset in range(0, len(good), 5):
        log.write_bytes(good[:offset] + bytes([good[offset] ^ 1]) + good[offset + 1 :])

        result = verified(state)

        assert not result.is_same
        assert {finding.file for finding in result.findings} >= {log}


@pytest.mark.parametrize("offset", [0, 8, 9, 40, 2_000, -2, -1])
def test_bytes_of_the_journal(state: Path, offset: int) -> None:
    """Checksum, space, header, payload and the very last newline: each is found, with its line."""
    journal = journal_of(state)
    content = bytearray(journal.read_bytes())
    line = bytes(content).count(b"\n", 0, offset % len(content)) + 1
    content[offset] ^= 1
    journal.write_bytes(content)

    (finding,) = verified(state).findings

    assert (finding.file, finding.place) == (journal, f"line {line}")


def test_a_line_that_is_being_written_is_no_difference(state: Path) -> None:
    """The journal is compared up to its last whole line."""
    journal = journal_of(state)
    content = journal.read_bytes()
    journal.write_bytes(content + content[:100])

    assert verified(state).is_same


def test_a_changed_report_with_a_right_checksum(state: Path) -> None:
    """The first difference is named: file, line, order, field, expected, found."""
    journal = journal_of(state)
    lines = journal.read_bytes().splitlines()
    at = next(i for i, line in enumerate(lines) if b'"LastPx":"102"' in line)
    changed = encode_line(lines[at][9:].replace(b'"LastPx":"102"', b'"LastPx":"101.5"')).strip()
    journal.write_bytes(b"".join(line + b"\n" for line in [*lines[:at], changed, *lines[at + 1 :]]))

    result = verified(state)

    (finding,) = result.findings
    assert (finding.file, finding.place, finding.order_id) == (journal, f"line {at + 1}", 1)
    assert (finding.field, finding.expected, finding.found) == ("Report.LastPx", "102", "101.5")
    assert "DIFFERENT" in result.text
    assert "expected  102\n" in result.text


def test_a_log_that_is_shorter_than_when_it_ended(state: Path) -> None:
    """Its end differs, and the reports on what is missing are not compared."""
    log = log_of(state)
    log.write_bytes(log.read_bytes()[: 10 * 64])

    result = verified(state)

    assert {finding.field for finding in result.findings} == {"its end", "checksum"}
    assert any("the feed log ends with 10" in remark for remark in result.unknown)


def test_without_checksums_it_says_what_is_not_checked(state: Path) -> None:
    """Messages of no block are named."""
    log_of(state).with_suffix(".crc").unlink()

    result = verified(state)

    assert result.is_same
    assert result.unknown == [
        "Messages 1 to 16 have no checksum: of them only what a report depends on is checked."
    ]


def test_a_session_that_goes_on(tmp_path: Path) -> None:
    """What is journalled is compared, while orders work and files are open."""
    with RecordedSession(tmp_path) as recorded:
        trade(recorded)
        result = verified(tmp_path / "state")

    assert result.is_same, result.text
    assert not result.is_ended
    assert "have no checksum yet" in result.text


def test_the_newest_session_is_the_default(state: Path) -> None:
    """An older one is verified by its id; one that is not there is an operator's fault."""
    for suffix in (".feed", ".json"):
        shutil.copy(log_of(state).with_suffix(suffix), state / "gateway" / f"3DAA100000{suffix}")

    assert verified(state).session == FEED_SESSION
    older = verified(state, "3DAA100000")
    assert older.is_same
    assert older.journals == []
    assert "No order journal that is kept has an account of this session." in older.unknown
    with pytest.raises(OperatorFault, match=f"no feed log of X; .*3DAA100000, {FEED_SESSION}"):
        verified(state, "X")


def test_a_journal_of_another_version(state: Path) -> None:
    """It cannot be read, which is no difference."""
    journal = journal_of(state)
    header, _, rest = journal.read_bytes().partition(b"\n")
    journal.write_bytes(encode_line(header[9:].replace(b'"Version":2', b'"Version":9')) + rest)

    with pytest.raises(OperatorFault, match="format version 9"):
        verified(state)


def test_lines_that_a_repair_dropped(state: Path) -> None:
    """What was lost cannot be compared: the journal differs there."""
    journal = journal_of(state)
    content = bytearray(journal.read_bytes())
    content[content.index(b'"LastPx"')] ^= 1
    journal.write_bytes(content)
    repair(journal, 1)

    (finding,) = verified(state).findings

    assert finding.field == "LinesLost"


def test_an_account_that_goes_on_in_another_order_session(tmp_path: Path) -> None:
    """Without the journal in which it began it is folded from its first state; that is said."""
    with RecordedSession(tmp_path) as recorded:
        recorded.publish(*trades("SPY", "100"))
        trade(recorded)
    journal = journal_of(tmp_path / "state")
    lines = journal.read_bytes().splitlines()
    at = next(i for i, line in enumerate(lines) if b'"Record":"Account"' in line)
    changed = lines[at][9:].replace(b'"requests_of_cause":0', b'"requests_of_cause":1')
    lines[at] = encode_line(changed).strip()
    journal.write_bytes(b"".join(line + b"\n" for line in lines))

    result = verified(tmp_path / "state")

    assert result.is_same, result.text
    assert any("begins in an order journal that is not here" in each for each in result.unknown)
