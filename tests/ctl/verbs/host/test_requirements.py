"""add-strategy --requirements: packages for one strategy alone."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.ctl.verbs.host.adding import add, remove
from tests.kit.own_strategies import SOURCE
from tradestack.ctl.exit_status import ExitStatus

Output = pytest.CaptureFixture[str]
OPERATOR_FAULT = ExitStatus.OPERATOR_FAULT


@pytest.fixture
def requirements(tmp_path: Path) -> Path:
    """Requirements of a package that is built here: it has no wheel yet."""
    project = tmp_path / "ownlib"
    (project / "ownlib").mkdir(parents=True)
    (project / "ownlib/__init__.py").write_text("ANSWER = 42\n")
    (project / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "ownlib"\nversion = "1.0"\n'
    )
    wheels = tmp_path / "wheels"
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", f"--wheel-dir={wheels}"]
    subprocess.run([*command, str(project)], check=True)
    path = tmp_path / "requirements.txt"
    path.write_text(f"--find-links {wheels}\n--no-index\nownlib\nnumpy\n")
    return path


def test_requirements_are_for_this_strategy_alone(
    config: Path, state: Path, mine: Path, requirements: Path
) -> None:
    """They are in a directory of its own, without what tradestack has, and go with the strategy."""
    mine.write_text(f"import ownlib\nassert ownlib.ANSWER == 42\n{SOURCE}")
    numpy = requirements.read_text().replace("numpy\n", "")
    requirements.write_text(numpy)
    assert add(config, "own", mine) == OPERATOR_FAULT

    status = add(config, "own", mine, "--requirements", requirements)

    (packages,) = (state / "packages/own").iterdir()
    assert status == ExitStatus.DONE
    assert sorted(path.name for path in packages.iterdir()) == [
        "ownlib",
        "ownlib-1.0.dist-info",
        "requirements.txt",
    ]
    assert [path for path in packages.rglob("*") if path.stat().st_mode & 0o022] == []
    values = tomllib.loads((config / "strategy/own.toml").read_text())
    assert values["packages"] == str(packages)
    assert _checks(config) == 0
    shutil.rmtree(packages)
    assert _checks(config) == OPERATOR_FAULT
    remove(config, "own")
    assert not (state / "packages/own").exists()


def _checks(config: Path) -> int:
    """Return the status with which the daemon checks the configuration."""
    program = Path(sys.executable).with_name("tradestack-strategy")
    path = config / "strategy/own.toml"
    command = [str(program), "own", "--config", str(path), "--check-config"]
    return subprocess.run(command, check=False, capture_output=True).returncode


def test_requirements_that_cannot_be_had_leave_nothing(
    config: Path, state: Path, mine: Path, requirements: Path, capfd: Output
) -> None:
    """pip's reason is shown, and what to do."""
    requirements.write_text("--no-index\nno-such-package\n")

    assert add(config, "own", mine, "--requirements", requirements) == OPERATOR_FAULT

    said = capfd.readouterr().err
    assert "no-such-package" in said
    assert f"--requirements {requirements}: pip failed" in said
    assert not (config / "strategy/own.toml").exists()
