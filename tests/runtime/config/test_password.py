"""The password file of a daemon that logs in."""

import os
from pathlib import Path

import pytest

from tests.kit.documents import ROOT
from tradestack.ctl.verbs.host import relay
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.password import PASSWORD_BYTES_MAX, read_password
from tradestack.runtime.service import read_credential

UNIT = "tradestack-strategy@news.service"
SYSTEMCTL = """\
#!/bin/sh
[ "$*" = "{options}cat {unit}" ] || exit 1
echo "[Service]"
echo "LoadCredential=password:/etc/%i.password"
"""


@pytest.mark.parametrize("content", [b"secret", b"secret\n", b"  secret \r\n"])
def test_space_around_a_password_is_ignored(tmp_path: Path, content: bytes) -> None:
    """Editors end the line that a file holds."""
    path = tmp_path / "password"
    path.write_bytes(content)

    assert read_password(path) == "secret"


@pytest.mark.parametrize(
    "content", [b"", b" \n", "geheimnisträger".encode(), b"\xff", b"x" * (PASSWORD_BYTES_MAX + 1)]
)
def test_a_file_without_a_password_is_an_operator_fault(tmp_path: Path, content: bytes) -> None:
    """The fault names the file, and never repeats its content."""
    path = tmp_path / "password"
    path.write_bytes(content)

    with pytest.raises(OperatorFault, match="holds no password in ASCII") as raised:
        read_password(path)

    assert str(path) in str(raised.value)


def test_a_missing_file_is_an_operator_fault(tmp_path: Path) -> None:
    """The fault has the system's reason."""
    with pytest.raises(OperatorFault, match="No such file or directory"):
        read_password(tmp_path / "none")


def test_a_fifo_is_an_operator_fault(tmp_path: Path) -> None:
    """Nobody may ever write to it."""
    os.mkfifo(tmp_path / "password")

    with pytest.raises(OperatorFault, match="is a FIFO, not a regular file"):
        read_password(tmp_path / "password")


@pytest.fixture
def credentials(tmp_path: Path) -> Path:
    """What systemd passes to the service if there is no file of the password."""
    directory = tmp_path / UNIT
    directory.mkdir()
    (directory / "password").write_text("\n")
    return directory


@pytest.mark.parametrize("options", ["", "--user "], ids=["system", "user"])
def test_a_missing_password_of_a_service_names_its_file(
    credentials: Path, monkeypatch: pytest.MonkeyPatch, options: str
) -> None:
    """Not the copy of it that systemd has made."""
    systemctl = credentials.parent / "systemctl"
    systemctl.write_text(SYSTEMCTL.format(options=options, unit=UNIT))
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{credentials.parent}:/usr/bin:/bin")

    with pytest.raises(OperatorFault, match=r"^/etc/news.password: no such file"):
        read_credential(credentials, "news")


def test_a_missing_password_of_a_unit_that_cannot_be_asked_names_the_unit(
    credentials: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There its file is to be found."""
    monkeypatch.setenv("PATH", str(credentials.parent))

    with pytest.raises(OperatorFault, match=rf"^LoadCredential= of {UNIT}: "):
        read_credential(credentials, "news")


PASSED_PASSWORDS = {
    **{path.name: path.read_text() for path in (ROOT / "systemd").glob("*.service")},
    relay.DROP_IN: relay.TEXT,
}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(text, id=name)
        for name, text in PASSED_PASSWORDS.items()
        if "LoadCredential=password:" in text
    ],
)
def test_a_service_starts_without_its_password_file(text: str) -> None:
    """Only then can it say what is missing: systemd would try again and not name the file."""
    assert "\nSetCredential=password:\\n\n" in text
