"""The verb pace, with a real gateway."""

from tests.ctl.verbs.asking import Output, gateway_stats
from tests.kit.stack import Stack
from tradestack.ctl.exit_status import ExitStatus


def test_pace_is_set_and_an_invalid_one_is_refused(stack: Stack, capsys: Output) -> None:
    """A refusal is printed with the daemon's own explanation."""
    changed = stack.ctl("pace", "400/s")
    refused = stack.ctl("pace", "fast")

    assert (changed, refused) == (ExitStatus.DONE, ExitStatus.REFUSED)
    assert gateway_stats(stack)["pace"] == "400/s"
    assert "refused: InvalidPace: 'fast'" in capsys.readouterr().err
