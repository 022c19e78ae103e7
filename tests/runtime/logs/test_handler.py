"""Log records → lines or entries of the systemd journal."""

import logging
import os
import sys
from collections.abc import Iterator

import pytest

from tradestack.observe import events
from tradestack.runtime.logs.handler import Destination, Logs, destination_of_stderr
from tradestack.runtime.logs.level import LogLevel


@pytest.fixture
def logger() -> Iterator[logging.Logger]:
    """A logger whose records go nowhere else."""
    logger = logging.getLogger("tradestack.test_logs")
    logger.propagate = False
    logger.setLevel(logging.DEBUG)
    yield logger
    logger.handlers.clear()


def test_people_read_time_level_and_text(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each record is one line."""
    logger.addHandler(Logs("x", Destination.PEOPLE))

    logger.warning("careful with %s", "that")

    line = capsys.readouterr().err
    assert line.endswith("Z warning  careful with that\n")
    assert line[:2] == "20"


def test_the_journal_reads_a_priority_before_each_line(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines of a trace have one too."""
    logger.addHandler(Logs("x", Destination.JOURNAL))

    logger.critical("first\nsecond")

    assert capsys.readouterr().err == "<2>first\n<2>second\n"


def test_event_without_journald_is_a_line(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing is lost without journald."""
    logger.addHandler(Logs("x", Destination.PEOPLE))

    events.emit(logger, events.LOGIN_REJECTED, user="x")

    assert capsys.readouterr().err.endswith(f"{events.LOGIN_REJECTED.phrase} user=x\n")


def test_last_error_is_remembered(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    """It has its time and no trace; a warning is not an error."""
    logs = Logs("x", Destination.PEOPLE)
    logger.addHandler(logs)

    try:
        raise RuntimeError("broken")
    except RuntimeError:
        logger.exception("it failed")
    logger.warning("not so bad")

    assert logs.last_error is not None
    assert logs.last_error.endswith("Z it failed")
    assert "RuntimeError: broken" in capsys.readouterr().err


def test_last_error_is_gone_when_it_was_resolved(
    logger: logging.Logger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event that resolves it counts although it is not logged; any other changes nothing."""
    logs = Logs("x", Destination.PEOPLE)
    logs.threshold = LogLevel.WARNING
    logger.setLevel(logging.WARNING)
    logger.addHandler(logs)
    monkeypatch.setattr(events.RESOLVING, "handlers", [logs])
    monkeypatch.setattr(events.RESOLVING, "level", logging.DEBUG)

    events.emit(logger, events.CONFIG_REFUSED, reason="prefix")
    events.emit(logger, events.SERVER_CONNECTED, server="orders")
    refused = logs.last_error
    events.emit(logger, events.CONFIG_RELOADED, path="x.toml")

    assert refused is not None
    assert logs.last_error is None
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_closed_stderr_does_not_end_the_daemon(
    logger: logging.Logger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its reader may be gone."""
    reading_fd, writing_fd = os.pipe()
    os.close(reading_fd)
    logger.addHandler(Logs("x", Destination.PEOPLE))
    with os.fdopen(writing_fd, "w", buffering=1) as broken:
        monkeypatch.setattr(sys, "stderr", broken)

        logger.error("nobody hears")

        monkeypatch.undo()
        # The rest of the buffer goes nowhere, too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), broken.fileno())


def test_stderr_of_the_journal_is_recognised(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Device and inode decide; a redirected stream is for people."""
    reading_fd, writing_fd = os.pipe()
    with os.fdopen(reading_fd), os.fdopen(writing_fd, "w") as stream:
        monkeypatch.setattr(sys, "stderr", stream)
        status = os.fstat(writing_fd)

        assert destination_of_stderr(f"{status.st_dev}:{status.st_ino}") is Destination.JOURNAL
        assert destination_of_stderr(f"{status.st_dev}:{status.st_ino + 1}") is Destination.PEOPLE
        assert destination_of_stderr(None) is Destination.PEOPLE


def test_what_a_strategy_sets_up_is_undone(capsys: pytest.CaptureFixture[str]) -> None:
    """Handlers, levels, disabled loggers, and logging that is disabled as a whole."""
    root, own = logging.getLogger(), logging.getLogger("tradestack.test_undone")
    before = root.handlers[:], root.level
    logs = Logs("x", Destination.PEOPLE)
    try:
        logs.install(LogLevel.INFO)
        logging.basicConfig(level=logging.CRITICAL, force=True)  # noqa: TID251  as strategies do
        logging.disable(logging.CRITICAL)
        own.disabled = True

        logs.install_again()
        own.info("told")
    finally:
        logging.disable(logging.NOTSET)
        root.handlers, root.level = before

    assert capsys.readouterr().err.endswith(" info     told\n")
