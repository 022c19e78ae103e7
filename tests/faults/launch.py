"""The files and options with which a stack is started: sources, users, strategies, execution."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.disk import write_back
from tests.kit.findable import make_tests_findable
from tradestack.ctl.installation.secret_file import new_password
from tradestack.net.server.users import new_salt, users_line


@dataclass(frozen=True, slots=True)
class Instance:
    """A strategy instance: its user, and the lines of its configuration that are its own."""

    user: str
    lines: str


def _crossover(user: str, short_ticks: int, long_ticks: int) -> Instance:
    parameters = f"short_ticks = {short_ticks}\nlong_ticks = {long_ticks}\n"
    return Instance(user, f'strategy = "crossover"\n[parameters]\n{parameters}')


STRATEGIES = {
    "dense": _crossover("dense", 1, 2),
    "wide": _crossover("wide", 5, 20),
    "quotes": Instance("quotes", 'strategy = "tests.kit.burst_quoter:BurstQuoter"\n'),
}
INTERACTIVE_USERS = frozenset({"quotes"})
PROBE = "probe"  # user, and name of its password
USERS = {**{name: instance.user for name, instance in STRATEGIES.items()}, PROBE: PROBE}
SESSIONS_KEPT = 1_000  # all sessions are compared in the end
# Everything that can differ from one run to the next if the order manager is wrong: random draws of
# latency and slippage, fills in parts, fees, limit orders at their limit. A message of the sample
# comes after 0.65 s of feed time, on average.
EXECUTION = {
    "entry_latency": "300ms",
    "entry_latency_jitter": "1500ms",
    "report_latency": "200ms",
    "report_latency_jitter": "900ms",
    "participation_bp": 2_500,
    "slippage": "ticks",
    "slippage_ticks": 1,
    "slippage_random_ticks": 2,
    "limit_fill": "touch",
    "seed": 7,
    "fee_per_share": "0.0035",
    "fee_bp": "0.1",
    "fee_minimum": "0.35",
}
AWAY_MAX = "1h"  # no strategy is given up: none is away for as long


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Copies of the two source files, whose modification time can be changed."""

    prices: Path
    sentiment: Path

    @classmethod
    def copy(cls, directory: Path, prices: Path, sentiment: Path) -> "Sources":
        """Copy the files into the directory."""
        directory.mkdir(parents=True, exist_ok=True)
        copies = []
        for source in (prices, sentiment):
            copy = directory / source.name
            copy.write_bytes(source.read_bytes())
            copies.append(copy)
        return cls(prices=copies[0], sentiment=copies[1])

    def renew(self) -> None:
        """Change the modification times: the same content becomes a new feed session."""
        for path in (self.prices, self.sentiment):
            changed_ns = path.stat().st_mtime_ns + 1_000_000_000
            os.utime(path, ns=(changed_ns, changed_ns))


def write_options(
    directory: Path, sources: Sources, pace: str, settings: Sequence[str]
) -> list[str]:
    """Write the files that `up` needs; return its options. settings: more for --set."""
    make_tests_findable()
    users = _write_users(directory)
    options = ["--prices", str(sources.prices), "--sentiment", str(sources.sentiment)]
    options += ["--pace", pace]
    for setting in (
        "gateway.at_end=end-session",
        "order-manager.max_order_age='0'",
        "order-manager.new_session_at='never'",
        f"order-manager.away_max='{AWAY_MAX}'",
        f"order-manager.execution={_inline_table(EXECUTION)}",
        f"gateway.sessions_kept={SESSIONS_KEPT}",
        f"order-manager.sessions_kept={SESSIONS_KEPT}",
        f"gateway.users_file='{users}'",
        f"order-manager.users_file='{users}'",
        *settings,
    ):
        options += ["--set", setting]
    for name, instance in STRATEGIES.items():
        path = directory / f"{name}.toml"
        path.write_text(
            f'quantity = "10"\nuser = "{instance.user}"\nstart = "session"\n{instance.lines}'
        )
        options += ["--strategy-config", str(path)]
    return options


def _inline_table(keys: Mapping[str, object]) -> str:
    """Keys → TOML; a JSON text or number is one of TOML, too."""
    return "{" + ", ".join(f"{name} = {json.dumps(value)}" for name, value in keys.items()) + "}"


def _write_users(directory: Path) -> Path:
    """Write the users file, with the probe among them, and the passwords that are missing."""
    lines = []
    for name, user in USERS.items():
        password = directory / "credentials" / name / "password"
        password.parent.mkdir(parents=True, exist_ok=True)
        if not password.exists():
            password.write_text(new_password())
            write_back(password)
        lines.append(users_line(user, password.read_text(), salt=new_salt()))
    path = directory / "users"
    path.write_text("".join(lines))
    return path
