"""A configuration directory as install.sh creates it."""

import shutil
from pathlib import Path

import pytest

from tests.kit.own_strategies import SOURCE
from tradestack.net.server.users import new_salt, users_line

SHIPPED = Path(__file__).parents[4] / "etc"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """The directory, with the user `news`."""
    directory = tmp_path / "tradestack"
    shutil.copytree(SHIPPED, directory)
    users = directory / "users"
    users.write_text(users_line("news", "PASSWORD", salt=new_salt()))
    users.chmod(0o440)
    for server in ("gateway.toml", "order-manager.toml"):
        path = directory / server
        path.write_text(f'users_file = "{users}"\n' + path.read_text())
    return directory


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """An empty state directory."""
    path = tmp_path / "state"
    path.mkdir()
    return path


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A file with a strategy that has the parameters step and length."""
    path = tmp_path / "mine.py"
    path.write_text(SOURCE)
    return path
