"""Passwords of the strategies and the servers' users file, as install.sh completes them."""

from pathlib import Path

import pytest

from tradestack.ctl.installation.credentials import complete_credentials
from tradestack.net.server.users import Users


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config directory with two strategies and no credentials."""
    (tmp_path / "strategy").mkdir()
    (tmp_path / "strategy/news.toml").write_text('user = "News"\n')
    (tmp_path / "strategy/momentum.toml").write_text('user = "mom"\n')
    return tmp_path


def password_of(config: Path, instance: str) -> str:
    """Read the strategy's password."""
    return (config / "credentials" / f"{instance}.password").read_text().strip()


def test_every_strategy_can_log_in(config: Path) -> None:
    """Each strategy's user and password match the users file, and passwords differ."""
    complete_credentials(config)

    users = Users.load(config / "users")
    assert users.verify("news", password_of(config, "news"))
    assert users.verify("mom", password_of(config, "momentum"))
    assert password_of(config, "news") != password_of(config, "momentum")


def test_only_the_owner_can_read_the_files(config: Path) -> None:
    """The files and their directory have no permissions for group and others."""
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


def test_existing_credentials_are_kept(config: Path) -> None:
    """A second run changes nothing, even if the operator added users and comments."""
    complete_credentials(config)
    users = config / "users"
    users.chmod(0o600)
    users.write_text("# remark\n" + users.read_text())
    before = {path: path.read_bytes() for path in config.rglob("*") if path.is_file()}

    complete_credentials(config)

    assert before == {path: path.read_bytes() for path in config.rglob("*") if path.is_file()}


@pytest.mark.parametrize("lost", ["users", "credentials/news.password"])
def test_lost_files_are_created_again(config: Path, lost: str) -> None:
    """If either file is missing, both match again afterwards; others are untouched."""
    complete_credentials(config)
    other = password_of(config, "momentum")
    (config / lost).unlink()

    complete_credentials(config)

    users = Users.load(config / "users")
    assert users.verify("news", password_of(config, "news"))
    assert password_of(config, "momentum") == other
    assert users.verify("mom", other)
