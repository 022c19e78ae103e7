"""A real gateway in a process of its own."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from tests.kit.blocking_client import BlockingClient
from tests.kit.daemon import Daemon
from tests.kit.segments import SEGMENTS, new_suffix
from tradestack.net.control.client import ControlClient
from tradestack.wire.feed import TickRecords, new_records

USER = "guest"


class Gateway(Daemon):
    """A gateway that must be configured before it is started."""

    module = "tradestack_gateway"
    listener = "feed"
    interface = "io.tradestack.Gateway"
    users: ClassVar[tuple[str, ...]] = (USER,)

    def __init__(self, directory: Path) -> None:
        self.suffix = new_suffix()
        super().__init__(directory)

    def required_keys(self) -> dict[str, object]:
        """Return the common keys, and a suffix that no other gateway has."""
        return {**super().required_keys(), "segment_suffix": self.suffix}

    def call_to_the_end(self, method: str, parameters: Mapping[str, Any]) -> None:
        """Call a method and read all of its replies. Raises VarlinkError."""
        with ControlClient(self.control) as client:
            for _ in client.stream(self._qualified(method), parameters):
                pass

    def read_ticks(self, **parameters: Any) -> Iterator[dict[str, Any]]:
        """Yield the ticks of ReadTicks."""
        with ControlClient(self.control) as client:
            for reply in client.stream(self._qualified("ReadTicks"), parameters):
                yield from reply["ticks"]

    def logged(self, session: str) -> TickRecords:
        """Return the records in the log of a feed session."""
        records: TickRecords = np.fromfile(self.state / f"{session}.feed", new_records(0).dtype)
        return records

    def wait_for_head(self, head: int) -> None:
        """Wait until that many messages are published."""
        self.stats_when(lambda stats: stats["head"] >= head)

    def client(self, session: str = "", sequence: int = 1) -> BlockingClient:
        """Connect a client that has logged in, or was rejected."""
        return self.connect(USER).send_login(session, sequence).await_answer()

    def close(self) -> None:
        """Close it, and remove its shared memory."""
        super().close()
        shutil.rmtree(SEGMENTS / f"tradestack{self.suffix}", ignore_errors=True)
