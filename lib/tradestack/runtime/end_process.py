"""The immediate end of a process whose state may differ from its files."""

import logging
import os
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
