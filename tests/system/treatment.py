"""How commands of README and manual are run in a container, where not simply as they are.

Whatever is in no table here is run as it stands, by a person with sudo, in the checkout, and has to
end with exit status 0.
"""

from collections.abc import Mapping
from typing import NamedTuple

CTRL_C = "\x03"

NOT_RUN: Mapping[str, str] = {
    "ssh ": "there is no other host",
    "sudo apt build-dep ./systemd": "tests/system/test_debian_package.py does this, as a package",
    "systemd/debian/build": "so is this",
    "sudo apt install ./dist/": "and this",
    "sudo pip install --break-system-packages ": "nor does the package have an installation here",
    "podman ": "there is no container in a container",
}

# What the releases lack that the manual says are too old.
ABSENT: Mapping[str, tuple[str, ...]] = {"varlinkctl": ("bookworm",)}

# Names that the reader replaces.
PLACEHOLDERS: Mapping[str, str] = {
    "check FILE": "check $(sudo find /var/lib/tradestack/order-manager -name '*.journal')",
}


class End(NamedTuple):
    """How a person ends a command that has no end: by these keys, when this text was shown."""

    shown: str
    keys: str = CTRL_C


TRIAL = "./install.sh --try -- --state-dir /tmp/stack"
TRIAL_WITH_PAGE = f"{TRIAL} --web"
STACK_OF_TRIAL = ".venv/bin/tradestackctl --runtime-dir /tmp/stack/run"
UNTIL_SHOWN: Mapping[str, End] = {
    f"{STACK_OF_TRIAL} top": End("q: quit", "q"),
    f"{STACK_OF_TRIAL} tail --follow --symbol SPY": End("price  SPY"),
    "tail -f /tmp/stack/log/order_log.txt": End(" user=news"),
    "tail -f /var/log/tradestack/order_log.txt": End(" done, fee "),
    "tradestackctl top": End("q: quit", "q"),
    ".venv/bin/python client.py": End("["),
    "varlinkctl call --more /run/tradestack/gateway.sock io.tradestack.Daemon.WatchStats '{}'": End(
        "uptime_s"
    ),
}

# In a terminal of its own, until the next heading: the text says so.
MEANWHILE: Mapping[str, End] = {
    TRIAL: End("to look inside: "),
    TRIAL_WITH_PAGE: End("to look inside: "),
}

# What is typed when a command asks.
ANSWERS: Mapping[str, End] = {"sudo apt install ": End("[Y/n]", "y\n")}

# What is followed by a look at what it has led to.
PROMETHEUS_KNOWS = "sudo systemctl restart prometheus"

# tar warns with 1 that a file changed as it was read.
STATUSES: Mapping[str, tuple[int, ...]] = {"sudo tar -czf ": (0, 1)}


def all_keys() -> list[str]:
    """List what is said here of commands; each has to be in a guide."""
    tables = (NOT_RUN, ABSENT, PLACEHOLDERS, UNTIL_SHOWN, MEANWHILE, ANSWERS, STATUSES)
    return [PROMETHEUS_KNOWS, *(key for table in tables for key in table)]
