"""A FIFO, to which nobody writes, among the files of a session: no command and no daemon waits."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ctl.verify.traded import order, trade
from tests.kit.order_manager import OrderManager
from tests.kit.recorded_session import FEED_SESSION, ORDER_SESSION, RecordedSession
from tests.kit.tape_order_manager import TapeOrderManager

TRADESTACKCTL = Path(sys.executable).parent / "tradestackctl"
ANSWER_SECONDS_MAX = 120
READERS_OF_JOURNALS = [
    ["verify", FEED_SESSION],
    ["report", FEED_SESSION],
    ["export", "fills", FEED_SESSION, "-o", "-"],
    ["pnl", "--at", "3"],
    ["why", "1"],
]
READERS = [*READERS_OF_JOURNALS, ["export", "ticks", FEED_SESSION, "-o", "-"]]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state directory of a session that was traded to its end."""
    directory = tmp_path_factory.mktemp("recorded")
    with RecordedSession(directory) as session:
        trade(session)
        session.end()
    return directory / "state"


@contextmanager
def fifo_instead(path: Path) -> Iterator[None]:
    """Have a FIFO where the file is."""
    kept = path.with_suffix(".kept")
    path.rename(kept)
    os.mkfifo(path)
    yield
    path.unlink()
    kept.rename(path)


def answer_of(command: list[str], state: Path) -> "subprocess.CompletedProcess[str]":
    """Run a verb; it may not wait."""
    return subprocess.run(
        [TRADESTACKCTL, *command, "--state-dir", str(state)],
        capture_output=True,
        text=True,
        errors="replace",  # columns
        timeout=ANSWER_SECONDS_MAX,
        check=False,
    )


@pytest.mark.parametrize("command", READERS_OF_JOURNALS, ids=" ".join)
def test_a_reader_of_journals_says_what_it_is(recorded: Path, command: list[str]) -> None:
    """It does not answer as if the journal were not there."""
    journal = recorded / f"order-manager/{ORDER_SESSION}.journal"
    with fifo_instead(journal):
        answer = answer_of(command, recorded)

    assert answer.returncode != 0, answer.stdout
    assert f"{journal}: is a FIFO, not a regular file" in answer.stderr, answer.stderr


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_reader_does_not_wait_for_a_sidecar(recorded: Path, command: list[str]) -> None:
    """What it would say of the end of the feed session is not known."""
    with fifo_instead(recorded / f"gateway/{FEED_SESSION}.json"):
        answer = answer_of(command, recorded)

    assert answer.returncode == 0, answer.stderr


def test_an_order_manager_is_refused_its_journal(tmp_path: Path) -> None:
    """Exit status 78 with the file; it is not started over and over."""
    with OrderManager(tmp_path) as manager:
        session = manager.start()["session"]
        manager.stop()
        journal = manager.state / f"{session}.journal"
        journal.unlink()
        os.mkfifo(journal)
        manager.launch()

        assert manager.wait() == 78
        assert f"{journal}: is a FIFO, not a regular file" in manager.errors


def test_an_order_manager_does_not_wait_for_a_sidecar(tmp_path: Path) -> None:
    """That of a feed session by whose trades orders are executed."""
    with TapeOrderManager(tmp_path) as manager:
        feed = manager.feed()
        feed.trade(100)
        with fifo_instead(feed.path.with_suffix(".json")):
            manager.start()
            client = manager.client()

            client.send(order("one", 1))

            assert client.receive_report().cl_ord_id == "one"
            assert manager.stop() == 0
