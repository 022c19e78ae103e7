"""Which installation a command works on without options."""

import argparse
import os
import sys
from pathlib import Path

import pytest

from tradestack.ctl.installation.installation import Installation
from tradestack.ctl.state_option import state_directory


def options(**given: Path | bool) -> argparse.Namespace:
    """Return the options of a command line."""
    return argparse.Namespace(
        **{"user": False, "config_dir": None, "state_dir": None, "runtime_dir": None, **given}
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home directory of a user who has an installation and runs its command."""
    owner = os.getuid() or 1000
    os.chown(tmp_path, owner, -1)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setattr(os, "getuid", lambda: owner)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("tradestack.ctl.state_option.SYSTEMS_STATE", tmp_path)  # it is there, too
    (tmp_path / ".config/tradestack").mkdir(parents=True)
    (tmp_path / ".local/state/tradestack").mkdir(parents=True)
    return tmp_path


def test_a_users_command_works_on_the_users_installation(home: Path) -> None:
    """All verbs on the one whose daemons it asks: `stop` as `status`, `prune` as `report`."""
    args = options()
    installation = Installation.of(args)

    assert installation.config == home / ".config/tradestack"
    assert installation.state == home / ".local/state/tradestack" == state_directory(options())
    assert installation.systemctl == ("systemctl", "--user")
    assert args.user


def test_options_and_commands_of_others_select_the_systems(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So does a user without an installation."""
    systemctl = "systemctl"
    assert Installation.of(options(config_dir=home)).systemctl == (systemctl,)
    with monkeypatch.context() as other:
        other.setattr(os, "getuid", lambda: 4321)
        assert Installation.of(options()).systemctl == (systemctl,)
        assert state_directory(options()) == home
    (home / ".config/tradestack").rmdir()
    assert Installation.of(options()).systemctl == (systemctl,)
