"""Environment variables: what a supervisor passes to a daemon."""

from pathlib import Path

from tradestack.runtime.supervisor.environment import forget_supervisor, parse_environment


def test_empty_environment_means_no_supervisor() -> None:
    """That is a daemon started by hand."""
    environment = parse_environment({}, pid=1)

    assert environment.listen_fds == {}
    assert environment.notify_socket is None
    assert environment.watchdog_ns is None
    assert environment.state_directory is None
    assert environment.credentials_directory is None


def test_first_of_several_directories_counts() -> None:
    """systemd joins several directories by colons."""
    environment = parse_environment({"STATE_DIRECTORY": "/a/b:/c"}, pid=1)

    assert environment.state_directory == Path("/a/b")


def test_variables_for_this_process_alone_are_removed() -> None:
    """A child would take them for its own."""
    variables = {"LISTEN_FDS": "2", "NOTIFY_SOCKET": "x", "WATCHDOG_USEC": "1", "HOME": "/"}

    forget_supervisor(variables)

    assert variables == {"HOME": "/"}
