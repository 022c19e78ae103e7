"""An account whose journal does not follow from the feed log: nothing goes on with it."""

import zlib
from pathlib import Path

import pytest

from tests.ctl.verify.traded import order
from tests.kit.recorded_session import RecordedSession, trades
from tests.trading.verification.verified import payloads_of
from tradestack.domain.faults import OperatorFault
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Order
from tradestack.trading.execution.model import ExecutionModel


def rewrite(journal: Path, found: bytes, instead: bytes) -> None:
    """Write other bytes into the payloads of a journal."""
    payloads = [payload.replace(found, instead) for payload in payloads_of(journal)]
    journal.write_bytes(b"".join(b"%08x %b\n" % (zlib.crc32(each), each) for each in payloads))


def test_it_is_refused_with_what_to_do(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """As after an upgrade to other rules: a fill that would be another one now."""
    with RecordedSession(tmp_path, ExecutionModel(default_size=100 * SCALE)) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("bought", 30))
        recorded.publish(*trades("SPY", "101", size=10))
        recorded.pass_time()
        before = len(payloads_of(recorded.journal))
        rewrite(recorded.journal, b'"LastPx":"101"', b'"LastPx":"102"')
        recorded.restart()
        recorded.pass_time()
        refused = recorded.send(order("next", 1)).unavailable

        assert len(payloads_of(recorded.journal)) == before
        assert [type(item.message) for item, _ in refused] == [Order]
        assert len(caplog.records) == 1
        assert "`tradestackctl verify` says where they differ" in caplog.text
        with pytest.raises(OperatorFault, match="move the order journal away"):
            recorded.roll_over()
