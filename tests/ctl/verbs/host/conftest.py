"""A configuration directory as install.sh creates it."""

import shutil
from pathlib import Path

import pytest

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
