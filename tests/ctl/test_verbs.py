"""The verbs that ask and steer, against real daemons."""

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import pytest
from tests.ctl.conftest import TRADESTACKCTL, Stack

from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.ctl.up.running_daemons import RunningDaemons
from tradestack.net.control.client import ControlClient, ControlFault

Output = pytest.CaptureFixture[str]


@pytest.fixture
def paused(stack: Stack) -> Stack:
    """The stack with some ticks published and no more to come."""
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


def test_status_has_a_line_for_each_daemon(stack: Stack, capsys: Output) -> None:
    """Gateway, order manager and strategy are shown with what they do."""
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
    config = stack.directory / "etc" / "order-manager.toml"
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


def test_stats_as_json_have_the_promised_shape(stack: Stack, capsys: Output) -> None:
    """One object with the three keys, and in each what every daemon tells."""
    status = stack.ctl("stats", "--json")

    answer = json.loads(capsys.readouterr().out)
    assert status == ExitStatus.DONE
    assert answer.keys() == {"gateway", "order_manager", "strategies"}
    assert answer["strategies"].keys() == {"news"}
    for stats in [answer["gateway"], answer["order_manager"], answer["strategies"]["news"]]:
        assert stats.keys() >= {"pid", "version", "start_time", "uptime_s", "pss_bytes"}
        assert stats.keys() >= {"session", "process", "last_error"}
    assert answer["gateway"]["ticks_total"] >= 0


def test_stats_as_text_have_the_names_of_the_json(paused: Stack, capsys: Output) -> None:
    """Each line is a path into the JSON."""
    paused.ctl("stats")
    lines = capsys.readouterr().out.splitlines()
    paused.ctl("stats", "--json")
    answer = json.loads(capsys.readouterr().out)

    values = dict(line.split(": ", 1) for line in lines)
    assert values["gateway.ticks_total"] == str(answer["gateway"]["ticks_total"])
    assert values["strategies.news.daemon"] == answer["strategies"]["news"]["daemon"]


def test_stats_can_be_watched(stack: Stack) -> None:
    """One line of JSON after the other, flushed as it comes, until the reader has enough."""
    command = [TRADESTACKCTL, "--runtime-dir", str(stack.daemons.directory)]
    with subprocess.Popen(
        [*command, "stats", "--json", "--watch"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        uptimes = [json.loads(process.stdout.readline())["gateway"]["uptime_s"] for _ in range(2)]
        process.stdout.close()

        assert process.wait() == ExitStatus.DONE
    assert uptimes[0] < uptimes[1]


def test_tail_shows_the_last_ticks(paused: Stack, capsys: Output) -> None:
    """-n of them, the newest last, numbered without gaps."""
    head = gateway_stats(paused)["head"]

    status = paused.ctl("tail", "-n", "5", "--json")

    ticks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert status == ExitStatus.DONE
    assert isinstance(head, int)
    assert [tick["sequence"] for tick in ticks] == list(range(head - 4, head + 1))
    assert {tick["kind"] for tick in ticks} <= {"price", "news"}


def test_tail_from_a_number_reads_to_the_head(paused: Stack, capsys: Output) -> None:
    """As people read it, one line a tick."""
    head = gateway_stats(paused)["head"]

    paused.ctl("tail", "--from", "3")

    numbers = [int(line.split()[0]) for line in capsys.readouterr().out.splitlines()]
    assert isinstance(head, int)
    assert numbers == list(range(3, head + 1))


def test_tail_of_a_symbol_skips_the_others(paused: Stack, capsys: Output) -> None:
    """The last two of one symbol, wherever they are."""
    paused.ctl("tail", "--from", "1", "--json")
    ticks = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    symbol = ticks[-1]["symbol"]

    paused.ctl("tail", "-n", "2", "--symbol", symbol, "--json")

    shown = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert shown == [tick for tick in ticks if tick["symbol"] == symbol][-2:]


def test_tail_follows(stack: Stack) -> None:
    """After the last tick come the next ones, each number once."""
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


def test_pause_and_resume_stop_and_start_the_feed(stack: Stack) -> None:
    """The gateway says so itself."""
    pause = stack.ctl("pause")
    paused_state = gateway_stats(stack)["source_state"]
    resume = stack.ctl("resume")

    assert (pause, resume) == (ExitStatus.DONE, ExitStatus.DONE)
    assert (paused_state, gateway_stats(stack)["source_state"]) == ("paused", "running")


def test_pace_changes_and_refuses(stack: Stack, capsys: Output) -> None:
    """A pace that is none is refused with the daemon's words."""
    changed = stack.ctl("pace", "400/s")
    refused = stack.ctl("pace", "fast")

    assert (changed, refused) == (ExitStatus.DONE, ExitStatus.REFUSED)
    assert gateway_stats(stack)["pace"] == "400/s"
    assert "refused: InvalidPace: 'fast'" in capsys.readouterr().err


def test_new_sessions_have_new_ids(stack: Stack, capsys: Output) -> None:
    """What is printed is the session that the daemon is in then."""
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


def test_clients_are_listed(stack: Stack, capsys: Output) -> None:
    """The strategy is there, on both servers."""
    for report in stack.daemons.watch():  # it may be on its way into a new session
        strategy = report.strategies["news"]
        if strategy and strategy["connected_feed"] and strategy["connected_orders"]:
            break

    stack.ctl("clients")

    _, *lines = capsys.readouterr().out.splitlines()
    assert sorted(line.split()[:2] for line in lines) == [
        ["gateway", "news"],
        ["order-manager", "news"],
    ]


def test_log_level_is_for_one_or_all(stack: Stack, capsys: Output) -> None:
    """A daemon that is not there is said so."""
    statuses = [
        stack.ctl("log-level", "debug"),
        stack.ctl("log-level", "news", "info"),
        stack.ctl("log-level", "nobody", "info"),
    ]

    assert statuses == [ExitStatus.DONE, ExitStatus.DONE, ExitStatus.NOT_RUNNING]
    assert "strategy-nobody is not running" in capsys.readouterr().err


def test_prune_spares_the_current_session(stack: Stack, capsys: Output) -> None:
    """After new sessions there is something to remove; the daemons go on with what is theirs."""
    stack.ctl("new-session")
    current = gateway_stats(stack)["session"]
    state = ("--state-dir", str(stack.directory / "state"))
    capsys.readouterr()

    stack.ctl("prune", "--keep", "1", "--dry-run", *state)
    announced = capsys.readouterr().out
    stack.ctl("prune", "--keep", "1", *state)

    assert capsys.readouterr().out == announced != ""
    feeds = [path.stem for path in (stack.directory / "state/gateway").glob("*.feed")]
    assert feeds == [current]
    assert gateway_stats(stack)["session"] == current


# ---- when nothing runs ---------------------------------------------------------------------


def test_what_does_not_run_is_said_with_the_remedy(tmp_path: Path, capsys: Output) -> None:
    """Every daemon that is expected is named; JSON has null in its place."""
    status = run(["stats", "--json", "--runtime-dir", str(tmp_path)])

    output = capsys.readouterr()
    assert status == ExitStatus.NOT_RUNNING
    assert json.loads(output.out) == {"gateway": None, "order_manager": None, "strategies": {}}
    assert "gateway is not running" in output.err
    assert "systemctl start tradestack.target" in output.err


def test_watching_ends_when_nobody_is_there(tmp_path: Path, capsys: Output) -> None:
    """It does not wait for what may never come."""
    status = run(["stats", "--watch", "--runtime-dir", str(tmp_path)])

    assert status == ExitStatus.NOT_RUNNING
    assert capsys.readouterr().out == "gateway: -\norder_manager: -\n"


def test_status_shows_what_does_not_answer(tmp_path: Path, capsys: Output) -> None:
    """A socket that nobody serves is a daemon that should run."""
    (tmp_path / "strategy-momentum.sock").touch()

    status = run(["status", "--runtime-dir", str(tmp_path)])

    lines = capsys.readouterr().out.splitlines()
    assert status == ExitStatus.NOT_RUNNING
    assert lines[-1].split() == ["strategy", "momentum", *"----", "does", "not", "answer"]


def test_daemons_are_named_as_their_sockets() -> None:
    """A bare name is a strategy's."""
    daemons = RunningDaemons(Path("/run/tradestack"))

    assert daemons.socket_of("gateway").name == "gateway.sock"
    assert daemons.socket_of("order-manager").name == "order-manager.sock"
    assert daemons.socket_of("news").name == "strategy-news.sock"
    assert daemons.socket_of("strategy-news").name == "strategy-news.sock"


def test_a_client_can_be_used_again_after_a_fault(stack: Stack) -> None:
    """A stopped stream, a daemon that is not there: each call connects anew where it must."""
    with ControlClient(stack.daemons.socket_of("gateway")) as client:
        stats = client.call("io.tradestack.Daemon.GetStats")["stats"]
        client.close()

        assert client.call("io.tradestack.Daemon.GetStats")["stats"]["pid"] == stats["pid"]
    with pytest.raises(ControlFault, match="not running"):
        ControlClient(Path("/nonexistent/gateway.sock")).call("io.tradestack.Daemon.GetStats")
