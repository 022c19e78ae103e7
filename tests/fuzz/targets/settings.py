"""A daemon's users file, configuration and environment."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.fuzz.scratch import scratch_file
from tests.fuzz.target import Target, assert_one_line
from tradestack.configs.gateway import GatewayConfig
from tradestack.configs.order_manager import OrderManagerConfig
from tradestack.configs.strategy import StrategyConfig
from tradestack.domain.faults import OperatorFault
from tradestack.net.server.users import Users, canonical_user, users_line
from tradestack.runtime.config.keys import describe_config, load_config, parse_config
from tradestack.runtime.supervisor.environment import parse_environment
from tradestack.runtime.supervisor.listen_fds import LISTEN_FDS_MAX, LISTEN_FDS_START

PID = 812
ETC = Path(__file__).parents[3] / "etc"
CONFIGS: tuple[tuple[type[Any], str], ...] = (
    (GatewayConfig, "gateway.toml"),
    (OrderManagerConfig, "order-manager.toml"),
    (StrategyConfig, "strategy/news.toml"),
)


def users(data: bytes) -> None:
    """Check that a users file, written again from what was read, is read as the same users.

    It may be an OperatorFault of one line instead.
    """
    try:
        found = Users.load(scratch_file("users", data)).hashes
    except OperatorFault as fault:
        assert_one_line(str(fault))
        return
    assert all(name == canonical_user(name) for name in found)
    lines = [
        f"{name}:{user_hash.salt.hex()}:{user_hash.digest.hex()}\n"
        for name, user_hash in found.items()
    ]
    assert Users.load(scratch_file("users", "".join(lines).encode())).hashes == found


def config(data: bytes) -> None:
    """Check that a configuration, written again from what was read, is read as the same.

    It may be an OperatorFault of one line instead.
    """
    config_type, _ = CONFIGS[(data[:1] or b"\0")[0] % len(CONFIGS)]
    try:
        found = load_config(config_type, scratch_file("config.toml", data[1:]))
    except OperatorFault as fault:
        assert_one_line(str(fault), length_max=10_000)
        return
    said = {name: value for name, value in describe_config(found).items() if value is not None}
    assert parse_config(config_type, said, source="itself") == found


def environment(data: bytes) -> None:
    """Check that variables give sockets of different names, or an OperatorFault of one line."""
    pairs = (text.partition("=") for text in data.decode(errors="surrogateescape").split("\0"))
    variables = {"LISTEN_PID": str(PID), **{name: value for name, _, value in pairs}}
    try:
        found = parse_environment(variables, pid=PID)
    except OperatorFault as fault:
        assert_one_line(str(fault), length_max=10_000)
        return
    fds = list(found.listen_fds.values())
    assert fds == [*range(LISTEN_FDS_START, LISTEN_FDS_START + len(fds))]
    assert len(fds) <= LISTEN_FDS_MAX
    assert found.watchdog_ns is None or found.watchdog_ns > 0


def _user_seeds() -> Sequence[bytes]:
    news = users_line("news", "secret", salt=b"0123456789abcdef")
    other = users_line("Orders", "s3cret", salt=b"x")
    return [
        (news + other).encode(),
        (f"# remark\n\n{news}{news}").encode(),
        b"news:00:zz\n",
        b"a:b\n",
    ]


def _config_seeds() -> Sequence[bytes]:
    shipped = [(ETC / name).read_bytes() for _, name in CONFIGS]
    bare = [
        b"\n".join(line for line in text.splitlines() if line and not line.startswith(b"#"))
        for text in shipped
    ]
    gateway = b"""listen = "[::1]:9"\nsegment_suffix = "-a"\npace = "60x"\nat_end = "hold"
start_at = "2013-10-10T14:30:00Z"\nwalk_seed = 0x10\nvalidate_bytes_max = "1.5KiB"
client_stall_max = "1.5min"\n[columns]\nprice = ["px", "last"]\n"""
    manager = b"""symbols = ["SPY", "IBM"]\norder_qty_max = "10.5"\nnew_session_at = "21:30"
durability = "disk"\nmax_order_age = "0"\norder_log = "~/x"\n"""
    strategy = b"""quantity = 10\nuser = "news"\nstart = "session"
parameters = { buy_above = "60.5" }
feed = "localhost:1"\n"""
    # Longer than Python turns into a number or into digits; nested deeper than it calls.
    extreme = [b"9" * 5_000, b"0x" + b"f" * 5_000, b"[" * 5_000]
    bare += [b"log_level = " + value for value in extreme]
    texts = [gateway, manager, strategy]
    return [bytes([index % len(CONFIGS)]) + text for index, text in enumerate([*texts, *bare])]


def _environment_seeds() -> Sequence[bytes]:
    return [
        b"LISTEN_PID=812\0LISTEN_FDS=2\0LISTEN_FDNAMES=control:feed",
        b"LISTEN_FDS=1\0LISTEN_FDNAMES=\0WATCHDOG_USEC=30000000\0WATCHDOG_PID=812",
        b"LISTEN_FDS=" + b"9" * 5_000,
        b"NOTIFY_SOCKET=/run/x\0STATE_DIRECTORY=/var/lib/a:/var/lib/b\0CREDENTIALS_DIRECTORY=",
    ]


TARGETS = (
    Target("users", users, _user_seeds, length_max=1_024),
    Target("config", config, _config_seeds, length_max=8_192),
    Target("environment", environment, _environment_seeds, length_max=8_192),
)
