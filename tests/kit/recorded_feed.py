"""The files of a feed session as a gateway leaves them, for an order manager that reads them."""

from pathlib import Path

import msgspec

from tests.kit.tape import MemoryTape
from tradestack.store.feed_log import FEED_LOG_SUFFIX, SIDECAR_SUFFIX


class RecordedFeed:
    """The log and the sidecar of one feed session, in a gateway's state directory."""

    def __init__(self, directory: Path, tape: MemoryTape) -> None:
        directory.mkdir(exist_ok=True)
        self.tape = tape
        self.log = directory / f"{tape.session_id}{FEED_LOG_SUFFIX}"
        self.sidecar = self.log.with_suffix(SIDECAR_SUFFIX)
        self.write()

    def write(self) -> None:
        """Write what the tape has; a log that is read already only grows."""
        whole = self.tape.records(1, self.tape.head).tobytes()
        with self.log.open("ab") as log:
            log.write(whole[log.tell() :])

    def end(self) -> None:
        """Say that the session is over."""
        self.sidecar.write_bytes(msgspec.json.encode({"ended": True, "ended_head": self.tape.head}))
