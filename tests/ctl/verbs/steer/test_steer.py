"""The verbs that control daemons, with real ones."""

from tests.ctl.verbs.asking import Output, gateway_stats
from tests.kit.stack import Stack

from tradestack.ctl.exit_status import ExitStatus


def test_pause_and_resume_change_the_source_state(stack: Stack) -> None:
    """The gateway's stats show the state after each command."""
    pause = stack.ctl("pause")
    paused_state = gateway_stats(stack)["source_state"]
    resume = stack.ctl("resume")

    assert (pause, resume) == (ExitStatus.DONE, ExitStatus.DONE)
    assert (paused_state, gateway_stats(stack)["source_state"]) == ("paused", "running")


def test_pace_is_set_and_an_invalid_one_is_refused(stack: Stack, capsys: Output) -> None:
    """A refusal is printed with the daemon's own explanation."""
    changed = stack.ctl("pace", "400/s")
    refused = stack.ctl("pace", "fast")

    assert (changed, refused) == (ExitStatus.DONE, ExitStatus.REFUSED)
    assert gateway_stats(stack)["pace"] == "400/s"
    assert "refused: InvalidPace: 'fast'" in capsys.readouterr().err


def test_new_session_prints_the_id_of_the_new_session(stack: Stack, capsys: Output) -> None:
    """The id printed is the one that the daemon reports afterwards, and it is new."""
    before = stack.daemons.report()
    stack.ctl("new-session")
    stack.ctl("new-session", "orders")

    feed, orders = capsys.readouterr().out.split()
    after = stack.daemons.report()
    assert before.gateway is not None
    assert after.gateway is not None
    assert after.order_manager is not None
    assert before.gateway["session"] != feed == after.gateway["session"]
    assert after.order_manager["session"] == orders


def test_log_level_applies_to_one_daemon_or_all(stack: Stack, capsys: Output) -> None:
    """A name without a daemon is an error that names the daemon."""
    statuses = [
        stack.ctl("log-level", "debug"),
        stack.ctl("log-level", "news", "info"),
        stack.ctl("log-level", "nobody", "info"),
    ]

    assert statuses == [ExitStatus.DONE, ExitStatus.DONE, ExitStatus.NOT_RUNNING]
    assert "strategy-nobody is not running" in capsys.readouterr().err
