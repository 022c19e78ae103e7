"""The immediate end of a process: its state may differ from its files, or a thread goes on."""

import logging
import os
import sys
import threading  # noqa: TID251  those of a strategy
from typing import NoReturn

EXIT_STATUS_FAULT = 1  # as after an uncaught exception; the supervisor starts the daemon again

logger = logging.getLogger(__name__)


def end_process(place: str, fault: BaseException) -> NoReturn:
    """Log the fault and end the process here; the next start recovers from the files.

    An exception would not do: the loop would run other tasks, which go on under numbers that are
    used already.
    """
    try:
        logger.critical("fault %s, ending: %r", place, fault, exc_info=fault)
    finally:
        os._exit(EXIT_STATUS_FAULT)


def end_despite_threads(status: int) -> None:
    """End the process here if threads of a strategy still run; Python would wait for their end."""
    others = [
        thread.name
        for thread in threading.enumerate()
        if thread is not threading.main_thread() and not thread.daemon
    ]
    if others:
        logger.warning("ending, although threads run: %s", ", ".join(others))
        sys.stdout.flush()
        os._exit(status)
