"""The Containerfile: its steps, done in Debian 13 in place of the image that it names."""

import json
import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.copy_of_release import PIP_ENVIRONMENT
from tests.system.package_builder import TRIXIE
from tests.system.releases import CHECKOUT, prepared_tree, prepared_wheelhouse
from tests.system.selection import require_containers

require_containers()

pytestmark = pytest.mark.system

# An interpreter with pip in /usr/local, as the image has it.
IMAGE = """\
apt-get -qq -y --no-download --no-install-recommends install python3-venv
python3 -m venv /usr/local
"""


def instructions() -> Iterator[tuple[str, str]]:
    """Iterate over the instructions, each with its arguments."""
    text = (CHECKOUT / "Containerfile").read_text().replace("\\\n", " ")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            name, _, arguments = line.partition(" ")
            yield name, arguments


def script_of_steps() -> str:
    """Return what a builder of images would do, ended by the command for 3 s."""
    steps, user, command = ["set -e", IMAGE], "root", []
    for name, arguments in instructions():
        match name:
            case "FROM":
                assert arguments.startswith("docker.io/library/python:3.")
            case "COPY":
                *sources, target = arguments.split()
                copied = shlex.join(f"/checkout/{each}" for each in sources)
                inside = target.endswith("/")
                steps.append(f"mkdir -p {target if inside else Path(target).parent}")
                steps.append(f"cp -r {copied} {target}")
            case "RUN":
                steps.append(arguments)
            case "USER":
                user = arguments
            case "VOLUME":
                steps.append(f"test -d {arguments}")
            case "ENTRYPOINT" | "CMD":
                command += json.loads(arguments)
            case _:
                raise AssertionError(f"{name}: say here what it does")
    steps.append("cd /")
    steps.append(f"setpriv --reuid={user} --init-groups {shlex.join(command)} --duration 3s --json")
    return "\n".join(steps)


def test_the_containers_command_runs_the_stack() -> None:
    """Copied, installed and started as the file says, the stack publishes ticks."""
    command = [
        *("systemd-nspawn", "--quiet", f"--directory={prepared_tree(TRIXIE)}"),
        *("--volatile=overlay", "--register=no", "--keep-unit", "--private-network"),
        *(f"--bind-ro={CHECKOUT}:/checkout", f"--bind-ro={prepared_wheelhouse(TRIXIE)}:/wheels"),
        *(f"--setenv={each}" for each in PIP_ENVIRONMENT.split()),
        "--setenv=PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        *("sh", "-c", script_of_steps()),
    ]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["run"]["ticks"] > 0
