"""`tradestackctl why`: on a copy, as text and JSON, and where there is no answer."""

import json
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.ctl.verify.traded import FILLED, trade
from tests.kit.recorded_session import RecordedSession
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """The directory of a stack that has traded."""
    with RecordedSession(tmp_path) as recorded:
        trade(recorded)
    return tmp_path


def test_text_and_json_tell_the_same(directory: Path, capsys: Output) -> None:
    """The directory may be that of `up`, or the one that has the daemons' directories."""
    assert run(["why", str(FILLED), "--state-dir", str(directory)]) == ExitStatus.DONE
    text = capsys.readouterr().out
    state = directory / "state"
    assert run(["why", str(FILLED), "--json", "--state-dir", str(state)]) == ExitStatus.DONE
    story = json.loads(capsys.readouterr().out)

    assert text.startswith("order 1 of news: BUY 150 SPY MARKET DAY\n")
    assert text.endswith("end: FILLED at message 5, 150 filled\n")
    assert (story["order_id"], story["status"], len(story["fills"])) == (1, "FILLED", 2)


def test_a_number_that_no_order_has(directory: Path, capsys: Output) -> None:
    """The status is 78, and the message says where to look."""
    status = run(["why", "99", "--state-dir", str(directory)])

    assert status == ExitStatus.OPERATOR_FAULT
    remedy = f"see `tradestackctl orders --state-dir {directory / 'state'}`"
    assert f"no order has the number 99; {remedy}" in capsys.readouterr().err


def test_what_is_not_a_number(capsys: Output) -> None:
    """The command line is refused."""
    with pytest.raises(SystemExit):
        run(["why", "first"])

    assert "not a whole number" in capsys.readouterr().err


def test_a_damaged_journal(directory: Path, capsys: Output) -> None:
    """It is named with the verb that says more."""
    (journal,) = directory.glob("state/*/*.journal")
    content = bytearray(journal.read_bytes())
    content[-100] ^= 1
    journal.write_bytes(content)

    assert run(["why", "9", "--state-dir", str(directory)]) == ExitStatus.OPERATOR_FAULT
    assert "tradestackctl journal check" in capsys.readouterr().err
