"""The verb stats, with real daemons and without any."""

import json
import subprocess
from pathlib import Path

from tests.ctl.verbs.asking import Output
from tests.kit.stack import TRADESTACKCTL, Stack
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run


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


def test_daemons_that_do_not_run_are_reported_with_a_remedy(tmp_path: Path, capsys: Output) -> None:
    """Gateway and order manager are named on stderr; the JSON has null for each."""
    status = run(["stats", "--json", "--runtime-dir", str(tmp_path)])

    output = capsys.readouterr()
    assert status == ExitStatus.NOT_RUNNING
    assert json.loads(output.out) == {"gateway": None, "order_manager": None, "strategies": {}}
    assert "gateway is not running" in output.err
    assert "start it, or name another --runtime-dir" in output.err


def test_watch_ends_if_no_daemon_answers(tmp_path: Path, capsys: Output) -> None:
    """--watch prints one report and exits."""
    status = run(["stats", "--watch", "--runtime-dir", str(tmp_path)])

    assert status == ExitStatus.NOT_RUNNING
    assert capsys.readouterr().out == "gateway: -\norder_manager: -\n"
