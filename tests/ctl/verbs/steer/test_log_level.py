"""The verb log-level, with real daemons."""

from tests.ctl.verbs.asking import Output
from tests.kit.stack import Stack
from tradestack.ctl.exit_status import ExitStatus


def test_log_level_applies_to_one_daemon_or_all(stack: Stack, capsys: Output) -> None:
    """A name without a daemon is an error that names the daemons that there are."""
    statuses = [
        stack.ctl("log-level", "debug"),
        stack.ctl("log-level", "news", "info"),
        stack.ctl("log-level", "nobody", "info"),
    ]

    assert statuses == [ExitStatus.DONE, ExitStatus.DONE, ExitStatus.NOT_RUNNING]
    error = capsys.readouterr().err
    assert "strategy-nobody is not running" in error
    assert error.endswith("or name one of those that do: gateway, order-manager, news\n")
