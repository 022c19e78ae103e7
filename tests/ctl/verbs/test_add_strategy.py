"""add-strategy: what it writes, and what it refuses before it has written anything."""

import shutil
from pathlib import Path

import pytest

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.net.server.users import Users, new_salt, users_line
from tradestack.runtime.config.keys import load_config
from tradestack_strategy.config import StrategyConfig

SHIPPED = Path(__file__).parents[3] / "etc"
Output = pytest.CaptureFixture[str]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config directory as install.sh leaves it."""
    directory = tmp_path / "tradestack"
    shutil.copytree(SHIPPED, directory)
    users = directory / "users"
    users.write_text(users_line("news", "PASSWORD", salt=new_salt()))
    users.chmod(0o440)
    for server in ("gateway.toml", "order-manager.toml"):
        path = directory / server
        path.write_text(f'users_file = "{users}"\n' + path.read_text())
    return directory


def add(config: Path, *arguments: str) -> int:
    return run(["add-strategy", "--config-dir", str(config), "--no-start", *arguments])


def files_in(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_a_strategy_can_log_in_with_what_was_written(config: Path) -> None:
    """Config, password and hash belong together, and each has the mode it must have."""
    status = add(config, "momentum")

    config_file = config / "strategy/momentum.toml"
    password_file = config / "credentials/momentum.password"
    user = load_config(StrategyConfig, config_file).user
    users = Users.load(config / "users")
    assert status == ExitStatus.DONE
    assert user == "moment"
    assert users.verify(user, password_file.read_text().strip())
    assert users.verify("news", "PASSWORD")
    assert [path.stat().st_mode & 0o777 for path in (config_file, password_file)] == [0o644, 0o600]
    assert password_file.parent.stat().st_mode & 0o777 == 0o700
    assert (config / "users").stat().st_mode & 0o777 == 0o440


def test_the_config_differs_from_its_model_by_names_only(config: Path) -> None:
    """The signal "news" stays; whatever names the instance names the new one."""
    add(config, "hedge-2")

    model = (config / "strategy/news.toml").read_text().splitlines()
    made = (config / "strategy/hedge-2.toml").read_text().splitlines()
    changed = [line for line, before in zip(made, model, strict=True) if line != before]
    assert 'signal = "news"' in made
    assert 'user = "hedge2"' in changed
    assert all("hedge-2" in line or "hedge2" in line for line in changed)
    assert not [line for line in made if "news.toml" in line or "@news" in line]


def test_users_are_unique_ignoring_case(config: Path) -> None:
    """Names that begin alike get numbers; none is longer than SoupBinTCP carries."""
    for name in ("momentum", "momentum-2", "momentum-3"):
        add(config, name)

    users = Users.load(config / "users").hashes.keys()
    assert users == {"news", "moment", "momen2", "momen3"}


def test_a_login_may_be_chosen(config: Path) -> None:
    """It is the name under which reports are kept."""
    add(config, "second", "--login", "DESK1")

    assert load_config(StrategyConfig, config / "strategy/second.toml").user == "desk1"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["news"], "news.toml: is there already"),
        (["News"], "is not a name"),
        (["a/b"], "is not a name"),
        (["../x"], "is not a name"),
        (["-x"], None),
        (["x" * 33], "is not a name"),
        (["second", "--login", "NEWS"], "user news: is taken"),
        (["second", "--login", "toolong"], "cannot log in"),
        (["second", "--login", "a:b"], "cannot log in"),
        (["second", "--like", "absent"], "absent.toml: no such file"),
    ],
)
def test_what_cannot_be_is_refused_without_a_trace(
    config: Path, capsys: Output, arguments: list[str], complaint: str | None
) -> None:
    """Bad and taken names leave every file as it was."""
    before = files_in(config)
    try:
        status = add(config, *arguments)
    except SystemExit as usage:  # argparse takes it for an option
        status = usage.code  # type: ignore[assignment]

    assert status == (ExitStatus.OPERATOR_FAULT if complaint else 2)
    assert (complaint or "usage:") in capsys.readouterr().err
    assert files_in(config) == before


def test_without_an_installation_it_says_so(tmp_path: Path, capsys: Output) -> None:
    """Nothing is made where nothing is installed."""
    status = add(tmp_path, "momentum")

    assert status == ExitStatus.OPERATOR_FAULT
    assert "install first" in capsys.readouterr().err
