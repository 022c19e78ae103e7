"""`tradestackctl verify` on what real stacks have written: whole, changed, running, killed."""

import json
import os
import random
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ctl.up.sample_run import PRICES, SENTIMENT, up
from tests.ctl.verbs.asking import Output
from tests.kit.stack import Stack
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.main import run
from tradestack.net.control.client import ControlClient

CHANGES = 100
SEED = 20_261_129


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory of a run on the sample data to its end."""
    directory = tmp_path_factory.mktemp("sample") / "stack"
    done = up("--pace", "max", "--until-end", "--state-dir", directory)
    assert done.returncode == 0, done.stderr
    return directory


@pytest.fixture
def copy(original: Path, tmp_path: Path) -> Path:
    """A copy of its files elsewhere."""
    return Path(shutil.copytree(original / "state", tmp_path / "copy"))


def verify(directory: Path, output: Output, *arguments: str) -> dict[str, Any]:
    """Verify, check that the exit status says the same, and return the result."""
    status = run(["verify", *arguments, "--state-dir", str(directory), "--json"])
    result: dict[str, Any] = json.loads(output.readouterr().out)
    assert status == (ExitStatus.DONE if result["same"] else ExitStatus.REFUSED)
    return result


def test_the_sample_data_has_no_difference(original: Path, capsys: Output) -> None:
    """All messages and reports of the run are what follows from them."""
    result = verify(original, capsys)

    assert result["same"], result["differences"]
    assert (result["messages"], result["orders"], result["fills"]) == (36_109, 37, 37)
    assert (result["accounts"], result["ended"]) == (["news"], True)
    assert not any("checksum" in remark for remark in result["not_shown"])


def test_the_text_has_the_same(copy: Path, capsys: Output) -> None:
    """People read it in lines of 80 columns, beside file names."""
    assert run(["verify", "--state-dir", str(copy)]) == ExitStatus.DONE

    text = capsys.readouterr().out
    assert ": no difference\n  messages  36,109; the session ended\n" in text
    assert "  reports   74, of them 37 fills\n" in text
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("kind", ["*/*.journal", "*/*.feed"])
def test_each_changed_byte_is_found(copy: Path, capsys: Output, kind: str) -> None:
    """A hundred single bytes anywhere in the journal, and a hundred in the feed log."""
    (path,) = copy.glob(kind)
    good = path.read_bytes()
    numbers = random.Random(f"{SEED}{kind}")
    for _ in range(CHANGES):
        offset, flip = numbers.randrange(len(good)), numbers.randrange(1, 256)
        path.write_bytes(good[:offset] + bytes([good[offset] ^ flip]) + good[offset + 1 :])

        result = verify(copy, capsys)

        assert str(path) in {each["file"] for each in result["differences"]}, (offset, flip)


def test_each_changed_byte_that_a_report_depends_on_is_found(copy: Path, capsys: Output) -> None:
    """Without checksums: the price and the symbol of each trade that has filled an order."""
    (log,) = copy.glob("*/*.feed")
    (journal,) = copy.glob("*/*.journal")
    log.with_suffix(".crc").unlink()
    good = log.read_bytes()
    records = [json.loads(line[9:]) for line in journal.read_bytes().splitlines()]
    traded = [each["Report"]["FeedSeq"] for each in records if each["Record"] == "Execution"]
    assert len(traded) == 37
    for sequence in traded:
        for field in (8, 55):  # first byte of the symbol, last of the price
            offset = (sequence - 1) * 64 + field
            log.write_bytes(good[:offset] + bytes([good[offset] ^ 1]) + good[offset + 1 :])
            assert not verify(copy, capsys)["same"], (sequence, field)


def test_a_running_stack(stack: Stack, capsys: Output) -> None:
    """Its files are compared as far as they are written, and it goes on."""
    stack.ctl("resume")
    manager_when(stack, lambda stats: stats["orders_received"] >= 2)
    capsys.readouterr()

    result = verify(stack.files.path, capsys)

    assert result["same"], result["differences"]
    assert (result["ended"], result["orders"] >= 2) == (False, True)
    assert stack.process.poll() is None


def test_a_stack_whose_daemons_were_killed(tmp_path: Path, capsys: Output) -> None:
    """Gateway and order manager begin again, between orders; then everything still follows."""
    (tmp_path / "prices.csv").write_text(PRICES)
    (tmp_path / "sentiment.csv").write_text(SENTIMENT)
    files = ("--prices", tmp_path / "prices.csv", "--sentiment", tmp_path / "sentiment.csv")
    options = ("--pace", "10/s", "--until-end", "--respawn", "--state-dir", tmp_path / "s")
    with Stack(*files, *options) as running:
        for daemon, orders in (("order-manager", 1), ("gateway", 2)):
            manager_when(running, lambda stats, least=orders: stats["orders_received"] >= least)
            os.kill(running.pid_of(daemon), signal.SIGKILL)
            assert verify(tmp_path / "s", capsys)["same"]
        running.ctl("pace", "max")  # the run must not be over before the second kill
        status, _, error = running.end()
    assert status == 0, error

    result = verify(tmp_path / "s", capsys)

    assert result["same"], result["differences"]
    assert (result["messages"], result["orders"]) == (86, 3)


def manager_when(running: Stack, condition: Callable[..., bool]) -> None:
    """Return when the order manager's stats fulfil the condition."""
    with ControlClient(running.files.control("order-manager")) as client:
        replies = client.stream("io.tradestack.Daemon.WatchStats", {"interval_ms": 100})
        next(reply for reply in replies if condition(reply["stats"]))


def test_a_session_by_its_id(copy: Path, capsys: Output) -> None:
    """Another one is not verified; one that is not kept is an operator's fault."""
    (log,) = copy.glob("*/*.feed")
    assert verify(copy, capsys, log.stem)["session"] == log.stem

    assert run(["verify", "3DAA100000", "--state-dir", str(copy)]) == ExitStatus.OPERATOR_FAULT
    assert f"these are kept: {log.stem}" in capsys.readouterr().err


def test_files_that_cannot_be_read(copy: Path, tmp_path: Path, capsys: Output) -> None:
    """Their status is not that of a difference."""
    missing = run(["verify", "--state-dir", str(tmp_path / "missing")])
    assert missing == ExitStatus.OPERATOR_FAULT
    assert "no such directory; name with --state-dir" in capsys.readouterr().err

    (log,) = copy.glob("*/*.feed")
    log.unlink()
    log.mkdir()
    assert run(["verify", "--state-dir", str(copy)]) == ExitStatus.OPERATOR_FAULT
    assert str(log) in capsys.readouterr().err
