"""Another user's file, requirements and directories, when root brings a strategy in."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.other_user import NOBODY, acting_as, needs_root
from tests.kit.own_strategies import SOURCE
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.net.server.users import new_salt, users_line

SHIPPED = Path(__file__).parents[2] / "etc"
PRECIOUS = "what root does not want to lose, or to show"
Output = pytest.CaptureFixture[str]

pytestmark = needs_root


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that others can enter, with an installation of root's."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o755)
        shutil.copytree(SHIPPED, place / "config")
        users = place / "config/users"
        users.write_text(users_line("news", "PASSWORD", salt=new_salt()))
        for server in ("gateway.toml", "order-manager.toml"):
            path = place / "config" / server
            path.write_text(f'users_file = "{users}"\n' + path.read_text())
        (place / "state").mkdir()
        (place / "theirs").mkdir()
        os.chown(place / "theirs", NOBODY, NOBODY)
        yield place


@pytest.fixture
def precious(place: Path) -> Path:
    """A file that only root may read."""
    path = place / "precious.py"
    path.write_text(PRECIOUS)
    path.chmod(0o600)
    return path


def add(place: Path, *arguments: str | Path) -> int:
    options = ["--config-dir", place / "config", "--state-dir", place / "state", "--no-start"]
    return run(["add-strategy", *map(str, options), "own", *map(str, arguments)])


@pytest.mark.parametrize("named", ["file", "requirements"])
def test_no_link_is_read_with_roots_rights(
    place: Path, precious: Path, capfd: Output, named: str
) -> None:
    """It would end up in a copy that the services can read, or in a message."""
    with acting_as():
        (place / "theirs/mine.py").write_text(SOURCE)
        (place / "theirs/link.py").symlink_to(precious)
    file = place / "theirs" / ("link.py" if named == "file" else "mine.py")
    link = str(place / "theirs/link.py")
    more = ["--requirements", link] if named == "requirements" else []

    assert add(place, file, *more) == ExitStatus.OPERATOR_FAULT

    said = capfd.readouterr().err
    assert "link.py: is a link" in said
    assert PRECIOUS not in said
    assert not (place / "config/strategy/own.toml").exists()


@pytest.mark.parametrize("directory", ["config/strategies", "state/packages"])
def test_directories_that_others_can_replace_are_refused(
    place: Path, directory: str, capfd: Output
) -> None:
    """Root writes into its own alone."""
    (place / "mine.py").write_text(SOURCE)
    (place / "requirements.txt").write_text("")
    (place / directory).mkdir()
    os.chown(place / directory, NOBODY, NOBODY)

    refused = add(place, place / "mine.py", "--requirements", place / "requirements.txt")

    assert refused == ExitStatus.OPERATOR_FAULT
    assert f"{place / directory} belongs to uid {NOBODY}" in capfd.readouterr().err
    assert not list((place / directory).iterdir())
