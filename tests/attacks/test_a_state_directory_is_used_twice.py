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
        configure(first, first.state, walk_seed=1)
        configure(second, first.state, walk_seed=2)  # it would begin a session of its own
        session = first.start()["session"]
        files = sorted(path.name for path in first.state.iterdir())

        second.launch()

        assert second.wait() == 78
        assert f"{first.state}: process {first.pid} uses this state directory" in second.errors
        assert first.stats()["session"] == session
        assert sorted(path.name for path in first.state.iterdir()) == files
        first.kill()
        configure(second, first.state, walk_seed=1)
        assert second.start()["session"] == session


def configure(daemon: Daemon, state: Path, walk_seed: int) -> None:
    """Let the daemon use this state directory, and what else it needs."""
    keys: dict[str, object] = {"state_directory": state}
    if isinstance(daemon, Gateway):
        keys |= {"source": "random-walk", "pace": "100/s", "walk_seed": walk_seed}
    daemon.configure(**keys)
