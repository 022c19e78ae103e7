"""The files and options with which a stack is started: sources, users, strategies."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.faults.disk import write_back
from tradestack.ctl.installation.secret_file import new_password
from tradestack.net.server.users import new_salt, users_line

STRATEGIES = {"dense": ("dense", 1, 2), "wide": ("wide", 5, 20)}  # user, short_ticks, long_ticks
PROBE = "probe"  # user, and name of its password
USERS = {**{name: user for name, (user, _, _) in STRATEGIES.items()}, PROBE: PROBE}
SESSIONS_KEPT = 1_000  # all sessions are compared in the end


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
    users = _write_users(directory)
    options = ["--prices", str(sources.prices), "--sentiment", str(sources.sentiment)]
    options += ["--pace", pace]
    for setting in (
        "gateway.at_end=end-session",
        "order-manager.max_order_age='0'",
        "order-manager.new_session_at='never'",
        f"gateway.sessions_kept={SESSIONS_KEPT}",
        f"order-manager.sessions_kept={SESSIONS_KEPT}",
        f"gateway.users_file='{users}'",
        f"order-manager.users_file='{users}'",
        *settings,
    ):
        options += ["--set", setting]
    for name, (user, short_ticks, long_ticks) in STRATEGIES.items():
        path = directory / f"{name}.toml"
        path.write_text(
            f'signal = "crossover"\nquantity = "10"\nuser = "{user}"\nstart = "session"\n'
            f"[parameters]\nshort_ticks = {short_ticks}\nlong_ticks = {long_ticks}\n"
        )
        options += ["--strategy-config", str(path)]
    return options


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
