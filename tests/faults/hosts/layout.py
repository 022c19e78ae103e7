"""What runs on which host, with which configuration.

a   gateway ─ order manager ─ nats       the first primary
b   relay   ─ order manager ─ nats       the first standby
c   relay                   ─ nats
d   relay   ─ strategies                 the relays are a chain: b follows a, c follows b, …
"""

import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.faults.launch import (
    AWAY_MAX,
    EXECUTION,
    PROBE,
    SESSIONS_KEPT,
    STRATEGIES,
    Sources,
)
from tests.kit.findable import make_tests_findable
from tradestack.ctl.toml import config_text
from tradestack.net.addresses import Address
from tradestack.net.server.users import new_salt, users_line

HOSTS = ("a", "b", "c", "d")
CHAIN = HOSTS  # of gateways: the first has the sources, each other one follows the one before
ORDER_MANAGERS = ("a", "b")
SERVERS = ("a", "b", "c")  # of the stream
FAR_END = "d"
STREAM = "ORDERS"
TAKEOVER_AFTER = "6s"

PASSWORD = "secret"
PROBER, RELAY = "prober", "relay"
USERS = (*(instance.user for instance in STRATEGIES.values()), PROBE, PROBER, RELAY)

FEED_PORT, ORDER_PORT = 8999, 8998
NATS_PORT, ROUTE_PORT, MONITOR_PORT = 4222, 6222, 8222
STORE_BYTES_MAX = 1 << 30
PROGRAMS = Path(sys.executable).parent

Keys = Mapping[str, object]


class Layout:
    """The files of each host in a directory of its own, and the addresses of all."""

    def __init__(self, directories: Mapping[str, Path], addresses: Mapping[str, str]) -> None:
        """directories, addresses: by host."""
        make_tests_findable()
        self.directories = directories
        self.addresses = addresses
        self._suffix = f"-hosts-{secrets.token_hex(4)}"
        for directory in directories.values():
            for name in ("etc", "run", "log", "state"):
                (directory / name).mkdir(parents=True)
            users = [users_line(user, PASSWORD, salt=new_salt()) for user in USERS]
            (directory / "etc" / "users").write_text("".join(users))
            (directory / "etc" / "password").write_text(PASSWORD)

    # ---- addresses and paths -----------------------------------------------------------------

    def feed(self, host: str) -> Address:
        """Return the address of a gateway."""
        return Address(self.addresses[host], FEED_PORT)

    def orders(self, host: str) -> Address:
        """Return the address of an order manager."""
        return Address(self.addresses[host], ORDER_PORT)

    @property
    def server_urls(self) -> tuple[str, ...]:
        """The addresses of all servers of the stream."""
        return tuple(f"nats://{self.addresses[host]}:{NATS_PORT}" for host in SERVERS)

    def health_url(self, host: str) -> str:
        """Return what a server of the stream answers with its health."""
        return f"http://{self.addresses[host]}:{MONITOR_PORT}/healthz"

    def control(self, unit: str) -> Path:
        """Return the control socket of a daemon."""
        name, _, host = unit.rpartition("@")
        return self.directories[host] / "run" / f"{name}.sock"

    def store(self, host: str) -> Path:
        """Return the directory of a server's streams."""
        return self.directories[host] / "state" / "nats"

    def segments(self, host: str) -> str:
        """Return the suffix of the books of a host."""
        return f"{self._suffix}-{host}"

    # ---- commands, whose configuration they write ----------------------------------------------

    def nats(self, host: str) -> Sequence[str | Path]:
        """Return the command of a server of the stream, which syncs before it acknowledges."""
        address = self.addresses[host]
        routes = ", ".join(f'"nats://{self.addresses[each]}:{ROUTE_PORT}"' for each in SERVERS)
        path = self.directories[host] / "etc" / "nats.conf"
        path.write_text(
            f'server_name: {host}\nlisten: "{address}:{NATS_PORT}"\n'
            f'http: "{address}:{MONITOR_PORT}"\nmax_payload: 8MB\n'
            f'jetstream {{ store_dir: "{self.store(host)}", sync_interval: always, '
            f"max_file_store: {STORE_BYTES_MAX} }}\n"
            f'cluster {{ name: orders, listen: "{address}:{ROUTE_PORT}", routes: [{routes}] }}\n'
        )
        return [PROGRAMS / "nats-server", "--config", path]

    def gateway(self, host: str, sources: Sources, pace: str) -> Sequence[str | Path]:
        """Return the command of the first gateway, or of a relay."""
        keys: dict[str, object] = {
            "listen": str(self.feed(host)),
            "segment_suffix": self.segments(host),
            "free_bytes_min": "0B",
            "sessions_kept": SESSIONS_KEPT,
        }
        place = CHAIN.index(host)
        if place == 0:
            keys |= {"prices": str(sources.prices), "sentiment": str(sources.sentiment)}
            keys |= {"pace": pace, "at_end": "end-session"}
        else:
            upstream = str(self.feed(CHAIN[place - 1]))
            keys |= {"source": "relay", "upstream": upstream, "upstream_user": RELAY}
            keys["password_file"] = str(self._etc(host, "password"))
        return self._daemon("gateway", host, keys)

    def order_manager(self, host: str, role: str) -> Sequence[str | Path]:
        """Return the command of an order manager that begins in this role."""
        keys: Keys = {
            "listen": str(self.orders(host)),
            "order_log": str(self.directories[host] / "log" / "order_log.txt"),
            "feed_log_directory": str(self.directories[host] / "state" / "gateway"),
            "durability": "replicated",
            "replication": {
                "role": role,
                "host": host,
                "replicas": len(SERVERS),
                "takeover_after": TAKEOVER_AFTER,
            },
            "nats": {"servers": list(self.server_urls)},
            "execution": EXECUTION,
            "max_order_age": "0",
            "new_session_at": "never",
            "away_max": AWAY_MAX,
            "free_bytes_min": "0B",
            "sessions_kept": SESSIONS_KEPT,
        }
        return self._daemon("order-manager", host, keys)

    def strategy(self, instance: str) -> Sequence[str | Path]:
        """Return the command of a strategy at the far end."""
        made = STRATEGIES[instance]
        name = f"strategy-{instance}"
        keys: Keys = {
            **self._common(name, FAR_END),
            "quantity": "10",
            "user": made.user,
            "start": "session",
            "feed": str(self.feed(FAR_END)),
            "orders": [str(self.orders(host)) for host in ORDER_MANAGERS],
            "segment_suffix": self.segments(FAR_END),
            "password_file": str(self._etc(FAR_END, "password")),
        }
        path = self._etc(FAR_END, f"{name}.toml")
        path.write_text(config_text(keys) + made.lines)
        return [PROGRAMS / "tradestack-strategy", instance, "--config", path]

    def _daemon(self, name: str, host: str, keys: Keys) -> Sequence[str | Path]:
        path = self._etc(host, f"{name}.toml")
        common = {**self._common(name, host), "users_file": str(self._etc(host, "users"))}
        path.write_text(config_text({**common, **keys}))
        return [PROGRAMS / f"tradestack-{name}", "--config", path]

    def _common(self, name: str, host: str) -> dict[str, object]:
        return {
            "control_socket": str(self.control(f"{name}@{host}")),
            "state_directory": str(self.directories[host] / "state" / name),
        }

    def _etc(self, host: str, name: str) -> Path:
        return self.directories[host] / "etc" / name
