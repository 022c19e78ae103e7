"""Verbs that read the daemons' files, of an installation, as a user who may not."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ctl.verbs.asking import Output
from tests.kit.other_user import acting_as, needs_root
from tradestack.ctl.main import run
from tradestack.ctl.running_daemons import GATEWAY, ORDER_MANAGER


@pytest.fixture
def state() -> Iterator[Path]:
    """A state directory which everybody may enter, with directories for nobody but root."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        directory.chmod(0o755)
        for daemon in (GATEWAY, ORDER_MANAGER):
            (directory / daemon).mkdir(mode=0o700)
        yield directory


@needs_root
@pytest.mark.parametrize(
    "command",
    ["why 1", "report", "report --last", "export fills", "verify", "pnl --at 1", "prune"],
)
def test_who_may_not_read_is_told_so(command: str, state: Path, capsys: Output) -> None:
    """Not that there is nothing, which is what root is told here, and would be untrue."""
    words = [*command.split(), "--state-dir", str(state)]
    run(words)  # imports what another user may have no right to
    for_root = capsys.readouterr().err

    with acting_as():
        status = run(words)

    assert status != 0
    assert "run this as root" in capsys.readouterr().err
    assert "run this as root" not in for_root
