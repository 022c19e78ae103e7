"""The files that `tradestackctl up` makes in its state directory."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from tradestack.net.addresses import Address, parse_address


@dataclass(frozen=True, slots=True)
class StateDirectory:
    """A state directory; daemons are gateway, order-manager and strategy-<instance>."""

    path: Path

    def control(self, daemon: str) -> Path:
        """Return the control socket of a daemon."""
        return self.path / "run" / f"{daemon}.sock"

    def config(self, daemon: str) -> Path:
        """Return the config file of a daemon."""
        return self.path / "etc" / f"{daemon}.toml"

    def address(self, daemon: str) -> Address:
        """Return where a daemon listens."""
        return parse_address(tomllib.loads(self.config(daemon).read_text())["listen"])

    def password(self, instance: str = "news") -> str:
        """Return what a strategy logs in with."""
        return (self.path / "credentials" / instance / "password").read_text().strip()
