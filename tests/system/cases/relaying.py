"""The installed gateway as a relay of another one, within its sandbox, and back."""

import contextlib
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.system.cases.harness import (
    all_active,
    attempt,
    case,
    eventually,
    orders_go_on,
    sh,
    stats,
)
from tests.system.cases.permissions import OUTSIDER
from tests.system.cases.reloading import CONFIGS, GATEWAY

OPERATOR_FAULT = 78
DROP_IN = Path(f"/etc/systemd/system/{GATEWAY}.d/relay.conf")
PASSWORD = Path("/etc/tradestack/credentials/relay.password")
STACK = Path("/root/upstream")


@contextlib.contextmanager
def another_gateway() -> Iterator[str]:
    """Run a stack in the foreground; yield the address of its feed."""
    command = ("tradestackctl", "up", "--state-dir", str(STACK), "--pace", "200/s")
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as stack:
        assert stack.stderr is not None
        first = stack.stderr.readline()
        try:
            found = re.match(r"feed (\S+),", first)
            assert found, first
            yield found[1]
        finally:
            stack.terminate()
            stack.communicate()
            sh("rm", "-r", str(STACK))


@case()
def relay_refuses_with_words() -> None:
    """Nothing is changed without root, an address, a user or a password."""
    before = CONFIGS[GATEWAY].read_text()
    refusals = {
        ("127.0.0.1:9999",): "no --upstream-user",
        (): "no HOST:PORT",
        ("gateway.example:9999", "--upstream-user", "me"): "this is a name",
        ("93.184.216.34:9999", "--upstream-user", "me"): "a public address",
        ("9999", "--upstream-user", "me"): "is not an address",
        ("127.0.0.1:9999", "--upstream-user", "me"): "no password",
    }
    for arguments, words in refusals.items():
        finished = attempt("tradestackctl", "relay", *arguments)
        assert finished.returncode == OPERATOR_FAULT, finished
        assert words in finished.stderr, finished
    outsider = ("runuser", "-u", OUTSIDER, "--", "tradestackctl", "relay", "--off")
    assert "only root" in attempt(*outsider).stderr
    assert (CONFIGS[GATEWAY].read_text(), DROP_IN.exists()) == (before, False)


@case()
def the_gateway_relays_another_one_and_plays_its_own_files_again() -> None:
    """Feed session and way are those of the other one; strategies here trade on it."""
    with another_gateway() as address:
        password = (STACK / "credentials/news/password").read_text()
        sh("tradestackctl", "relay", address, "--upstream-user", "news", stdin=password)
        eventually(30, "the feed is relayed", lambda: relayed_from(address))
        all_active()
        orders_go_on(60)
    assert PASSWORD.stat().st_mode & 0o777 == 0o600

    sh("tradestackctl", "relay", "--off")

    assert not DROP_IN.parent.exists()
    assert not PASSWORD.exists()
    assert "upstream" not in stats()["gateway"]
    orders_go_on(60)


def relayed_from(address: str) -> bool:
    """Return whether the gateway is logged in there, and knows that there is no gateway before."""
    upstream = (stats()["gateway"] or {}).get("upstream", {})
    return (upstream.get("address"), upstream.get("connected"), upstream.get("hops")) == (
        address,
        True,
        1,
    )
