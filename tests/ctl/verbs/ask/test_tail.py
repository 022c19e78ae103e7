"""The verb tail, with a real gateway."""

import json
import subprocess

from tests.ctl.verbs.asking import Output, gateway_stats
from tests.kit.stack import TRADESTACKCTL, Stack
from tradestack.ctl.exit_status import ExitStatus


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


def test_tail_prints_one_tick_by_its_number(paused: Stack, capsys: Output) -> None:
    """--count limits what --from begins with."""
    paused.ctl("tail", "--from", "3", "--count", "1")

    (line,) = capsys.readouterr().out.splitlines()
    assert line.split()[0] == "3"


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
