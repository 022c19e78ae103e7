"""The life of a daemon, seen from outside: notify socket, signals, exit status, stderr."""

import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tradestack.net.control.client import ControlClient
from tradestack.runtime.logs.level import LogLevel
from tradestack.wire.varlink import VarlinkError

ECHO_DAEMON = Path(__file__).with_name("echo_daemon.py")


def test_serves_on_passed_sockets_once_ready(launch) -> None:
    """READY=1 comes when the daemon answers on the sockets it was passed, whatever their order."""
    daemon = launch()

    daemon.wait_for("READY=1")

    assert daemon.echo("hello") == "echo hello"
    assert daemon.call("GetStats")["stats"]["echoed_total"] == 1


def test_sigterm_stops_the_daemon(launch) -> None:
    """SIGTERM is answered by STOPPING=1 and exit status 0."""
    daemon = launch()
    daemon.wait_for("READY=1")

    daemon.send_signal(signal.SIGTERM)
    status, _ = daemon.wait_for_exit()

    assert status == 0
    assert "STOPPING=1" in daemon.notified


def test_sigterm_before_ready_stops_the_daemon(launch) -> None:
    """A daemon that gets it while it starts ends, and was never ready."""
    daemon = launch('behaviour = "never-ready"')
    daemon.wait_for("EXTEND_TIMEOUT_USEC=60000000")

    daemon.send_signal(signal.SIGTERM)
    status, _ = daemon.wait_for_exit()

    assert status == 0
    assert "READY=1" not in daemon.notified


def test_second_sigterm_ends_it_at_once(launch) -> None:
    """A stop that hangs is cut short by another SIGTERM."""
    daemon = launch('behaviour = "never-stop"')
    daemon.wait_for("READY=1")
    daemon.send_signal(signal.SIGTERM)
    daemon.wait_for("STOPPING=1")

    daemon.send_signal(signal.SIGTERM)
    status, _ = daemon.wait_for_exit()

    assert status == -signal.SIGTERM


def test_status_is_ascii_and_follows_the_service(launch) -> None:
    """STATUS= is sent again when it changed, and nothing in it can get it lost."""
    daemon = launch()
    daemon.wait_for("STATUS=echo ? 0")

    daemon.echo("hello")

    daemon.wait_for("STATUS=echo ? 1")


def test_watchdog_is_fed(launch) -> None:
    """WATCHDOG=1 comes again and again while the service is well."""
    daemon = launch(WATCHDOG_USEC="200000")

    daemon.wait_for("WATCHDOG=1")
    daemon.notified.clear()
    daemon.wait_for("WATCHDOG=1")


def test_watchdog_starves_when_the_service_stalls(launch) -> None:
    """A service that is stuck is not kept alive, and STATUS= has the reason."""
    daemon = launch('behaviour = "stall"', WATCHDOG_USEC="200000")

    daemon.wait_for("READY=1")
    daemon.wait_for("STATUS=stalled: stuck by its config; echo ? 0")
    daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.wait_for_exit()

    assert "WATCHDOG=1" not in daemon.notified
    assert stderr.count("stalled: stuck by its config") == 1


def test_reload_takes_over_the_config(launch) -> None:
    """SIGHUP applies the file; systemd learns when that began and when it was done."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config('prefix = "changed"\nlog_level = "warning"')
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")

    assert daemon.notified[0] == "RELOADING=1"
    assert daemon.notified[1].startswith("MONOTONIC_USEC=")
    assert daemon.echo("hello") == "changed hello"
    assert daemon.call("GetConfig")["config"]["prefix"] == "changed"
    assert daemon.call("GetStats")["stats"]["process"]["config_reloads"] == 1


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ("prefix = 5", "is not a text"),
        ("prefix =", "not TOML"),
        ('prefix = "refused"', "is not allowed"),
    ],
)
def test_refused_reload_keeps_the_old_config(launch, config: str, reason: str) -> None:
    """A bad file changes nothing, is counted, and is the last error."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config(config)
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")

    stats = daemon.call("GetStats")["stats"]
    assert daemon.echo("hello") == "echo hello"
    assert stats["process"]["config_reloads_refused"] == 1
    assert reason in stats["last_error"]


def test_status_shows_a_refused_reload(launch) -> None:
    """STATUS begins with the refusal when the reload is over, until one succeeds."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config("prefix = 5")
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")
    refused = daemon.notified.copy()
    daemon.notified.clear()
    daemon.write_config('prefix = "changed"')
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")

    begins = f"STATUS=last reload refused: {daemon.config_path}: prefix: "
    assert [line.startswith(begins) for line in refused if line.startswith("STATUS=")] == [True]
    last = [line for line in daemon.notified if line.startswith("STATUS=")][-1]
    assert "refused" not in last


def test_keys_that_need_a_restart_wait_and_are_named(launch) -> None:
    """A reload takes over what it can, and names the rest in STATUS=, log, stats and GetConfig."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.notified.clear()

    daemon.write_config('prefix = "changed"\nlisten = "127.0.0.1:9"\nsuffix = "!"')
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")
    answer = daemon.call("GetConfig")
    stats = daemon.call("GetStats")["stats"]
    daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.wait_for_exit()

    assert "STATUS=restart needed for changed listen; changed ? 0" in daemon.notified
    assert answer["config"]["prefix"] == "changed"
    assert answer["config"]["listen"] == "127.0.0.1:0"
    assert answer["pending"] == {
        "listen": {"value": "127.0.0.1:9", "holds": "restart"},
        "suffix": {"value": "!", "holds": "next session"},
    }
    assert stats["config_pending"] == {"listen": "restart", "suffix": "next session"}
    assert stats["process"]["config_reloads"] == 1
    assert "changed configuration keys need a restart keys=listen path=" in stderr


def test_keys_that_wait_for_a_session_hold_when_it_begins(launch) -> None:
    """GetConfig shows the old value until the service has begun a session."""
    daemon = launch()
    daemon.wait_for("READY=1")
    daemon.write_config('suffix = "!"')
    daemon.notified.clear()
    daemon.send_signal(signal.SIGHUP)
    daemon.wait_for("READY=1")
    before = daemon.call("GetConfig")

    daemon.echo("session")
    after = daemon.call("GetConfig")

    assert (before["config"]["suffix"], before["pending"].keys()) == ("", {"suffix"})
    assert (after["config"]["suffix"], after["pending"]) == ("!", {})


def test_file_that_is_set_back_waits_for_nothing(launch) -> None:
    """A key with its old value again needs no restart."""
    daemon = launch()
    daemon.wait_for("READY=1")
    for config in ('listen = "127.0.0.1:9"', ""):
        daemon.notified.clear()
        daemon.write_config(config)
        daemon.send_signal(signal.SIGHUP)
        daemon.wait_for("READY=1")

    assert daemon.call("GetConfig")["pending"] == {}
    assert not any("restart" in line for line in daemon.notified)


def test_reload_during_the_start_is_made_up_for(launch) -> None:
    """A SIGHUP that comes before READY=1 is not lost and cannot disturb the start."""
    daemon = launch('behaviour = "start-on-file"')
    daemon.wait_for("EXTEND_TIMEOUT_USEC=60000000")
    daemon.write_config('behaviour = "start-on-file"\nprefix = "changed"')

    daemon.send_signal(signal.SIGHUP)
    (daemon.directory / "state" / "go").touch()
    daemon.wait_for("RELOADING=1")
    daemon.wait_for("STATUS=changed ? 0")

    assert daemon.notified.index("READY=1") < daemon.notified.index("RELOADING=1")
    assert daemon.call("GetConfig")["config"]["prefix"] == "changed"


@pytest.mark.parametrize("behaviour", ["crash-on-input", "crash-in-callback"])
def test_fault_of_ours_ends_the_process(launch, behaviour: str) -> None:
    """An exception in a task or a callback of the loop is logged with its trace, and is fatal."""
    daemon = launch(f'behaviour = "{behaviour}"')
    daemon.wait_for("READY=1")

    daemon.echo("hello")
    status, stderr = daemon.wait_for_exit()

    assert status == 1
    assert "Traceback" in stderr
    assert "STOPPING=1" not in daemon.notified


def test_fault_at_start_is_never_ready(launch) -> None:
    """A daemon that crashes while it starts exits 1 and was never ready."""
    daemon = launch('behaviour = "crash-at-start"')

    status, stderr = daemon.wait_for_exit()

    assert status == 1
    assert "crashed by its config" in stderr
    assert "READY=1" not in daemon.notified


def test_operator_fault_exits_78_with_one_line(launch) -> None:
    """The operator reads one line with place, problem and remedy, without a trace."""
    daemon = launch('behaviour = "refuse-at-start"')

    status, stderr = daemon.wait_for_exit()

    assert status == 78
    assert stderr.count("\n") == 1
    assert "echo: refused by its config; change behaviour" in stderr


def test_a_full_disk_is_logged_in_one_line(launch) -> None:
    """It is neither our fault nor one of the config: no trace, and a restart may help."""
    daemon = launch('behaviour = "disk-full-at-start"')

    status, stderr = daemon.wait_for_exit()

    assert status == 1
    assert stderr.count("\n") == 1
    assert "No space left on device, the daemon exits: free space" in stderr


def test_missing_socket_is_fatal_under_a_supervisor(launch) -> None:
    """The daemon does not hide a failed socket unit by binding the address itself."""
    daemon = launch(LISTEN_FDNAMES="control:other")

    status, stderr = daemon.wait_for_exit()

    assert status == 78
    assert "no socket named echo was passed" in stderr


def test_binds_the_addresses_of_its_config_without_a_supervisor(tmp_path: Path) -> None:
    """Its own control socket has mode 0660 and is removed at the end."""
    control = tmp_path / "control.sock"
    config = tmp_path / "echo.toml"
    config.write_text(f'control_socket = "{control}"\nstate_directory = "{tmp_path}"')
    with subprocess.Popen(
        [sys.executable, str(ECHO_DAEMON), "--config", str(config)],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        mode = stat.S_IMODE(control.stat().st_mode)
        process.terminate()
        status = process.wait(timeout=60)

    assert "ready" in line
    assert mode == 0o660
    assert status == 0
    assert not control.exists()


def test_log_level_changes_at_once(launch) -> None:
    """SetLogLevel silences what is less severe, and GetConfig shows the level in use."""
    daemon = launch()
    daemon.wait_for("READY=1")

    daemon.call("SetLogLevel", {"level": "error"})
    assert daemon.call("GetConfig")["config"]["log_level"] == "error"
    daemon.send_signal(signal.SIGTERM)
    _, stderr = daemon.wait_for_exit()

    assert "stopping" not in stderr


def test_unknown_log_level_is_refused(launch) -> None:
    """The error names the parameter."""
    daemon = launch()
    daemon.wait_for("READY=1")

    with pytest.raises(VarlinkError, match="InvalidParameter"):
        daemon.call("SetLogLevel", {"level": "loud"})


def test_stats_name_the_daemon_and_its_start(launch) -> None:
    """The runtime adds what all daemons have."""
    daemon = launch()
    daemon.wait_for("READY=1")

    stats = daemon.call("GetStats")["stats"]

    assert stats["daemon"] == "echo"
    assert stats["pid"] == daemon.process.pid
    assert stats["start_time"].endswith("Z")
    assert stats["uptime_s"] >= 0
    assert stats["pss_bytes"] > 1 << 20
    assert stats["last_error"] is None
    assert stats["process"]["echoed"] == 0


def test_stats_stream_until_the_watcher_leaves(launch) -> None:
    """WatchStats answers again and again, each time with the counters of then."""
    daemon = launch()
    daemon.wait_for("READY=1")

    with ControlClient(daemon.directory / "control.sock") as client:
        stream = client.stream("io.tradestack.Daemon.WatchStats", {"interval_ms": 100})
        first = next(stream)
        daemon.echo("hello")
        later = next(reply for reply in stream if reply["stats"]["echoed_total"] == 1)

    assert first["stats"]["echoed_total"] == 0
    assert later["stats"]["pid"] == daemon.process.pid


@pytest.mark.parametrize("interval_ms", [99, 3_600_001])
def test_watch_interval_has_limits(launch, interval_ms: int) -> None:
    """A shorter interval would burden the loop, a longer one is a mistake."""
    daemon = launch()
    daemon.wait_for("READY=1")

    with (
        ControlClient(daemon.directory / "control.sock") as client,
        pytest.raises(VarlinkError, match="interval_ms"),
    ):
        next(client.stream("io.tradestack.Daemon.WatchStats", {"interval_ms": interval_ms}))


def test_metrics_are_listed_with_their_declarations(launch) -> None:
    """Those of the runtime and those of the program, with kind, unit and help."""
    daemon = launch()
    daemon.wait_for("READY=1")

    declared = {metric["name"]: metric for metric in daemon.call("ListMetrics")["metrics"]}

    assert declared["uptime_s"]["kind"] == "gauge"
    assert declared["echoed_total"] == {
        "name": "echoed_total",
        "kind": "counter",
        "unit": "messages",
        "help": "Messages sent back.",
        "label": "",
    }


def test_line_of_text_names_the_same_counters(launch) -> None:
    """People can read them with nc alone."""
    daemon = launch()
    daemon.wait_for("READY=1")

    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(60)
        client.connect(str(daemon.directory / "control.sock"))
        client.sendall(b"stats\n")
        client.shutdown(socket.SHUT_WR)
        with client.makefile() as answer:
            lines = answer.read().splitlines()

    assert "echoed_total: 0" in lines
    assert "process.config_reloads: 0" in lines


def run_echo(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the program with a command line that does not start the daemon."""
    return subprocess.run(
        [sys.executable, str(ECHO_DAEMON), *arguments],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_check_config_accepts_a_good_file(tmp_path: Path) -> None:
    """--check-config reads the file and nothing else."""
    config = tmp_path / "echo.toml"
    config.write_text('prefix = "x"')

    done = run_echo("--config", str(config), "--check-config")

    assert (done.returncode, done.stdout) == (0, f"{config}: ok\n")


def test_check_config_names_an_error(tmp_path: Path) -> None:
    """A refusal is exit 78 with file, key and what is allowed, and nothing on stdout."""
    config = tmp_path / "echo.toml"
    config.write_text('listen = "nowhere"')

    done = run_echo("--config", str(config), "--check-config")

    assert (done.returncode, done.stdout) == (78, "")
    assert f"{config}: listen: 'nowhere' is not valid; allowed is HOST:PORT" in done.stderr


def test_a_directory_is_no_config(tmp_path: Path) -> None:
    """The remedy is another one than for an unreadable file."""
    done = run_echo("--config", str(tmp_path))

    assert done.returncode == 78
    assert f"{tmp_path}: is a directory; name a file with --config" in done.stderr


def test_missing_config_has_a_remedy(tmp_path: Path) -> None:
    """A missing file is an operator's fault."""
    done = run_echo("--config", str(tmp_path / "none.toml"))

    assert done.returncode == 78
    assert "none.toml: no such file; copy the commented one" in done.stderr


def test_tool_runs_instead_of_the_daemon() -> None:
    """An option of the program's own needs no config and gives the exit status."""
    done = run_echo("--greet", "you")

    assert (done.returncode, done.stdout) == (3, "hello you\n")


def test_tool_gets_the_path_of_config(tmp_path: Path) -> None:
    """It does not get the default path, which a tool does not need."""
    config = tmp_path / "echo.toml"

    done = run_echo("--greet", "you", "--config", str(config))

    assert (done.returncode, done.stdout) == (3, f"hello you by {config}\n")


def test_unknown_log_level_names_the_known_ones() -> None:
    """The error lists what is allowed."""
    done = run_echo("--log-level", "loud")

    assert done.returncode == 2
    assert all(level.value in done.stderr for level in LogLevel)


def test_version_is_that_of_the_package() -> None:
    """The installed metadata has it from the same place."""
    from importlib.metadata import version

    done = run_echo("--version")

    assert done.stdout == f"tradestack {version('tradestack')}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--daemonize"], "--pidfile"),
        (["--pidfile", "x"], "--daemonize"),
        (["--config"], "--config: expected one argument"),
        (["--check-config=yes"], "--check-config: ignored explicit argument"),
        (["--shout"], "unrecognized arguments: --shout"),
        (["--conf", "x"], "unrecognized arguments: --conf"),
        (["news"], "unrecognized arguments: news"),
    ],
)
def test_invalid_command_line_exits_2(arguments: list[str], message: str) -> None:
    """The error has the reason, and names --help."""
    done = run_echo(*arguments)

    assert done.returncode == 2
    assert message in done.stderr
    assert "--help" in done.stderr


def test_help_names_every_option() -> None:
    """It fits into a terminal, and includes the program's own tools."""
    done = run_echo("--help")

    assert done.returncode == 0
    assert all(option in done.stdout for option in ("--config FILE", "--daemonize", "--greet"))
    assert all(part in done.stdout for part in ("exit status:", "/etc/tradestack/echo.toml"))
    assert max(map(len, done.stdout.splitlines())) <= 80
