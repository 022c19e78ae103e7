"""--check-config: what in a file is not used by the service of which it is the file."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.runtime.launched import ECHO_DAEMON
from tradestack.runtime.supervisor.units import source_of_credential

# A systemd that has the units of one service, whose command line is in $COMMAND_LINE.
SYSTEMCTL = """\
#!/bin/sh
case "$*" in
    "show --value --property=ExecStart tradestack-echo.service")
        echo "{ path=/bin/echo ; argv[]=$COMMAND_LINE ; ignore_errors=no }" ;;
    "show --value --property=Listen tradestack-echo.socket") echo "127.0.0.1:7 (Stream)" ;;
    "show --value --property=Listen tradestack-echo-control.socket") echo "/run/x (Stream)" ;;
    "cat tradestack-echo.service")
        echo "[Service]"
        echo "LoadCredential=password:$PASSWORD_SOURCE" ;;
    *) exit 1 ;;
esac
"""
UNIT = "tradestack-echo.service"


def warnings_about(directory: Path, keys: str, *options: str) -> list[str]:
    """What --check-config says of a file with these keys; options are those of the service."""
    systemctl, config = directory / "systemctl", directory / "echo.toml"
    systemctl.write_text(SYSTEMCTL)
    systemctl.chmod(0o755)
    config.write_text(keys)
    done = subprocess.run(
        [sys.executable, ECHO_DAEMON, "--config", config, "--check-config"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={
            "PATH": f"{directory}:/usr/bin:/bin",
            "COMMAND_LINE": " ".join(["/bin/echo", "--config", str(config), *options]),
            "PASSWORD_SOURCE": str(directory / "source"),
        },
    )
    assert done.stdout == f"{config}: ok\n"
    return [line.partition(f"{config}: ")[2] for line in done.stderr.splitlines()]


@pytest.mark.parametrize(
    ("keys", "options", "expected"),
    [
        (
            'listen = "127.0.0.1:9"',
            (),
            'listen = "127.0.0.1:9" is not used: the address is that of tradestack-echo.socket, '
            "127.0.0.1:7; to change it there: tradestackctl set-port echo 127.0.0.1:9",
        ),
        (
            'control_socket = "/run/y"',
            (),
            'control_socket = "/run/y" is not used: the address is that of '
            "tradestack-echo-control.socket, /run/x; to change it there: "
            "systemctl edit tradestack-echo-control.socket",
        ),
        (
            'password_file = "/etc/mine"',
            (),
            'password_file = "/etc/mine" is not used: the password is that of LoadCredential= in '
            f"{UNIT}, {{directory}}/source; to change it there: systemctl edit {UNIT}",
        ),
        (
            'log_level = "debug"',
            ("--log-level", "warning"),
            'log_level = "debug" is not used: the level is that of --log-level, warning; '
            "to change it there: start the daemon without this option",
        ),
        ('listen = "127.0.0.1:7"', (), None),
        ('password_file = "{directory}/source"', (), None),
        ('log_level = "debug"', (), None),
        ('log_level = "debug"', ("--log-level", "debug"), None),
        ('prefix = "x"', ("--log-level", "debug"), None),
    ],
)
def test_a_key_that_the_service_does_not_use_is_named(
    tmp_path: Path, keys: str, options: tuple[str, ...], expected: str | None
) -> None:
    """One line has what is configured, what is used, who decides, and what to do."""
    said = warnings_about(tmp_path, keys.replace("{directory}", str(tmp_path)), *options, "--end")

    assert said == ([] if expected is None else [expected.format(directory=tmp_path)])


def test_a_file_of_no_service_is_used_as_it_is(tmp_path: Path) -> None:
    """The units of an installation decide about its own files."""
    keys = 'listen = "127.0.0.1:9"\npassword_file = "/etc/mine"\nlog_level = "debug"'
    warnings_about(tmp_path, keys, "--end")
    other = tmp_path / "other.toml"
    other.write_text(keys)

    done = subprocess.run(
        [sys.executable, ECHO_DAEMON, "--config", other, "--check-config"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "COMMAND_LINE": "/bin/echo --config /x --end"},
    )

    assert (done.stdout, done.stderr) == (f"{other}: ok\n", "")


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("LoadCredential=password:/etc/%i.password", "/etc/news.password"),
        ("LoadCredential=password:/a\n\n[Service]\nLoadCredential=password:/b\n", "/b"),
        ("LoadCredential=password:/a\nLoadCredential=\n", None),
        ("LoadCredentialEncrypted=password:/a", "/a"),
        ("LoadCredential=token:/a", None),
        ("LoadCredential=password", None),
        ("#LoadCredential=password:/a", None),
        ("", None),
    ],
)
def test_the_source_of_a_credential_is_that_of_the_last_setting(
    text: str, source: str | None
) -> None:
    """Drop-ins come after the unit; an empty value takes back what was set."""
    assert source_of_credential(text, "password", "news") == source
