"""add-strategy: the files it writes, and what it refuses before it writes any."""

from pathlib import Path

import pytest

from tradestack.configs.strategy import StrategyConfig
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.main import run
from tradestack.net.server.users import Users
from tradestack.runtime.config.keys import load_config
from tradestack.trading.desk.epoch import INSTANCE_LENGTH_MAX

Output = pytest.CaptureFixture[str]


def add(config: Path, *arguments: str) -> int:
    return run(["add-strategy", "--config-dir", str(config), "--no-start", *arguments])


def files_in(directory: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_a_new_strategy_can_log_in(config: Path) -> None:
    """Configuration, password and hash match, and each file has its mode."""
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


def test_only_names_differ_from_the_copied_config(config: Path) -> None:
    """The signal "news" is kept; the instance's name is replaced wherever it occurs."""
    add(config, "hedge-2")

    template = (config / "strategy/news.toml").read_text().splitlines()
    made = (config / "strategy/hedge-2.toml").read_text().splitlines()
    changed = [line for line, before in zip(made, template, strict=True) if line != before]
    assert 'strategy = "tradestack.strategies.news:News"' in made
    assert 'user = "hedge2"' in changed
    assert all("hedge-2" in line or "hedge2" in line for line in changed)
    assert not [line for line in made if "news.toml" in line or "@news" in line]


def test_derived_user_names_are_unique(config: Path) -> None:
    """Names with the same beginning get numbers, within SoupBinTCP's six characters."""
    for name in ("momentum", "momentum-2", "momentum-3"):
        add(config, name)

    users = Users.load(config / "users").hashes.keys()
    assert users == {"news", "moment", "momen2", "momen3"}


def test_login_sets_the_user_name(config: Path) -> None:
    """--login is used in lower case, as the servers compare names."""
    add(config, "second", "--login", "DESK1")

    assert load_config(StrategyConfig, config / "strategy/second.toml").user == "desk1"


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["news"], "news.toml: already exists"),
        (["News"], "not a valid name"),
        (["web"], "not a name for a strategy"),
        (["order-manager"], "not a name for a strategy"),
        (["a/b"], "not a valid name"),
        (["../x"], "not a valid name"),
        (["-x"], None),
        (["x" * 33], "not a valid name"),
        (["second", "--login", "NEWS"], "user news: already exists"),
        (["x" * (INSTANCE_LENGTH_MAX + 1)], "use 1 to 16 characters"),
        (["second", "--login", "toolong"], "not a valid user name"),
        (["second", "--login", "a:b"], "not a valid user name"),
        (["second", "--like", "absent"], "absent.toml: no such file"),
    ],
)
def test_invalid_arguments_change_no_file(
    config: Path, capsys: Output, arguments: list[str], complaint: str | None
) -> None:
    """Invalid and existing names are refused, and every file stays as it was."""
    before = files_in(config)
    try:
        status = add(config, *arguments)
    except SystemExit as usage:  # argparse reads it as an option
        status = usage.code  # type: ignore[assignment]

    assert status == (ExitStatus.OPERATOR_FAULT if complaint else 2)
    assert (complaint or "usage:") in capsys.readouterr().err
    assert files_in(config) == before


def test_a_missing_installation_is_reported(tmp_path: Path, capsys: Output) -> None:
    """Without a configuration directory, the message says to install tradestack first."""
    status = add(tmp_path, "momentum")

    assert status == ExitStatus.OPERATOR_FAULT
    assert "install tradestack first" in capsys.readouterr().err


def test_options_change_the_copy(config: Path) -> None:
    """Another strategy has its own parameters, with their defaults."""
    add(config, "fast", "crossover", "--symbols", "SPY,IBM", "--quantity", "2.5")

    made = load_config(StrategyConfig, config / "strategy/fast.toml")
    assert (made.strategy, made.symbols, made.quantity) == (
        "tradestack.strategies.crossover:Crossover",
        ("SPY", "IBM"),
        250_000_000,
    )
    assert made.parameters == {"short_ticks": "20", "long_ticks": "100"}


@pytest.mark.parametrize("missing", ["strategy", "symbols", "quantity"])
def test_a_key_that_is_missing_is_added(config: Path, missing: str) -> None:
    """A configuration may leave out what has a default."""
    template = config / "strategy/news.toml"
    lines = template.read_text().splitlines(keepends=True)
    template.write_text("".join(line for line in lines if not line.startswith(f"{missing} =")))

    add(config, "fast", "crossover", "--symbols", "SPY", "--quantity", "2")

    made = load_config(StrategyConfig, config / "strategy/fast.toml")
    assert (made.strategy, made.symbols, made.quantity) == (
        "tradestack.strategies.crossover:Crossover",
        ("SPY",),
        200_000_000,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ("--signal", "none"),
        ("--symbols", "A B"),
        ("--symbols", ","),
        ("--quantity", "0"),
        ("--quantity", "many"),
        ("--start",),  # beside --no-start
    ],
)
def test_invalid_values_are_usage_errors(config: Path, arguments: tuple[str, ...]) -> None:
    """Nothing is written."""
    before = files_in(config)
    with pytest.raises(SystemExit) as usage:
        add(config, "second", *arguments)

    assert usage.value.code == 2
    assert files_in(config) == before


def test_a_copy_is_not_started(
    config: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would send each order again; one with another signal or other symbols is started."""
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(Installation, "has_systemd", lambda _self: True)
    monkeypatch.setattr(
        Installation, "run_systemctl", lambda _self, *arguments: calls.append(arguments)
    )
    command = ["add-strategy", "--config-dir", str(config)]

    run([*command, "copy", "--quantity", "5"])
    said = capsys.readouterr().err
    run([*command, "wanted", "--start"])
    run([*command, "other", "--symbols", "SPY"])

    assert "it trades as news does: edit strategy, symbols or" in said
    assert [call[-1] for call in calls if call[0] == "enable"] == [
        "tradestack-strategy@wanted.service",
        "tradestack-strategy@other.service",
    ]
