"""The manual's publisher of ticks over ZeroMQ and its consumer, with a real gateway."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kit.daemon import PASSWORD
from tests.kit.gateway import USER, Gateway
from tradestack.ctl import manual

TOPIC = Path(manual.__file__).parent / "topics/tradestack-hosts.md"
Process = subprocess.Popen[str]


@pytest.fixture
def programs(tmp_path: Path) -> dict[str, Path]:
    """Save the two programs, and the password."""
    _, publisher, consumer = re.findall(r"```python\n(.*?)```", TOPIC.read_text(), re.DOTALL)
    (tmp_path / "password").write_text(PASSWORD)
    paths = {"publisher": tmp_path / "publish.py", "consumer": tmp_path / "consume.py"}
    paths["publisher"].write_text(publisher)
    paths["consumer"].write_text(consumer)
    return paths


@pytest.fixture
def running() -> Iterator[list[Process]]:
    """Return a list of processes that are killed at the end."""
    processes: list[Process] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def test_a_consumer_sees_in_the_numbers_what_it_has_lost(
    tmp_path: Path, programs: dict[str, Path], running: list[Process]
) -> None:
    """Kill the publisher: the gap is said, as long as it is, and the numbers go on after it."""
    endpoint = f"ipc://{tmp_path}/ticks"
    with Gateway(tmp_path) as gateway:
        gateway.configure(source="random-walk", pace="2000/s")
        gateway.start()
        host, port = gateway.address

        def publish() -> Process:
            arguments = [f"{host}:{port}", USER, str(tmp_path / "password"), endpoint]
            running.append(started(programs["publisher"], *arguments))
            return running[-1]

        publisher = publish()
        consumer = started(programs["consumer"], endpoint)
        running.append(consumer)
        expected = _read(consumer, 5, 0)
        publisher.kill()
        publisher.wait()
        gateway.wait_for_head(expected + 1_000)
        publish()
        lost = 0
        assert consumer.stdout is not None
        for line in consumer.stdout:
            if line.startswith("lost "):
                lost = int(line.split()[1])
                break
            expected = _next(line, expected)
        assert lost > 0
        _read(consumer, 5, expected + lost)


def started(program: Path, *arguments: str) -> Process:
    """Start a program."""
    argv = [sys.executable, str(program), *arguments]
    return subprocess.Popen(argv, stdout=subprocess.PIPE, text=True)


def _read(consumer: Process, count: int, expected: int) -> int:
    """Read that many batches; return the number after them."""
    assert consumer.stdout is not None
    for _ in range(count):
        expected = _next(consumer.stdout.readline(), expected)
    return expected


def _next(line: str, expected: int) -> int:
    """Return the number after a batch, which begins with the expected one; 0: any."""
    first, length, _ = line.split()
    assert expected in (0, int(first))
    return int(first) + int(length)
