"""Processes that are given listening sockets in the way systemd gives them (sd_listen_fds(3))."""

import fcntl
import os
import socket
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DESCRIPTOR_FREE = 20  # above those that bash uses itself
DESCRIPTOR_FIRST = 3  # SD_LISTEN_FDS_START


def start_with_sockets(
    command: Sequence[str | Path],
    sockets: Mapping[str, socket.socket],
    *,
    environment: Mapping[str, str] | None = None,
    **options: Any,
) -> "subprocess.Popen[Any]":
    """Start the command with duplicates of the sockets, by name; options are those of Popen.

    LISTEN_PID is known only after the fork, so bash sets it and becomes the command.
    """
    passed = [
        fcntl.fcntl(each.fileno(), fcntl.F_DUPFD, DESCRIPTOR_FREE) for each in sockets.values()
    ]
    redirections = " ".join(
        f"{number}<&{descriptor}" for number, descriptor in enumerate(passed, DESCRIPTOR_FIRST)
    )
    try:
        return subprocess.Popen(
            ["bash", "-c", f'LISTEN_PID=$$ exec "$@" {redirections}', "bash", *command],
            env={
                **os.environ,
                "LISTEN_FDS": str(len(passed)),
                "LISTEN_FDNAMES": ":".join(sockets),
                **(environment or {}),
            },
            pass_fds=passed,
            **options,
        )
    finally:
        for descriptor in passed:
            os.close(descriptor)
