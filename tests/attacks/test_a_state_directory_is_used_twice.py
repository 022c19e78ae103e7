"""A second daemon is started on the state directory of a running one."""

from pathlib import Path

import pytest

from tests.kit.daemon import Daemon
from tests.kit.gateway import Gateway
from tests.kit.order_manager import OrderManager


@pytest.mark.parametrize("kind", [Gateway, OrderManager])
def test_the_second_one_touches_nothing(tmp_path: Path, kind: type[Daemon]) -> None:
    """It exits 78 and names the first one, which goes on; after that one's death it may start."""
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
    with kind(tmp_path / "first") as first, kind(tmp_path / "second") as second:
        configure(first, first.state)
        configure(second, first.state)
        session = first.start()["session"]
        files = sorted(path.name for path in first.state.iterdir())

        second.launch()

        assert second.wait() == 78
        assert f"{first.state}: process {first.pid} uses this state directory" in second.errors
        assert first.stats()["session"] == session
        assert sorted(path.name for path in first.state.iterdir()) == files
        first.kill()
        assert second.start()["session"] == session


def configure(daemon: Daemon, state: Path) -> None:
    """Let the daemon use this state directory, and what else it needs."""
    source = {"source": "random-walk", "pace": "100/s"} if isinstance(daemon, Gateway) else {}
    daemon.configure(state_directory=state, **source)
