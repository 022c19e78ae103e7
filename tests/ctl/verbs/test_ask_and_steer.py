"""The verbs that query and control daemons, with real ones."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from tests.kit.stack import TRADESTACKCTL, Stack

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.running_daemons import RunningDaemons
from tradestack.net.control.client import ControlClient, ControlFault

Output = pytest.CaptureFixture[str]


@pytest.fixture
def paused(stack: Stack) -> Stack:
    """The stack, paused after some ticks were published."""
    stack.ctl("resume")
    for report in stack.daemons.watch():
        if report.gateway and report.gateway["ticks_total"] >= 20:
            break
    stack.ctl("pause")
    return stack


def gateway_stats(stack: Stack) -> dict[str, object]:
    stats = stack.daemons.report().gateway
    assert stats is not None
    return stats


def test_status_prints_a_line_for_each_daemon(stack: Stack, capsys: Output) -> None:
    """Gateway, order manager and strategy are listed with what they are doing."""
    status = stack.ctl("status")

    heading, *lines = capsys.readouterr().out.splitlines()
    assert status == ExitStatus.DONE
    assert heading.split() == ["DAEMON", "PID", "UP", "MEMORY", "SESSION", "STATE"]
    assert [line.split("  ")[0] for line in lines[:3]] == [
        "gateway",
        "order-manager",
        "strategy news",
    ]
    assert "ticks/s" in lines[0]


def test_status_names_changed_keys_that_need_a_restart(stack: Stack, capsys: Output) -> None:
    """It does so until the daemon is restarted or the file is set back."""
    config = stack.files.config("order-manager")
    content = config.read_text()

    config.write_text(re.sub('order_log = ".*"', 'order_log = "/elsewhere"', content))
    reload_order_manager(stack)
    stack.ctl("status")
    changed = capsys.readouterr().out
    config.write_text(content)
    reload_order_manager(stack)
    stack.ctl("status")

    waiting = "order-manager: changed in its config, but not in use before restart: order_log\n"
    assert waiting in changed
    assert waiting not in capsys.readouterr().out


def reload_order_manager(stack: Stack) -> None:
    """Send SIGHUP to the order manager, and wait until it has reloaded its config."""
    before = stack.daemons.report().order_manager
    assert before is not None
    os.kill(before["pid"], signal.SIGHUP)
    for report in stack.daemons.watch():
        now = report.order_manager
        if now and now["process"]["config_reloads"] > before["process"]["config_reloads"]:
            return


def test_stats_json_has_the_documented_keys(stack: Stack, capsys: Output) -> None:
    """The object has the three documented keys, and each daemon the common stats."""
    status = stack.ctl("stats", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert status == ExitStatus.DONE
    assert answer.keys() == {"gateway", "order_manager", "strategies"}
    assert answer["strategies"].keys() == {"news"}
    for stats in [answer["gateway"], answer["order_manager"], answer["strategies"]["news"]]:
        assert stats.keys() >= {"pid", "version", "start_time", "uptime_s", "pss_bytes"}
        assert stats.keys() >= {"session", "process", "last_error"}
    assert answer["gateway"]["ticks_total"] >= 0


def test_stats_text_uses_the_names_of_the_json(paused: Stack, capsys: Output) -> None:
    """Each line of the text is a path into the JSON object, and its value."""
    paused.ctl("stats")
    lines = capsys.readouterr().out.splitlines()
    paused.ctl("stats", "--json")
    answer = json.loads(capsys.readouterr().out)

    values = dict(line.split(": ", 1) for line in lines)
    assert values["gateway.ticks_total"] == str(answer["gateway"]["ticks_total"])
    assert values["strategies.news.daemon"] == answer["strategies"]["news"]["daemon"]


def test_stats_watch_prints_a_line_each_second(stack: Stack) -> None:
    """--watch prints and flushes JSON lines until the reader closes the pipe."""
    command = [TRADESTACKCTL, "--runtime-dir", str(stack.daemons.directory)]
    with subprocess.Popen(
        [*command, "stats", "--json", "--watch"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        uptimes = [json.loads(process.stdout.readline())["gateway"]["uptime_s"] for _ in range(2)]
        process.stdout.close()

        assert process.wait() == ExitStatus.DONE
    assert uptimes[0] < uptimes[1]


def test_tail_prints_the_last_ticks(paused: Stack, capsys: Output) -> None:
    """-n prints that many ticks, the newest last, without gaps in their numbers."""
    head = gateway_stats(paused)["head"]

    status = paused.ctl("tail", "-n", "5", "--json")

    ticks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == ExitStatus.DONE
    assert isinstance(head, int)
    assert [tick["sequence"] for tick in ticks] == list(range(head - 4, head + 1))
    assert {tick["kind"] for tick in ticks} <= {"price", "news"}


def test_tail_from_a_number_prints_up_to_the_head(paused: Stack, capsys: Output) -> None:
    """--from prints one line for each tick from that number to the newest."""
    head = gateway_stats(paused)["head"]

    paused.ctl("tail", "--from", "3")

    numbers = [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert isinstance(head, int)
    assert numbers == list(range(3, head + 1))


def test_tail_of_a_symbol_omits_other_symbols(paused: Stack, capsys: Output) -> None:
    """-n counts ticks of the symbol only, however far back they are."""
    paused.ctl("tail", "--from", "1", "--json")
    ticks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    symbol = ticks[-1]["symbol"]

    paused.ctl("tail", "-n", "2", "--symbol", symbol, "--json")

    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown == [tick for tick in ticks if tick["symbol"] == symbol][-2:]


def test_tail_follow_prints_new_ticks(stack: Stack) -> None:
    """--follow continues after the last tick without a gap or repetition."""
    stack.ctl("resume")
    command = [TRADESTACKCTL, "--runtime-dir", str(stack.daemons.directory)]
    with subprocess.Popen(
        [*command, "tail", "-n", "3", "--follow", "--json"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ticks = [json.loads(process.stdout.readline()) for _ in range(50)]
        process.stdout.close()
        status = process.wait()

    numbers = [tick["sequence"] for tick in ticks]
    assert status == ExitStatus.DONE
    assert numbers == list(range(numbers[0], numbers[0] + 50))


def test_pause_and_resume_change_the_source_state(stack: Stack) -> None:
    """The gateway's stats show the state after each command."""
    pause = stack.ctl("pause")
    paused_state = gateway_stats(stack)["source_state"]
    resume = stack.ctl("resume")

    assert (pause, resume) == (ExitStatus.DONE, ExitStatus.DONE)
    assert (paused_state, gateway_stats(stack)["source_state"]) == ("paused", "running")


def test_pace_is_set_and_an_invalid_one_is_refused(stack: Stack, capsys: Output) -> None:
    """A refusal is printed with the daemon's own explanation."""
    changed = stack.ctl("pace", "400/s")
    refused = stack.ctl("pace", "fast")

    assert (changed, refused) == (ExitStatus.DONE, ExitStatus.REFUSED)
    assert gateway_stats(stack)["pace"] == "400/s"
    assert "refused: InvalidPace: 'fast'" in capsys.readouterr().err


def test_new_session_prints_the_id_of_the_new_session(stack: Stack, capsys: Output) -> None:
    """The id printed is the one that the daemon reports afterwards, and it is new."""
    before = stack.daemons.report()
    stack.ctl("new-session")
    stack.ctl("new-session", "orders")

    feed, orders = capsys.readouterr().out.split()
    after = stack.daemons.report()
    assert before.gateway is not None
    assert after.gateway is not None
    assert after.order_manager is not None
    assert before.gateway["session"] != feed == after.gateway["session"]
    assert after.order_manager["session"] == orders


def test_clients_lists_the_strategy_on_both_servers(stack: Stack, capsys: Output) -> None:
    """The strategy is logged in to the gateway and to the order manager."""
    for report in stack.daemons.watch():  # it may just be changing to a new session
        strategy = report.strategies["news"]
        if strategy and strategy["connected_feed"] and strategy["connected_orders"]:
            break

    stack.ctl("clients")

    _, *lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[:2] for line in lines) == [
        ["gateway", "news"],
        ["order-manager", "news"],
    ]


def test_log_level_applies_to_one_daemon_or_all(stack: Stack, capsys: Output) -> None:
    """A name without a daemon is an error that names the daemon."""
    statuses = [
        stack.ctl("log-level", "debug"),
        stack.ctl("log-level", "news", "info"),
        stack.ctl("log-level", "nobody", "info"),
    ]

    assert statuses == [ExitStatus.DONE, ExitStatus.DONE, ExitStatus.NOT_RUNNING]
    assert "strategy-nobody is not running" in capsys.readouterr().err


def test_prune_keeps_the_current_session(stack: Stack, capsys: Output) -> None:
    """Old sessions are deleted as --dry-run announced, and the daemons continue theirs."""
    stack.ctl("new-session")
    current = gateway_stats(stack)["session"]
    state = ("--state-dir", str(stack.files.path / "state"))
    capsys.readouterr()

    stack.ctl("prune", "--keep", "1", "--dry-run", *state)
    announced = capsys.readouterr().out
    stack.ctl("prune", "--keep", "1", *state)

    assert capsys.readouterr().out == announced != ""
    feeds = [path.stem for path in (stack.files.path / "state/gateway").glob("*.feed")]
    assert feeds == [current]
    assert gateway_stats(stack)["session"] == current


# ---- without daemons ---------------------------------------------------------------------


def test_daemons_that_do_not_run_are_reported_with_a_remedy(tmp_path: Path, capsys: Output) -> None:
    """Gateway and order manager are named on stderr; the JSON has null for each."""
    status = run(["stats", "--json", "--runtime-dir", str(tmp_path)])

    output = capsys.readouterr()
    assert status == ExitStatus.NOT_RUNNING
    assert json.loads(output.out) == {"gateway": None, "order_manager": None, "strategies": {}}
    assert "gateway is not running" in output.err
    assert "systemctl start tradestack.target" in output.err


def test_watch_ends_if_no_daemon_answers(tmp_path: Path, capsys: Output) -> None:
    """--watch prints one report and exits."""
    status = run(["stats", "--watch", "--runtime-dir", str(tmp_path)])

    assert status == ExitStatus.NOT_RUNNING
    assert capsys.readouterr().out == "gateway: -\norder_manager: -\n"


def test_status_shows_a_daemon_that_does_not_respond(tmp_path: Path, capsys: Output) -> None:
    """A strategy whose socket exists is listed even if nothing listens on it."""
    (tmp_path / "strategy-momentum.sock").touch()

    status = run(["status", "--runtime-dir", str(tmp_path)])

    lines = capsys.readouterr().out.splitlines()
    assert status == ExitStatus.NOT_RUNNING
    assert lines[-1].split() == ["strategy", "momentum", *"----", "not", "responding"]


def test_sockets_are_found_by_the_names_of_daemons() -> None:
    """Any name but gateway and order-manager is that of a strategy instance."""
    daemons = RunningDaemons(Path("/run/tradestack"))

    assert daemons.socket_of("gateway").name == "gateway.sock"
    assert daemons.socket_of("order-manager").name == "order-manager.sock"
    assert daemons.socket_of("news").name == "strategy-news.sock"
    assert daemons.socket_of("strategy-news").name == "strategy-news.sock"


def test_a_control_client_connects_again_after_close(stack: Stack) -> None:
    """A closed client connects again at its next call; one without a daemon fails."""
    with ControlClient(stack.daemons.socket_of("gateway")) as client:
        stats = client.call("io.tradestack.Daemon.GetStats")["stats"]
        client.close()

        assert client.call("io.tradestack.Daemon.GetStats")["stats"]["pid"] == stats["pid"]
    with pytest.raises(ControlFault, match="not running"):
        ControlClient(Path("/nonexistent/gateway.sock")).call("io.tradestack.Daemon.GetStats")
