"""Feed sessions that go on from each other, recorded by the order manager's own code."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.ctl.verify.traded import order
from tests.daemons.tradestack_order_manager.samples import a_register
from tests.kit.recorded_session import RecordedSession, trades
from tests.trading.verification.verified import payloads_of, verify
from tradestack.domain.fixed_point import SCALE
from tradestack.domain.order import Start
from tradestack.trading.account.holdings.opening import AccountOpening
from tradestack.trading.verification.verification import Verification
from tradestack.wire.order_messages import Register

CARRY = AccountOpening.CARRY
NEXT_SESSION = "3DAA200001"
MONEY = SCALE * SCALE


@contextmanager
def first_session(directory: Path) -> Iterator[RecordedSession]:
    """Record a feed session in which news buys 10 SPY at 100 that are worth 102 then."""
    with RecordedSession(directory, opening=CARRY) as recorded:
        recorded.publish(*trades("SPY", "100"))
        recorded.send(order("first", 10))
        recorded.publish(*trades("SPY", "100", "102"))
        recorded.pass_time()
        yield recorded


def begin_next(recorded: RecordedSession) -> None:
    """Begin another feed session, and let the account meet the end of the one before."""
    recorded.begin_feed_session()
    recorded.pass_time()
    recorded.pass_time()


def register(feed_session: str) -> Register:
    """Register a strategy that trades the whole session."""
    return a_register(feed_session=feed_session, head=0, start=Start.SESSION)


def verify_session(recorded: RecordedSession, feed_session: str) -> Verification:
    """Verify a feed session by all journals; raise Differs."""
    journals = [payloads_of(path) for path in recorded.journals]
    return verify(recorded.gateway / f"{feed_session}.feed", *journals)
