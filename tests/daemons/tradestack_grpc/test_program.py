"""The declaration of the daemon, with and without the extra."""

import importlib.util
import subprocess
import sys

import pytest

from tradestack.domain.faults import OperatorFault
from tradestack_grpc.program import PROGRAM, build


def test_without_the_extra_it_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """An operator's fault, before anything of gRPC is imported."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(OperatorFault, match=r"-m pip install .*grpcio"):
        build(None)  # type: ignore[arg-type]


def test_its_declaration_needs_no_grpc() -> None:
    """The manual and --help are made from it."""
    program = f"import sys, {PROGRAM.build.__module__}; sys.exit('grpc' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
