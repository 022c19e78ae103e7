"""The verb prune beside running daemons."""

from tests.ctl.verbs.asking import Output, gateway_stats
from tests.kit.stack import Stack


def test_prune_keeps_the_current_session(stack: Stack, capsys: Output) -> None:
    """Old sessions are deleted as --dry-run announced, and the daemons continue theirs."""
    stack.ctl("new-session")
    current = gateway_stats(stack)["session"]
    state = ("--state-dir", str(stack.files.path / "state"))
    capsys.readouterr()

    stack.ctl("prune", "--keep", "1", "--dry-run", *state)
    announced = capsys.readouterr().out
    stack.ctl("prune", "--keep", "1", *state)

    assert capsys.readouterr().out == announced != ""
    feeds = [path.stem for path in (stack.files.path / "state/gateway").glob("*.feed")]
    assert feeds == [current]
    assert gateway_stats(stack)["session"] == current
