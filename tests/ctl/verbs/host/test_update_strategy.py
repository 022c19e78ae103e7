"""add-strategy --update, and what remove-strategy takes along."""

from pathlib import Path

import pytest

from tests.ctl.verbs.host.adding import add, files_in, remove
from tests.kit.own_strategies import SOURCE
from tradestack.configs.strategy import StrategyConfig
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.main import run
from tradestack.runtime.config.keys import load_config
from tradestack.strategies.configured import configure
from tradestack.strategies.registry import find_strategy

Output = pytest.CaptureFixture[str]
OPERATOR_FAULT = ExitStatus.OPERATOR_FAULT


def test_an_update_keeps_what_was_chosen(config: Path, mine: Path, capsys: Output) -> None:
    """Another file, another hash; parameters that are gone are named."""
    add(config, "own", mine, "--set", "step=0.75", "--set", "length=5")
    before = _hash(config)
    mine.write_text(SOURCE.replace("length: int", "width: int"))

    status = add(config, "own", mine, "--update")

    made = load_config(StrategyConfig, config / "strategy/own.toml")
    assert status == ExitStatus.DONE
    assert made.parameters == {"step": "0.75", "width": "20"}
    assert "left out the parameter length" in capsys.readouterr().err
    assert _hash(config) != before
    assert add(config, "own", mine, "--update") == ExitStatus.DONE
    assert "nothing has changed" in capsys.readouterr().err


def _hash(config: Path) -> str:
    made = load_config(StrategyConfig, config / "strategy/own.toml")
    return configure(find_strategy(made.strategy), made.parameters, (), 1).config_hash()


def test_an_update_that_fails_changes_nothing(config: Path, mine: Path) -> None:
    """The instance goes on with the copy that it has."""
    add(config, "own", mine)
    before = files_in(config)
    mine.write_text("import no_such_module\n")

    assert add(config, "own", mine, "--update") == OPERATOR_FAULT
    assert files_in(config) == before


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("absent", "--update", "--quantity", "1"), OPERATOR_FAULT),
        (("own", "mine.py"), OPERATOR_FAULT),  # it exists
        (("own", "--update"), 2),
        (("own", "--update", "--quantity", "1", "--login", "x"), 2),
        (("other", "--allow-source"), 2),
    ],
)
def test_what_does_not_fit_is_refused(
    config: Path, mine: Path, arguments: tuple[str, ...], status: int
) -> None:
    """An update needs an instance and something to change; a new instance a new name."""
    add(config, "own", mine)
    before = files_in(config)
    try:
        got = add(config, *(str(mine) if each == "mine.py" else each for each in arguments))
    except SystemExit as usage:
        got = int(usage.code or 0)

    assert got == status
    assert files_in(config) == before


def test_an_update_restarts_what_runs(
    config: Path, mine: Path, capsys: Output, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The instance, and others that trade by the same copy; then it says how it goes on."""
    add(config, "own", mine)
    add(config, "second", "--like", "own", "--symbols", "SPY")
    mine.write_text(f"{SOURCE}\n# changed\n")
    calls: list[tuple[str, ...]] = []
    monkeypatch.setattr(Installation, "has_systemd", lambda _self: True)
    monkeypatch.setattr(
        Installation, "run_systemctl", lambda _self, *arguments: calls.append(arguments)
    )
    monkeypatch.setattr(
        "tradestack.ctl.strategies.update.property_of_unit", lambda *_arguments: "active"
    )
    capsys.readouterr()

    run(["add-strategy", "--config-dir", str(config), "own", str(mine), "--update"])

    units = [f"tradestack-strategy@{name}.service" for name in ("own", "second")]
    assert calls == [("restart", *units)]
    assert "own trades from the head of the feed with the new code" in capsys.readouterr().err


def test_remove_takes_the_copy_unless_another_trades_by_it(
    config: Path, mine: Path, capsys: Output
) -> None:
    """The last one takes it along."""
    add(config, "own", mine)
    add(config, "second", "--like", "own", "--symbols", "SPY")

    remove(config, "own")
    assert (config / "strategies/own.py").exists()
    assert "second trades by it" in capsys.readouterr().err
    assert load_config(StrategyConfig, config / "strategy/second.toml").parameters["step"] == "0.5"

    add(config, "own", mine)
    remove(config, "second")
    remove(config, "own")
    assert list((config / "strategies").iterdir()) == []
