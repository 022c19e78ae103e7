"""The verbs pause and resume, with a real gateway."""

from tests.ctl.verbs.asking import gateway_stats
from tests.kit.stack import Stack
from tradestack.ctl.exit_status import ExitStatus


def test_pause_and_resume_change_the_source_state(stack: Stack) -> None:
    """The gateway's stats show the state after each command."""
    pause = stack.ctl("pause")
    paused_state = gateway_stats(stack)["source_state"]
    resume = stack.ctl("resume")

    assert (pause, resume) == (ExitStatus.DONE, ExitStatus.DONE)
    assert (paused_state, gateway_stats(stack)["source_state"]) == ("paused", "running")
