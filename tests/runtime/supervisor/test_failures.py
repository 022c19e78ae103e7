"""Why a daemon does not run, by a systemctl that answers what a table says."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tradestack.runtime.supervisor.failures import failure_of

STATE, STATUS = "ActiveState", "ExecMainStatus"


@pytest.mark.parametrize(
    ("name", "options", "known", "failure"),
    [
        ("gateway", (), {}, ""),
        ("gateway", (), {f"{STATE}:tradestack-gateway.service": "inactive"}, ""),
        (
            "gateway",
            (),
            {
                f"{STATE}:tradestack-gateway.service": "failed",
                f"{STATUS}:tradestack-gateway.service": "78",
            },
            "it failed with status 78: see {} status tradestack-gateway.service",
        ),
        (
            "strategy-my-own",
            (),
            {
                f"{STATE}:tradestack-strategy@my-own.service": "failed",
                f"{STATUS}:tradestack-strategy@my-own.service": "1",
            },
            "it failed with status 1: see {} status tradestack-strategy@my-own.service",
        ),
        (
            "order-manager",
            ("--user",),
            {
                f"{STATE}:tradestack-order-manager.service": "inactive",
                f"{STATE}:tradestack-order-manager.socket": "failed",
                "Listen:tradestack-order-manager.socket": "127.0.0.1:8998 (Stream)",
            },
            "tradestack-order-manager.socket could not be opened at 127.0.0.1:8998: "
            "see journalctl --user -e -u tradestack-order-manager.socket",
        ),
    ],
)
def test_the_unit_that_failed_is_named(
    tmp_path: Path, name: str, options: Sequence[str], known: Mapping[str, str], failure: str
) -> None:
    """And where its reason is; a daemon that was stopped has none."""
    for file, value in known.items():
        (tmp_path / file).write_text(value)
    systemctl = tmp_path / "systemctl"
    systemctl.write_text(
        f'#!/bin/sh\n[ "$1" != --user ] || shift\nexec cat "{tmp_path}/${{3#--property=}}:$4"\n'
    )
    systemctl.chmod(0o755)

    assert failure_of((str(systemctl), *options), name) == failure.format(systemctl)


def test_without_systemd_nothing_is_known() -> None:
    """The daemons of `up` have none."""
    assert failure_of((), "gateway") == ""
