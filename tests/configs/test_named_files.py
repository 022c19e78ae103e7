"""--check-config reads the files that a config names, as the daemon would at its start."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.exporter import Exporter
from tests.kit.gateway import USER, Gateway
from tests.kit.nats import NatsServers
from tradestack.configs.exporter import ExporterConfig
from tradestack.configs.gateway import GatewayConfig
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.strategy import StrategyConfig
from tradestack.domain.faults import EXIT_STATUS_OPERATOR_FAULT, OperatorFault
from tradestack.runtime.config.keys import parse_config
from tradestack.runtime.config.named_files import named_files

SERVERS = 'servers = ["tls://127.0.0.1:4222"]\n'
TOO_LONG = "no password has as many characters"


def check(path: Path) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "tradestack_exporter", "--config", str(path), "--check-config"]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def write(directory: Path, key: str, text: str | None) -> Path:
    """Write a config with a file at this key; None: it is absent."""
    named = directory / "named"
    if text is not None:
        named.write_text(text)
    *section, name = key.split(".")
    line = f'{name} = "{named}"\n'
    user = 'user = "a"\n' if key == "nats.password_file" else ""
    config = directory / "exporter.toml"
    parts = ("", line) if section else (line, "")
    config.write_text(f"{parts[0]}[nats]\n{SERVERS}{user}{parts[1]}")
    return config


@pytest.mark.parametrize(
    ("key", "text", "words"),
    [
        ("password_file", None, "No such file"),
        ("password_file", TOO_LONG, f"holds {len(TOO_LONG)} characters; a password has 10 or less"),
        ("password_file", "two\nlines", "holds no password in ASCII, on one line"),
        ("nats.password_file", "two\nlines", "holds no password in ASCII, on one line"),
        ("nats.credentials_file", "x", "has no line BEGIN NATS USER JWT"),
        ("nats.ca_file", None, "No such file"),
        ("nats.ca_file", "x", "holds no certificates in PEM"),
    ],
)
def test_a_file_that_cannot_be_used_is_found_before_a_restart(
    tmp_path: Path, key: str, text: str | None, words: str
) -> None:
    """With config, key, file, and what to do; exit status 78."""
    config = write(tmp_path, key, text)

    done = check(config)

    assert done.returncode == EXIT_STATUS_OPERATOR_FAULT
    assert f"{config}: {key}: {tmp_path / 'named'}: {words}" in done.stderr
    assert TOO_LONG not in done.stderr


def test_a_file_that_can_be_used_is_no_fault(tmp_path: Path) -> None:
    """If everybody can read the password in it, that is told, and the remedy."""
    config = write(tmp_path, "password_file", PASSWORD)
    (tmp_path / "named").chmod(0o644)
    warned = check(config)
    (tmp_path / "named").chmod(0o600)
    done = check(config)

    assert (warned.returncode, done.returncode) == (0, 0)
    assert f"everybody on this host can read it: chmod 600 {tmp_path / 'named'}" in warned.stderr
    assert done.stderr == ""


@pytest.mark.parametrize("key", ["password_file", "nats.ca_file"])
def test_what_is_no_file_is_named_without_waiting(tmp_path: Path, key: str) -> None:
    """A FIFO, which nobody writes to, and a directory."""
    config = write(tmp_path, key, None)
    os.mkfifo(tmp_path / "named")
    assert "is a FIFO, not a regular file" in check(config).stderr
    (tmp_path / "named").unlink()
    (tmp_path / "named").mkdir()
    assert "Is a directory" in check(config).stderr


def test_a_password_that_is_too_long_for_a_login_ends_the_daemon_with_its_file(
    tmp_path: Path,
) -> None:
    """Exit status 78 and no traceback: nothing would change after a restart."""
    for name in ("gateway", "exporter"):
        (tmp_path / name).mkdir()
    servers = NatsServers(tmp_path)
    with (
        Gateway(tmp_path / "gateway") as gateway,
        Exporter(tmp_path / "exporter", gateway, servers) as exporter,
    ):
        (exporter.directory / "password").write_text(TOO_LONG)
        exporter.launch()
        assert exporter.wait() == EXIT_STATUS_OPERATOR_FAULT
    assert "Traceback" not in exporter.errors
    assert f"{exporter.directory / 'password'}: holds {len(TOO_LONG)} characters" in exporter.errors


@pytest.mark.parametrize(
    ("config_type", "keys", "expected"),
    [
        (ExporterConfig, {}, {"password_file", "nats.password_file", "nats.ca_file"}),
        (GatewayConfig, {}, {"users_file", "password_file", "nats.password_file", "nats.ca_file"}),
        (OrderManagerConfig, {}, {"users_file", "nats.password_file", "nats.ca_file"}),
        (StrategyConfig, {"user": USER, "quantity": "1"}, {"password_file"}),
    ],
)
def test_files_of_every_daemon_are_known(
    config_type: Any, keys: dict[str, object], expected: set[str]
) -> None:
    """Those of the section [nats] as well."""
    table = dict(keys)
    if "password_file" in expected:
        table["password_file"] = "/a"
    if "nats.ca_file" in expected:
        nats = {"user": "a", "password_file": "/a", "ca_file": "/a"}
        table["nats"] = {"servers": ["tls://h:4222"], **nats}

    config = parse_config(config_type, table, source="x.toml")

    assert {name for name, _, _ in named_files(config)} == expected


def test_a_relay_of_itself_is_refused() -> None:
    """Before it has waited for its own feed."""
    keys = {"source": "relay", "upstream_user": USER, "listen": "127.0.0.1:7"}
    with pytest.raises(
        OperatorFault, match=r"upstream: 127\.0\.0\.1:7 is the address of this gateway"
    ):
        parse_config(GatewayConfig, {**keys, "upstream": "127.0.0.1:7"}, source="gateway.toml")
