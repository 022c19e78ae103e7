"""The text of each Varlink interface, as it was agreed on.

A change here is a change of what clients can call. To accept one, write the new text:

    WRITE_INTERFACES=1 tests/run tests/daemons/test_interfaces.py
"""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any, cast

import pytest

from tradestack.net.control.interface import Interface
from tradestack.net.control.service_interface import service_interface
from tradestack.runtime.daemon_interface import daemon_interface
from tradestack.runtime.systemd_metrics import systemd_metrics
from tradestack_gateway.control import gateway_interface
from tradestack_order_manager.control.interface import order_manager_interface
from tradestack_strategy.control import strategy_interface
from tradestack_web.control import web_interface

DIRECTORY = Path(__file__).with_name("interfaces")
NOTHING = cast("Any", None)  # for the daemons, which are not called
INTERFACES = (
    service_interface("test", {}),
    daemon_interface(NOTHING, NOTHING),
    systemd_metrics("test", NOTHING),
    gateway_interface(NOTHING, NOTHING),
    order_manager_interface(NOTHING, NOTHING),
    strategy_interface(NOTHING, NOTHING, NOTHING, NOTHING),
    web_interface(NOTHING, "", NOTHING),
)


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda interface: interface.name)
def test_text_is_as_agreed_on(interface: Interface) -> None:
    """Methods, types and errors change only on purpose."""
    path = DIRECTORY / f"{interface.name}.varlink"
    if os.environ.get("WRITE_INTERFACES"):
        path.write_text(interface.text)

    assert interface.text == path.read_text()


def test_no_text_is_left_of_another_interface() -> None:
    """Each file belongs to an interface."""
    names = {path.name for path in DIRECTORY.iterdir()}

    assert names == {f"{interface.name}.varlink" for interface in INTERFACES}


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda interface: interface.name)
def test_foreign_parser_understands_the_text(interface: Interface) -> None:
    """PyPI's varlink finds the same methods and errors."""
    varlink = pytest.importorskip("varlink")

    parsed = varlink.Interface(interface.text)

    assert parsed.name == interface.name
    members = parsed.members.keys()
    assert members >= interface.methods.keys() | {each.__name__ for each in interface.errors}


@pytest.mark.parametrize("interface", INTERFACES, ids=lambda interface: interface.name)
def test_systemd_understands_the_text(interface: Interface, tmp_path: Path) -> None:
    """`varlinkctl validate-idl`, of systemd 255 or later, accepts it."""
    varlinkctl = shutil.which("varlinkctl")
    if varlinkctl is None:
        pytest.skip("varlinkctl (systemd >= 255) is not installed")
    path = tmp_path / "interface.varlink"
    path.write_text(interface.text)

    finished = subprocess.run(
        [varlinkctl, "validate-idl", str(path)], check=False, capture_output=True, text=True
    )

    assert finished.returncode == 0, finished.stderr
