"""What `verify` makes of accounts that go on: it folds the feed sessions before as well."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.ctl.verify.traded import order
from tests.daemons.tradestack_order_manager.carried import (
    MONEY,
    NEXT_SESSION,
    begin_next,
    first_session,
)
from tests.kit.recorded_session import FEED_SESSION, RecordedSession, trades
from tests.trading.verification.verified import payloads_of, verify
from tradestack.ctl.verify.verify_session import verify_session
from tradestack.domain.fixed_point import SCALE
from tradestack.report.files.state_files import StateFiles
from tradestack.trading.verification.difference import Differs
from tradestack.wire.feed import TICK_PACKET


@pytest.fixture
def recorded(tmp_path: Path) -> Iterator[RecordedSession]:
    """A first feed session, in which news has bought 10 SPY at 100 that are worth 102."""
    with first_session(tmp_path) as recorded:
        yield recorded


def test_an_opening_that_differs_from_what_was_left_is_found(recorded: RecordedSession) -> None:
    """It is compared with the final state of the account before."""
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("second", 1))
    payloads = payloads_of(recorded.journal)
    cash = f'"cash":{-1_000 * MONEY}'.encode()
    opened = max(index for index, each in enumerate(payloads) if cash in each)
    payloads[opened] = payloads[opened].replace(cash, f'"cash":{-999 * MONEY}'.encode())

    with pytest.raises(Differs) as differs:
        verify(recorded.gateway / f"{NEXT_SESSION}.feed", payloads)

    assert differs.value.difference.line == opened + 1


@pytest.mark.parametrize(
    ("is_kept", "says"),
    [
        (True, "that is folded again as well, below."),
        (False, "that cannot be folded again, because its feed log is not here."),
    ],
)
def test_a_verification_says_what_an_opening_rests_on(
    recorded: RecordedSession, is_kept: bool, says: str
) -> None:
    """The feed session before is verified too, if its log is there."""
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("second", 1))
    if not is_kept:
        (recorded.gateway / f"{FEED_SESSION}.feed").unlink()

    result = verify_session(StateFiles(recorded.directory / "state"), NEXT_SESSION)

    assert result.is_same
    assert any(remark.endswith(says) for remark in result.unknown)
    assert [each.session for each in result.earlier] == [FEED_SESSION] * is_kept


def test_a_verification_goes_back_to_the_first_session(recorded: RecordedSession) -> None:
    """Each session is verified once, the newest first, also over another order session."""
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("second", 1))
    recorded.roll_over()
    begin_next(recorded)
    recorded.publish(*trades("SPY", "106"))
    recorded.send(order("third", 1))

    result = verify_session(StateFiles(recorded.directory / "state"), None)

    assert result.is_same, result.text
    assert [each.session for each in result.earlier] == [NEXT_SESSION, FEED_SESSION]
    assert [each.counts.orders for each in result.earlier] == [1, 1]
    assert len(result.as_dict()["earlier"]) == 2


def test_a_difference_in_the_session_before_is_found(recorded: RecordedSession) -> None:
    """A trade that is another one now: what was left does not follow from the log."""
    begin_next(recorded)
    recorded.publish(*trades("SPY", "105"))
    recorded.send(order("second", 1))
    before = recorded.gateway / f"{FEED_SESSION}.feed"
    assert verify_session(StateFiles(recorded.directory / "state"), NEXT_SESSION).is_same
    before.with_suffix(".crc").unlink()
    records = np.frombuffer(before.read_bytes(), TICK_PACKET).copy()
    records["value"][1] += SCALE
    before.write_bytes(records.tobytes())

    result = verify_session(StateFiles(recorded.directory / "state"), NEXT_SESSION)

    assert not result.is_same
    assert not result.findings
    (earlier,) = result.earlier
    assert earlier.findings[0].field == "Report.LastPx"
    assert "DIFFERENT" in result.text
