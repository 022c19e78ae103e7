"""The first signal that asks a run to end."""

import asyncio
import signal


def interruption() -> "asyncio.Future[None]":
    """Return a future that the first SIGINT, SIGTERM or SIGHUP completes.

    The next one of them has its default effect.
    """
    loop = asyncio.get_running_loop()
    interrupted: asyncio.Future[None] = loop.create_future()
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def on_signal() -> None:
        for number in numbers:
            loop.remove_signal_handler(number)
        if not interrupted.done():  # two signals may have come in one pass of the loop
            interrupted.set_result(None)

    for number in numbers:
        loop.add_signal_handler(number, on_signal)
    return interrupted
