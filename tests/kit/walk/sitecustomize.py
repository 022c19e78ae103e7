"""Record which files of the project messages cross; Python imports this module at its start.

A walk begins where bytes are received from a TCP socket, or where the gateway wakes up to publish,
and ends at the next send to a TCP socket. It is the files in the order in which it first enters
them. At exit the process writes how often it has seen each walk to a file in WALKS_DIRECTORY.
"""

import atexit
import json
import os
import socket
import sys
from collections import Counter
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

ROOT = Path(__file__).parents[3]
PACKAGES = (f"{ROOT}/lib/tradestack/", f"{ROOT}/daemons/tradestack_")
RECEIVED = frozenset({"recv", "recv_into"})
SENT = "send"
WOKEN = "Player.play"  # its coroutine, when the next tick is due


class WalkRecorder:
    """A profile function (sys.setprofile), and the walks that it has seen."""

    def __init__(self) -> None:
        self.walks: Counter[tuple[str, ...]] = Counter()
        self._walk: dict[str, None] | None = None  # of the message on its way, None = there is none
        self._names: dict[CodeType, str | None] = {}

    def __call__(self, frame: FrameType, event: str, called: Any) -> None:
        """Follow one call."""
        if event == "call":
            if frame.f_code.co_qualname == WOKEN:
                self._walk = {}
            self._enter(frame.f_code)
        elif event == "c_call":
            name = called.__name__
            if name in RECEIVED and _is_tcp(called):
                self._walk = {}
                self._enter(frame.f_code)
            elif name == SENT and self._walk is not None and _is_tcp(called):
                self.walks[tuple(self._walk)] += 1
                self._walk = None

    def save(self, path: Path) -> None:
        """Write the walks and how often each was seen."""
        path.write_text(json.dumps(list(self.walks.items())))

    def _enter(self, code: CodeType) -> None:
        if self._walk is None:
            return
        if code not in self._names:
            path = code.co_filename
            is_ours = path.startswith(PACKAGES)
            self._names[code] = str(Path(path).relative_to(ROOT)) if is_ours else None
        name = self._names[code]
        if name is not None:
            self._walk[name] = None


def _is_tcp(method: Any) -> bool:
    owner = method.__self__
    return isinstance(owner, socket.socket) and owner.family in (socket.AF_INET, socket.AF_INET6)


if "WALKS_DIRECTORY" in os.environ:
    recorder = WalkRecorder()
    atexit.register(recorder.save, Path(os.environ["WALKS_DIRECTORY"], f"{os.getpid()}.json"))
    sys.setprofile(recorder)
