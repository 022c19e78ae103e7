"""What all FIX sessions of the process share."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path

from tradestack.domain.clock import Clock
from tradestack.net.client.order_client import OrderClient
from tradestack.net.line_limit import LineLimit
from tradestack_fix.client.counters import Counters
from tradestack_fix.session.logon import LogonRequest


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is the same for all clients.

    comp_id: our own. token: makes names that no other process uses.
    make_client(request, session id, sequence): a client of the order manager.
    """

    comp_id: str
    directory: Path
    boot: int
    clock: Clock
    lines: LineLimit
    counters: Counters
    token: str
    make_client: Callable[[LogonRequest, str, int], OrderClient]
    spawn: Callable[[Coroutine[object, object, None], str], "asyncio.Task[None]"]
