"""Strategy services in this process, built from configuration keys."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from tradestack.configs.strategy import StrategyConfig
from tradestack.net.control.interface import Interface, Peer, reply_parameters
from tradestack.runtime.clock import SystemClock
from tradestack.runtime.config.keys import parse_config
from tradestack.runtime.service import Context
from tradestack.runtime.supervisor.notify import Notifier
from tradestack_strategy.service import StrategyService, build_service

ROOT = Peer(pid=1, uid=0, gid=0)
Make = Callable[..., StrategyService]


def config_of(directory: Path, **keys: object) -> StrategyConfig:
    """A configuration whose password file is in the directory."""
    table = {"quantity": "10", "user": "news", "password_file": str(directory / "password")} | keys
    return parse_config(StrategyConfig, table, source="news.toml")


def service_of(directory: Path, instance: str, **keys: object) -> StrategyService:
    """A built service whose tasks are those of the running loop."""
    return build_service(
        Context(
            config=config_of(directory, **keys),
            instance=instance,
            listeners={},
            clock=SystemClock(),
            notifier=Notifier(None),
            state_path=directory / "state",
            credentials_directory=None,
            spawn=lambda work, name: asyncio.create_task(work, name=name),
            session_began=lambda: None,
        )
    )


async def until(condition: Callable[[], bool]) -> None:
    """Wait for the condition."""
    while not condition():
        await asyncio.sleep(0.002)


def reply_of(interface: Interface, method: str) -> dict[str, Any]:
    """Return the reply to a call without parameters, as it is sent."""
    reply = interface.methods[method].call({}, ROOT)
    assert isinstance(reply, msgspec.Struct)
    return reply_parameters(reply)
