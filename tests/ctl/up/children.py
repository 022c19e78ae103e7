"""Python scripts as child processes that can notify `up`."""

import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from tradestack.ctl.up.child_process import ChildCommand

PREAMBLE = """
import os, signal, socket, sys
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.connect(os.environ["NOTIFY_SOCKET"])
"""


def script_command(
    directory: Path, script: str, listeners: Mapping[str, socket.socket] | None = None
) -> ChildCommand:
    """The child "x", which runs the script; `notify` is connected to its notify socket."""
    return ChildCommand(
        name="x",
        argv=[sys.executable, "-c", PREAMBLE + script],
        listeners=listeners or {},
        variables={"GREETING": "hello"},
        notify_path=directory / "notify",
    )
