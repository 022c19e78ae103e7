"""What README and manual tell people to do, done."""

import ast
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.ctl.up.sample_run import up
from tests.kit.documents import BACKTESTING, CLIENT, README
from tests.kit.stack import Stack
from tradestack.ctl.main import run
from tradestack.net.client.login import FIRST_LOGIN_TIMEOUT_S

DEADLINE_S = 120


def saved(directory: Path, *, number: int) -> Path:
    """Save a program of the manual, for a stack in that directory instead of /tmp/stack."""
    texts = [block.split("```")[0] for block in CLIENT.read_text().split("```python\n")[1:]]
    assert texts[number].count("/tmp/stack") == 1
    path = directory / "client.py"
    path.write_text(texts[number].replace("/tmp/stack", str(directory / "stack")))
    return path


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The client of the feed."""
    return saved(tmp_path, number=0)


def first_line(command: Sequence[str]) -> str:
    """The first line that a program prints; then it is ended."""
    (line,) = first_lines(command, count=1)
    return line


def first_lines(command: Sequence[str], *, count: int) -> list[str]:
    """The first lines that a program prints; then it is ended."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(count)]
        process.terminate()
    return lines


def test_the_client_runs_as_it_is_printed(files: tuple[str, ...], program: Path) -> None:
    """It finds the port and the password of the stack that the manual starts."""
    with Stack(*files, "--pace", "40/s", "--state-dir", program.parent / "stack"):
        line = first_line([sys.executable, "-u", str(program)])

    assert line.startswith("1 [100.25")


def test_an_order_is_entered_and_filled_as_it_is_printed(
    files: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a user that is added to the running stack."""
    program = saved(tmp_path, number=1)
    program.write_text(program.read_text().replace('"AAPL"', '"AAA"'))
    state = tmp_path / "stack"
    with Stack(*files, "--pace", "40/s", "--state-dir", state) as stack:
        assert run(["add-user", "me", "--config-dir", str(state / "etc")]) == 0
        password = capsys.readouterr().out.strip()
        assert stack.ctl("reload", "order-manager") == 0
        lines = first_lines([sys.executable, "-u", str(program), password], count=2)

    assert [line.split()[1] for line in lines] == ["NEW", "FILLED"]


def test_in_a_notebook_the_last_line_is_another(files: tuple[str, ...], program: Path) -> None:
    """A loop runs already there, so that a cell may await."""
    cell = program.read_text().replace("asyncio.run(main())", "await main()")
    with pytest.raises(SyntaxError):
        compile(cell, "cell", "exec")
    notebook = (
        "import asyncio, sys\n"
        f"code = compile({cell!r}, 'cell', 'exec', {ast.PyCF_ALLOW_TOP_LEVEL_AWAIT})\n"
        "asyncio.run(eval(code, {'__name__': '__main__'}))\n"
    )
    with Stack(*files, "--pace", "40/s", "--state-dir", program.parent / "stack"):
        line = first_line([sys.executable, "-u", "-c", notebook])

    assert line.startswith("1 [100.25")


def test_a_wrong_port_is_an_error_soon(files: tuple[str, ...], program: Path) -> None:
    """The last line of the traceback says what to check."""
    with Stack(*files, "--state-dir", program.parent / "stack") as stack:
        config = stack.files.config("gateway")
        config.write_text('listen = "127.0.0.1:9"\n')  # discard: nobody listens
        done = subprocess.run(
            [sys.executable, str(program)],
            check=False,
            capture_output=True,
            text=True,
            timeout=DEADLINE_S,
        )

    assert done.returncode == 1
    (*_, last) = done.stderr.splitlines()
    assert last.startswith("tradestack.net.client.login.NotReached: the feed at 127.0.0.1:9: ")
    assert f"no login within {FIRST_LOGIN_TIMEOUT_S:g} s" in last


def test_a_copy_that_was_made_while_the_daemons_ran_can_be_restored(tmp_path: Path) -> None:
    """Journals and logs are whole up to a torn end, and the run goes on where the copy stops."""
    first, second = tmp_path / "first", tmp_path / "second"
    options: list[str | Path] = ["--set", "gateway.source=random-walk"]
    options += ["--set", "gateway.walk_news_every=5"]
    strategy = tmp_path / "news.toml"
    strategy.write_text('quantity = "1"\nuser = "news"\nstart = "session"\n')
    options += ["--strategy-config", strategy, "--pace", "20000/s"]
    with Stack(*options, "--state-dir", first) as stack:
        stack.wait_for("order accepted orderid=20", count=1)
        second.mkdir()
        command = ["sh", "-c", f"tar -C {first} -cf - log state | tar -C {second} -xf -"]
        subprocess.run(command, check=False, capture_output=True, timeout=DEADLINE_S)
        stack.process.terminate()
        stack.end()
    copied = (second / "log" / "order_log.txt").read_text().splitlines()

    done = up(*options, "--state-dir", second, "--duration", "2s", "--json")

    assert done.returncode == 0, done.stderr
    log = (second / "log" / "order_log.txt").read_text().splitlines()
    lines = [line for line in log if " Received Order " in line]
    numbers = [int(line.split()[3].rstrip(":")) for line in lines]
    assert numbers == list(range(1, len(lines) + 1))
    assert len(log) > len(copied) >= 20
    assert len(lines) > sum(" Received Order " in line for line in copied)
    reports = [line.split(" report=")[1].split()[0] for line in log if " report=" in line]
    assert len(set(reports)) == len(reports) > 0
    ids = [line.split(" ClOrdID=")[1].split()[0] for line in lines]
    assert len(set(ids)) == len(ids)
    journals = [*second.glob("state/order-manager/*.journal"), *second.glob("state/gateway/*.feed")]
    assert run(["journal", "check", *map(str, journals)]) == 0


def test_a_notebook_has_the_tables_of_a_recorded_session(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As it is printed in the README, for a backtest in the test's directory."""
    (program,) = [block.split("```")[0] for block in README.read_text().split("```py\n")[1:]]
    assert program.count("/tmp/run") == 1
    assert run(["backtest", "news", "--state-dir", str(tmp_path / "run")]) == 0

    exec(compile(program.replace("/tmp/run", str(tmp_path / "run")), "README.md", "exec"), {})

    assert "feed_seq" in capsys.readouterr().out


def test_the_backtest_of_a_notebook_runs_as_it_is_printed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On the sample data, with fills and equity as tables."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (program,) = [block.split("```")[0] for block in BACKTESTING.read_text().split("```py\n")[1:]]

    exec(compile(program, BACKTESTING.name, "exec"), {})

    assert "crosso" in capsys.readouterr().out
