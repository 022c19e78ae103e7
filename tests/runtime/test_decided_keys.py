"""Keys of a file that something else decides: a socket unit, a credential, an option."""

import signal
from pathlib import Path

import pytest

from tests.runtime.launched import Launch


def test_an_address_that_a_socket_unit_decides_is_reported(launch: Launch) -> None:
    """Log, stats and GetConfig say it once, with the unit, its address and the command."""
    daemon = launch('listen = "127.0.0.1:9"')
    daemon.wait_for("READY=1")
    used = "{}:{}".format(*daemon.address)

    stats = daemon.call("GetStats")["stats"]
    answer = daemon.call("GetConfig")
    daemon.write_config('listen = "127.0.0.1:9"\nprefix = "changed"')
    daemon.call("Reload")
    daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.wait_for_exit()

    assert stats["config_unused"] == {
        "listen": 'listen = "127.0.0.1:9" is not used: the address is that of '
        f"tradestack-echo.socket, {used}; to change it there: "
        "tradestackctl set-port echo 127.0.0.1:9"
    }
    assert answer["config"]["listen"] == used
    assert answer["config"]["control_socket"] == str(daemon.directory / "control.sock")
    assert answer["pending"] == {}
    (line,) = [line for line in stderr.splitlines() if "decided elsewhere" in line]
    assert "warning" in line
    assert f"key=listen value=127.0.0.1:9 used={used} decided_by=tradestack-echo.socket" in line


def test_an_address_that_is_changed_while_it_runs_is_reported(launch: Launch) -> None:
    """A reload says that the key has no effect, and not that it waits for a restart."""
    daemon = launch()
    daemon.wait_for("READY=1")
    before = daemon.call("GetStats")["stats"]
    daemon.write_config('listen = "127.0.0.1:9"\ncontrol_socket = "/run/other.sock"')

    daemon.call("Reload")

    after = daemon.call("GetStats")["stats"]
    assert before["config_unused"] == {}
    assert after["config_unused"].keys() == {"listen", "control_socket"}
    assert (
        "systemctl edit tradestack-echo-control.socket" in after["config_unused"]["control_socket"]
    )
    assert after["config_pending"] == {}


def test_an_address_that_the_socket_has_is_no_matter(launch: Launch) -> None:
    """Nothing is reported for the socket's own address, any port of it, or its name."""
    daemon = launch()
    daemon.wait_for("READY=1")
    port = daemon.address[1]

    for listen in (f"127.0.0.1:{port}", f"localhost:{port}", "127.0.0.1:0"):
        daemon.write_config(f'listen = "{listen}"')
        daemon.call("Reload")
        assert daemon.call("GetStats")["stats"]["config_unused"] == {}, listen


def credentials(directory: Path, password: str = "secret") -> Path:
    """A directory as LoadCredential= makes one."""
    path = directory / "credentials"
    path.mkdir()
    (path / "password").write_text(password)
    return path


def test_a_password_file_that_a_credential_replaces_is_reported(
    launch: Launch, tmp_path: Path
) -> None:
    """Log, stats and GetConfig say it once, with the credential and what changes it."""
    passed = credentials(tmp_path)
    (tmp_path / "mine").write_text("another")
    text = f'password_file = "{tmp_path}/mine"\n'
    daemon = launch(text, CREDENTIALS_DIRECTORY=str(passed))
    daemon.wait_for("READY=1")

    stats = daemon.call("GetStats")["stats"]
    answer = daemon.call("GetConfig")
    daemon.write_config(f'{text}prefix = "changed"')
    daemon.call("Reload")
    daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.wait_for_exit()

    unit = "tradestack-echo.service"
    assert stats["config_unused"] == {
        "password_file": f'password_file = "{tmp_path}/mine" is not used: the password is that of '
        f"LoadCredential= in {unit}, {passed}/password; "
        f"to change it there: systemctl edit {unit}"
    }
    assert answer["config"]["password_file"] == f"{passed}/password"
    assert answer["pending"] == {}
    (line,) = [line for line in stderr.splitlines() if "decided elsewhere" in line]
    assert "warning" in line
    assert f"key=password_file value={tmp_path}/mine used={passed}/password" in line
    assert line.endswith(f"remedy=systemctl edit {unit}")


@pytest.mark.parametrize("text", ["", 'password_file = "{}/mine"'], ids=["unset", "the same"])
def test_a_password_that_is_the_credential_is_no_matter(
    launch: Launch, tmp_path: Path, text: str
) -> None:
    """The file may be the one that LoadCredential= passes."""
    (tmp_path / "mine").write_text("secret\n")
    daemon = launch(
        text.format(tmp_path), CREDENTIALS_DIRECTORY=str(credentials(tmp_path, "secret"))
    )
    daemon.wait_for("READY=1")

    assert daemon.call("GetStats")["stats"]["config_unused"] == {}


def test_a_password_file_that_is_used_is_no_matter(launch: Launch, tmp_path: Path) -> None:
    """Nothing else passes a password."""
    daemon = launch(f'password_file = "{tmp_path}/mine"')
    daemon.wait_for("READY=1")

    assert daemon.call("GetStats")["stats"]["config_unused"] == {}
    assert daemon.call("GetConfig")["config"]["password_file"] == f"{tmp_path}/mine"


def test_a_level_that_an_option_replaces_is_reported(launch: Launch) -> None:
    """The command line wins over the file, also over one that was changed since."""
    daemon = launch('log_level = "info"', "--log-level", "info")
    daemon.wait_for("READY=1")
    before = daemon.call("GetStats")["stats"]

    daemon.write_config('log_level = "debug"')
    daemon.call("Reload")

    stats = daemon.call("GetStats")["stats"]
    assert before["config_unused"] == {}
    assert stats["config_unused"] == {
        "log_level": 'log_level = "debug" is not used: the level is that of --log-level, info; '
        "to change it there: start the daemon without this option"
    }
    assert stats["config_pending"] == {}
    assert daemon.call("GetConfig")["config"]["log_level"] == "info"
