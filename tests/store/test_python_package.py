"""The command that installs a Python package."""

import shlex
import subprocess
import sys

from tradestack.store.python_package import installation_of


def test_the_command_is_that_of_this_interpreter() -> None:
    """It can be run as it is printed; another `pip` would install for another interpreter."""
    says, _, command = installation_of("numpy>=1", "msgspec").partition(": ")

    assert says.startswith("install them")
    assert shlex.split(command) == [
        *(sys.executable, "-m", "pip", "install"),
        *("numpy>=1", "msgspec"),
    ]
    subprocess.run(f"{command} --version", shell=True, check=True, stdout=subprocess.DEVNULL)


def test_one_package_is_it() -> None:
    """The sentence has the right number."""
    assert installation_of("numpy").startswith("install it")
