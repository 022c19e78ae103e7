"""The guard of an import: its time, and the signals of the process."""

import asyncio
import signal

import pytest

from tradestack.runtime.process.import_guard import ImportTooLong, import_guard


def loop(exceptions: list[ImportTooLong], *, until: int) -> None:
    """Catch what is raised, and raise the last one."""
    while True:
        try:
            while True:
                pass
        except ImportTooLong as error:
            exceptions.append(error)
            if len(exceptions) == until:
                raise


def test_what_takes_too_long_is_interrupted_where_it_is() -> None:
    """Again and again, if it catches the exception."""
    caught: list[ImportTooLong] = []

    with pytest.raises(ImportTooLong, match=r"not imported within 0\.05 s"), import_guard(0.05):
        loop(caught, until=2)

    assert len(caught) == 2


def test_signals_are_as_before() -> None:
    """Handlers, an alarm that was set, and what is ignored."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    signal.setitimer(signal.ITIMER_REAL, 1_000)
    try:
        with import_guard():
            for number in numbers:
                signal.signal(number, signal.SIG_IGN)

        assert [signal.getsignal(number) for number in numbers] == before
        assert 900 < signal.getitimer(signal.ITIMER_REAL)[0] <= 1_000
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


async def test_another_thread_has_no_guard() -> None:
    """It cannot be interrupted, and the import goes on."""

    def work() -> str:
        with import_guard(0.01):
            return "imported"

    assert await asyncio.to_thread(work) == "imported"
