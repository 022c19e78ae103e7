"""arguments of `up` → what its stack is to be."""

import argparse
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

from tradestack.ctl.up.screen import Screen
from tradestack.ctl.up.stack import GATEWAY, ORDER_MANAGER, StackConfig
from tradestack.ctl.up.stack_files import read_strategies
from tradestack.ctl.up.supervised import AfterDeath
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.faults import OperatorFault
from tradestack.runtime.config.units import NANOSECONDS_OF, parse_quantity

_SAMPLES = ("prices", "sentiment")
# A system's stack spares 1 GiB for its neighbours; this one may stand in a small /tmp.
_FREE_BYTES_MIN = "64MiB"


@dataclass(frozen=True, slots=True)
class Setting:
    """One --set."""

    daemon: str
    key: str
    value: object


def stack_config(args: argparse.Namespace, screen: Screen) -> StackConfig:
    """What was asked for. Raises OperatorFault."""
    strategies = read_strategies(args.strategy_config)
    gateway = {
        **_sources(args, screen),
        "pace": args.pace,
        "free_bytes_min": _FREE_BYTES_MIN,
    }
    order_manager: dict[str, object] = {"free_bytes_min": _FREE_BYTES_MIN}
    if args.until_end:
        gateway["at_end"] = "end-session"
        order_manager["max_order_age"] = "0"  # nobody waits for wall time here
        strategies = {name: {**one, "start": "session"} for name, one in strategies.items()}
    for setting in args.settings:
        {GATEWAY: gateway, ORDER_MANAGER: order_manager}[setting.daemon][setting.key] = (
            setting.value
        )
    return StackConfig(
        gateway=gateway,
        order_manager=order_manager,
        strategies=strategies,
        after_death=AfterDeath.RESPAWN if args.respawn else AfterDeath.END,
    )


def _sources(args: argparse.Namespace, screen: Screen) -> dict[str, object]:
    """Either file given drops both defaults; without shipped samples there is the random walk."""
    if args.prices is not None or args.sentiment is not None:
        given = {"prices": args.prices, "sentiment": args.sentiment}
        return {name: str(path.absolute()) for name, path in given.items() if path is not None}
    for directory in _sample_directories():
        paths = {name: directory / f"{name}.csv" for name in _SAMPLES}
        if all(path.exists() for path in paths.values()):
            return {name: str(path) for name, path in paths.items()}
    if args.until_end:
        raise OperatorFault(
            "--until-end", "there is no sample data here to come to an end", "give --prices FILE"
        )
    screen.line("up", "no sample data found, playing a random walk")
    return {"source": "random-walk"}


def _sample_directories() -> list[Path]:
    """data/ of a checkout; share/ beside what install.sh installed; the systems' own."""
    checkout = Path(__file__).resolve().parents[4]
    installed = Path(sys.prefix).resolve().parents
    shares = [*(parent / "share" for parent in installed[:4]), Path("/usr/share")]
    return [checkout / "data", *(share / "tradestack" / "data" for share in shares)]


def parse_setting(text: str) -> Setting:
    """A --set. Raises ArgumentTypeError."""
    name, equals, value = text.partition("=")
    daemon, dot, key = name.partition(".")
    if not (equals and dot and key) or daemon not in (GATEWAY, ORDER_MANAGER):
        raise argparse.ArgumentTypeError(f"{text!r}: write it as in gateway.at_end=hold")
    try:
        return Setting(daemon, key, tomllib.loads(f"value = {value}")["value"])
    except tomllib.TOMLDecodeError:
        return Setting(daemon, key, value)  # a text without its quotes


def parse_seconds(text: str) -> float:
    """A --duration in seconds. Raises ArgumentTypeError."""
    try:
        duration_ns = parse_quantity(text, NANOSECONDS_OF)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'{text!r} {error}; write it as in "20s"') from None
    return duration_ns / NANOSECONDS_PER_SECOND
