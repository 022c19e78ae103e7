"""Listening sockets by name: passed by systemd, or bound.

systemd passes descriptors 3, 4, … and their names (sd_listen_fds(3)):

    LISTEN_PID=812  LISTEN_FDS=2  LISTEN_FDNAMES=control:feed

Only the names count: the order changes when a socket unit is restarted.
"""

import errno
import os
import socket
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address

CONTROL = "control"  # the name of the control socket in every daemon
CONTROL_KEY = "control_socket"  # and its config key
LISTEN_FDS_START = 3
LISTEN_FDS_MAX = 64  # a daemon has two; a larger number is a broken environment
COUNT_LENGTH_MAX = 20  # digits; int() refuses thousands of them
BACKLOG = 256  # connections that queue while a daemon restarts; the same as in the units
CONTROL_SOCKET_UMASK = 0o117  # → 0660: the owner and the operators' group

_WHERE = "LISTEN_FDS"


def parse_listen_fds(variables: Mapping[str, str], *, pid: int) -> dict[str, int]:
    """Variables → descriptors by name, none if they are not for this pid. Raises OperatorFault."""
    if variables.get("LISTEN_PID") != str(pid):
        return {}
    count_text = variables.get("LISTEN_FDS", "")
    is_number = count_text.isascii() and count_text.isdigit()
    if not is_number or len(count_text) > COUNT_LENGTH_MAX or int(count_text) > LISTEN_FDS_MAX:
        shown = count_text[:COUNT_LENGTH_MAX]
        raise OperatorFault(
            _WHERE, f"{shown!r} is not a number of sockets", "start the service by systemd"
        )
    count = int(count_text)
    names = variables.get("LISTEN_FDNAMES", "").split(":") if count else []
    if len(names) != count or len(set(names)) != count:
        raise OperatorFault(
            _WHERE,
            f"{count} sockets are passed with the names {':'.join(names)!r}",
            "give each socket unit its own FileDescriptorName=",
        )
    return {name: LISTEN_FDS_START + index for index, name in enumerate(names)}


def adopt_sockets(fds: Mapping[str, int], wanted: Iterable[str]) -> dict[str, socket.socket]:
    """Adopt the passed sockets: non-blocking, not inherited by children.

    Raises OperatorFault if one of the wanted names is missing: to bind it instead would hide a
    socket unit that failed.
    """
    missing = [name for name in wanted if name not in fds]
    if missing:
        raise OperatorFault(
            _WHERE,
            f"no socket named {missing[0]} was passed (passed: {', '.join(fds) or 'none'})",
            f"start the socket unit whose FileDescriptorName= is {missing[0]}, "
            "or unset NOTIFY_SOCKET and LISTEN_FDS where no service manager starts the daemon",
        )
    return {name: _adopt(name, fds[name]) for name in wanted}


def bind_tcp(address: Address) -> socket.socket:
    """Bind a listening socket. Raises OperatorFault if the address is not available."""
    try:
        listener = socket.create_server(
            (address.host, address.port),
            family=socket.AF_INET6 if ":" in address.host else socket.AF_INET,
            backlog=BACKLOG,
        )
    except OSError as error:
        raise OperatorFault(
            f"listen: {address}",
            _words_of(error),
            "stop the process that uses this port, or change `listen`",
        ) from error
    listener.settimeout(0)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets inherit it
    return listener


def bind_unix(path: Path, key: str = CONTROL_KEY) -> socket.socket:
    """Bind a listening socket with mode 0660, replacing the one that a killed daemon left.

    Raises OperatorFault if a process serves there or the directory is not writable, OSError if the
    disk is full.
    """
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _remove_stale_socket(path, key)
        umask_before = os.umask(CONTROL_SOCKET_UMASK)
        try:
            listener.bind(str(path))
        finally:
            os.umask(umask_before)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno == errno.ENOSPC:
            raise
        raise OperatorFault(
            f"{key}: {path}",
            error.strerror or str(error),
            "create the directory, writable by the daemon's user, or change the key"
            if error.errno
            else "choose a path of at most 107 bytes",
        ) from error
    except OperatorFault:
        listener.close()
        raise
    listener.settimeout(0)
    return listener


def _words_of(error: OSError) -> str:
    """Return the system's text, without the address that Python appends."""
    if isinstance(error, socket.gaierror) or not error.errno:
        return error.strerror or str(error)
    return os.strerror(error.errno)


def _adopt(name: str, fd: int) -> socket.socket:
    try:
        is_socket = stat.S_ISSOCK(os.fstat(fd).st_mode)
    except OSError:
        is_socket = False
    if not is_socket:
        raise OperatorFault(
            _WHERE, f"descriptor {fd} ({name}) is not a socket", "start the service by systemd"
        )
    os.set_inheritable(fd, False)
    listener = socket.socket(fileno=fd)
    listener.settimeout(0)
    return listener


def _remove_stale_socket(path: Path, key: str) -> None:
    if not path.is_socket():
        return  # absent, or something that bind() refuses to replace
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
            return
    raise OperatorFault(
        f"{key}: {path}",
        "another process serves there",
        "stop that process, or change the key",
    )
