"""environment variables → what the supervisor told us."""

from pathlib import Path

import pytest

from tradestack.runtime.environment import forget_supervisor, parse_environment
from tradestack.runtime.notify import parse_watchdog, watchdog_interval_ns


def test_empty_environment_means_no_supervisor() -> None:
    """A daemon started by hand."""
    environment = parse_environment({}, pid=1)

    assert environment.listen_fds == {}
    assert environment.notify_socket is None
    assert environment.watchdog_ns is None
    assert environment.state_directory is None
    assert environment.credentials_directory is None


def test_first_of_several_directories_is_ours() -> None:
    """systemd joins them by colons."""
    environment = parse_environment({"STATE_DIRECTORY": "/a/b:/c"}, pid=1)

    assert environment.state_directory == Path("/a/b")


def test_what_was_for_this_process_alone_is_forgotten() -> None:
    """A child would take it for its own."""
    variables = {"LISTEN_FDS": "2", "NOTIFY_SOCKET": "x", "WATCHDOG_USEC": "1", "HOME": "/"}

    forget_supervisor(variables)

    assert variables == {"HOME": "/"}


@pytest.mark.parametrize(
    ("variables", "patience_ns"),
    [
        ({"WATCHDOG_USEC": "10000000"}, 10_000_000_000),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "1"}, 10_000_000_000),
        ({"WATCHDOG_USEC": "10000000", "WATCHDOG_PID": "2"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "9" * 5_000}, None),
        ({}, None),
    ],
)
def test_watchdog_is_for_the_named_process(
    variables: dict[str, str], patience_ns: int | None
) -> None:
    """As sd_watchdog_enabled(3) reads it."""
    assert parse_watchdog(variables, pid=1) == patience_ns


def test_watchdog_is_fed_twice_within_its_patience() -> None:
    """And at least once a second, with the status."""
    assert watchdog_interval_ns(500_000_000) == 250_000_000
    assert watchdog_interval_ns(10_000_000_000) == 1_000_000_000
