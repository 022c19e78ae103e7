"""Passwords and the servers' file of users, as an installation completes them."""

from pathlib import Path

import pytest

from tradestack.ctl.credentials import complete_credentials
from tradestack.net.server.users import Users


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config directory with two strategies and no credentials."""
    (tmp_path / "strategy").mkdir()
    (tmp_path / "strategy/news.toml").write_text('user = "News"\n')
    (tmp_path / "strategy/momentum.toml").write_text('user = "mom"\n')
    return tmp_path


def password_of(config: Path, instance: str) -> str:
    """What the strategy's password file says."""
    return (config / "credentials" / f"{instance}.password").read_text().strip()


def test_every_strategy_can_log_in(config: Path) -> None:
    """Each strategy's user and password fit the file of users; passwords differ."""
    complete_credentials(config)

    users = Users.load(config / "users")
    assert users.verify("news", password_of(config, "news"))
    assert users.verify("mom", password_of(config, "momentum"))
    assert password_of(config, "news") != password_of(config, "momentum")


def test_nobody_else_may_read(config: Path) -> None:
    """The files are closed to group and others from the beginning."""
    complete_credentials(config)

    modes = {
        path.name: oct(path.stat().st_mode & 0o777)
        for path in [config / "users", *(config / "credentials").iterdir(), config / "credentials"]
    }
    assert modes == {
        "users": "0o400",
        "news.password": "0o600",
        "momentum.password": "0o600",
        "credentials": "0o700",
    }


def test_what_is_there_stays(config: Path) -> None:
    """A second time changes no byte, also where the operator added users and remarks."""
    complete_credentials(config)
    users = config / "users"
    users.chmod(0o600)
    users.write_text("# remark\n" + users.read_text())
    before = {path: path.read_bytes() for path in config.rglob("*") if path.is_file()}

    complete_credentials(config)

    assert before == {path: path.read_bytes() for path in config.rglob("*") if path.is_file()}


@pytest.mark.parametrize("lost", ["users", "credentials/news.password"])
def test_what_is_lost_is_made_again(config: Path, lost: str) -> None:
    """Whichever half is missing, afterwards both fit again, and the others are untouched."""
    complete_credentials(config)
    other = password_of(config, "momentum")
    (config / lost).unlink()

    complete_credentials(config)

    users = Users.load(config / "users")
    assert users.verify("news", password_of(config, "news"))
    assert password_of(config, "momentum") == other
    assert users.verify("mom", other)
