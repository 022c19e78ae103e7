"""A feed session in a directory, as a gateway writes it: the log tick by tick, and its sidecar."""

from pathlib import Path

from msgspec.structs import replace

from tradestack.domain.fixed_point import SCALE
from tradestack.domain.tick import TickKind
from tradestack.sessions.sidecar import Sidecar
from tradestack.store.feed_log import FEED_LOG_SUFFIX
from tradestack.wire.feed import TICK_PACKET_LENGTH, encode_symbol, new_records

FIRST_TIME_NS = 1_381_411_800_000_000_000  # 2013-10-10T13:30:00Z
TICK_INTERVAL_NS = 1_000_000_000


class FeedFile:
    """A feed session; each tick is in the log when the method returns.

    head: the number of the newest message. time_ns: its event time.
    """

    def __init__(
        self, directory: Path, session_id: str = "3DAA200000", first_time_ns: int = FIRST_TIME_NS
    ) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.session_id = session_id
        self.path = directory / f"{session_id}{FEED_LOG_SUFFIX}"
        self.head = 0
        self.time_ns = first_time_ns - TICK_INTERVAL_NS
        self._sidecar = Sidecar(session_id=session_id, start_time_ns=0, sources={})
        self._sidecar.save(directory)
        self.path.touch()

    def trade(
        self,
        quantity: float,
        price: float = 100,
        *,
        symbol: str = "SPY",
        interval_ns: int = TICK_INTERVAL_NS,
    ) -> int:
        """Append a trade, so long after the message before it; return its number."""
        fixed = round(price * SCALE), round(quantity * SCALE)
        return self.append(TickKind.PRICE, symbol, *fixed, interval_ns=interval_ns)

    def news(self, *, interval_ns: int = TICK_INTERVAL_NS) -> int:
        """Append news; return its number."""
        return self.append(TickKind.NEWS, "SPY", 50 * SCALE, 0, interval_ns=interval_ns)

    def append(
        self, kind: TickKind, symbol: str, value: int, size: int, *, interval_ns: int
    ) -> int:
        """Append a message with integers as in the packet; return its number."""
        self.time_ns += interval_ns
        (record,) = records = new_records(1)
        record["kind"], record["symbol"] = kind, encode_symbol(symbol)
        record["value"], record["size"] = value, size
        record["event_time_ns"] = record["publish_time_ns"] = self.time_ns
        with self.path.open("ab") as log:
            log.write(records.tobytes())
        self.head += 1
        return self.head

    def end(self) -> None:
        """End the session with its newest message."""
        self._sidecar.as_ended(self.head).save(self.path.parent)

    def abandon(self) -> None:
        """Leave the session as a relay does whose upstream serves it no more."""
        replace(self._sidecar, incomplete=True).save(self.path.parent)

    def cut(self, head: int) -> bytes:
        """Shorten the log to so many messages, as a power failure may; return what it was."""
        whole = self.path.read_bytes()
        self.path.write_bytes(whole[: head * TICK_PACKET_LENGTH])
        return whole
