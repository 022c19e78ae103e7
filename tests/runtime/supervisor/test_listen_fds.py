"""Listening sockets: passed by systemd, or bound."""

import os
import socket
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradestack.domain.faults import OperatorFault
from tradestack.net.addresses import Address
from tradestack.runtime.supervisor.listen_fds import (
    adopt_sockets,
    bind_tcp,
    bind_unix,
    parse_listen_fds,
)

NAMES = st.lists(st.from_regex("[a-z]{1,8}", fullmatch=True), unique=True, max_size=8)


@given(NAMES, st.integers(1, 2**22))
def test_each_name_has_its_descriptor(names: list[str], pid: int) -> None:
    """The descriptors count from 3, in the order of the names."""
    variables = {
        "LISTEN_PID": str(pid),
        "LISTEN_FDS": str(len(names)),
        "LISTEN_FDNAMES": ":".join(names),
    }

    assert parse_listen_fds(variables, pid=pid) == {name: 3 + n for n, name in enumerate(names)}


@given(st.dictionaries(st.sampled_from(["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]), st.text()))
def test_any_variables_are_read_or_refused(variables: dict[str, str]) -> None:
    """No text in the environment raises another error."""
    try:
        fds = parse_listen_fds({"LISTEN_PID": "1", **variables}, pid=1)
    except OperatorFault:
        return

    assert list(fds.values()) == list(range(3, 3 + len(fds)))


def test_variables_for_another_process_are_ignored() -> None:
    """A parent that forgot to clean up must not pass its sockets on."""
    variables = {"LISTEN_PID": "2", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "feed"}

    assert parse_listen_fds(variables, pid=1) == {}


@pytest.mark.parametrize(("count", "names"), [("2", "feed"), ("2", "feed:feed"), ("1", "a:b")])
def test_names_must_fit_the_sockets(count: str, names: str) -> None:
    """Each socket needs a name of its own."""
    variables = {"LISTEN_PID": "1", "LISTEN_FDS": count, "LISTEN_FDNAMES": names}

    with pytest.raises(OperatorFault, match="FileDescriptorName"):
        parse_listen_fds(variables, pid=1)


@pytest.mark.parametrize("count", ["", "-1", "\u00b2", "65", "9" * 5_000])
def test_count_must_be_a_small_number(count: str) -> None:
    """A daemon has two sockets."""
    with pytest.raises(OperatorFault, match="is not a number of sockets"):
        parse_listen_fds({"LISTEN_PID": "1", "LISTEN_FDS": count}, pid=1)


def test_adopted_sockets_are_not_inherited() -> None:
    """They are non-blocking, and closed in every program this process starts."""
    with socket.create_server(("127.0.0.1", 0)) as original:
        passed_fd = os.dup(original.fileno())
        os.set_inheritable(passed_fd, True)

        with adopt_sockets({"feed": passed_fd}, ["feed"])["feed"] as adopted:
            assert adopted.getsockname() == original.getsockname()
            assert not adopted.get_inheritable()
            assert adopted.gettimeout() == 0


def test_error_for_a_missing_name_lists_the_passed_ones() -> None:
    """The operator sees which socket unit failed."""
    with pytest.raises(OperatorFault, match=r"no socket named feed was passed \(passed: control\)"):
        adopt_sockets({"control": 3}, ["feed"])


def test_descriptor_that_is_not_a_socket_is_refused(tmp_path: Path) -> None:
    """A broken environment is not mistaken for a broken network."""
    with (
        (tmp_path / "file").open("w") as file,
        pytest.raises(OperatorFault, match="is not a socket"),
    ):
        adopt_sockets({"feed": file.fileno()}, ["feed"])


def test_taken_port_is_an_operators_fault() -> None:
    """The remedy names the key."""
    with bind_tcp(Address("127.0.0.1", 0)) as listener:
        taken = Address(*listener.getsockname())

        with pytest.raises(OperatorFault, match=f"listen: {taken}: Address already in use; stop"):
            bind_tcp(taken)


def test_accepted_connections_do_not_wait_for_full_packets() -> None:
    """TCP_NODELAY of the listener is inherited."""
    with (
        bind_tcp(Address("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        listener.settimeout(60)
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_control_socket_is_for_owner_and_group(tmp_path: Path) -> None:
    """It has mode 0660 from the first moment."""
    path = tmp_path / "control.sock"

    with bind_unix(path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_socket_of_a_dead_daemon_is_replaced(tmp_path: Path) -> None:
    """A socket that SIGKILL left behind does not prevent the start."""
    path = tmp_path / "control.sock"
    bind_unix(path).close()

    with bind_unix(path) as listener, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        assert listener.getsockname() == str(path)


def test_socket_of_a_living_daemon_is_left_alone(tmp_path: Path) -> None:
    """The second daemon gives up; the first goes on."""
    path = tmp_path / "control.sock"

    with bind_unix(path) as first:
        with pytest.raises(OperatorFault, match="another process serves there"):
            bind_unix(path)
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
            first.settimeout(60)
            first.accept()[0].close()  # the probe of the second
            first.accept()[0].close()


@pytest.mark.parametrize("name", ["missing/control.sock", "file"])
def test_path_that_cannot_be_bound_is_refused(tmp_path: Path, name: str) -> None:
    """A file that is not a socket is never deleted."""
    (tmp_path / "file").write_text("precious")

    with pytest.raises(OperatorFault, match="control_socket"):
        bind_unix(tmp_path / name)

    assert (tmp_path / "file").read_text() == "precious"
