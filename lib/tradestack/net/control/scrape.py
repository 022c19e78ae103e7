"""The metrics of all daemons, queried at the same time through their control sockets."""

import asyncio
import logging
from pathlib import Path

import msgspec

from tradestack.net.control.async_call import control_call
from tradestack.net.control.client import ControlFault
from tradestack.net.control.server import DAEMON_INTERFACE
from tradestack.observe.exposition import merged
from tradestack.observe.families import Family, FamilyKind, Point
from tradestack.wire.varlink import VarlinkError

# A scraper waits for ten seconds if it is not told otherwise, and without an answer knows nothing.
DEADLINE_S = 5.0
_EXPECTED = ("gateway.sock", "order-manager.sock")
_OTHERS = ("exporter.sock", "fix.sock", "grpc.sock")  # of which a host may have some
_STRATEGIES = "strategy-*.sock"

logger = logging.getLogger(__name__)


async def scrape(directory: Path, *, deadline_s: float = DEADLINE_S) -> list[Family]:
    """Return the families of all daemons with a control socket in the directory.

    The first one says of each daemon whether it has answered within the deadline.
    """
    others = (path for name in _OTHERS if (path := directory / name).exists())
    strategies = sorted(directory.glob(_STRATEGIES))
    paths = [*(directory / name for name in _EXPECTED), *strategies, *others]
    answers = await asyncio.gather(*(_ask(path, deadline_s) for path in paths))
    up = [
        Point("", {"daemon": path.stem}, answer is not None)
        for path, answer in zip(paths, answers, strict=True)
    ]
    families = [family for answer in answers if answer is not None for family in answer]
    help_ = "Whether the daemon has answered."
    return [Family("daemon", "up", FamilyKind.GAUGE, "", help_, up), *merged(families)]


async def _ask(path: Path, deadline_s: float) -> list[Family] | None:
    try:
        reply = await control_call(path, f"{DAEMON_INTERFACE}.GetMetrics", deadline_s=deadline_s)
        return msgspec.convert(reply.get("families"), list[Family])
    except (ControlFault, VarlinkError, msgspec.ValidationError) as fault:
        logger.debug("%s: %s", path.stem, fault)
        return None
