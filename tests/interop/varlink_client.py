"""A client by PyPI's varlink: the description of a control socket, and some calls.

    argv  path of the socket, name of the daemon's own interface, [[method, parameters], …]
    out   {"info": GetInfo, "methods": {interface: [name]}, "stats": GetStats,
           "watched": [stats, stats], "metrics": [metric, …], "described": [metric, …],
           "refusals": [[error, parameters], …], "answers": […]}

It runs in a process of its own because the package warns of its own syntax on recent Pythons.
"""

import itertools
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

import varlink

DAEMON = "io.tradestack.Daemon"
METRICS = "io.systemd.Metrics"
WATCHED = 2  # replies
WATCH_INTERVAL_MS = 100


def main(path: str, own: str, calls: Sequence[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """Make each kind of call on a connection of its own."""
    with varlink.Client.new_with_address(f"unix:{path}") as client:
        with client.open("org.varlink.service") as service:
            info = service.GetInfo()
        interfaces = {name: client.get_interface(name) for name in info["interfaces"]}
        with client.open(DAEMON) as daemon:
            stats = daemon.GetStats()["stats"]
            refusals = [refusal(lambda: daemon.SetLogLevel("loud")), refusal(daemon.WatchStats)]
        with client.open(DAEMON) as daemon:
            replies = daemon.WatchStats(WATCH_INTERVAL_MS, _more=True)
            watched = [reply["stats"] for reply in itertools.islice(replies, WATCHED)]
        with client.open(METRICS) as metrics:
            listed = list(metrics.List(_more=True))
            described = list(metrics.Describe(_more=True))
        with client.open(own) as daemon:
            answers = [getattr(daemon, name)(**parameters) for name, parameters in calls]
    return {
        "info": info,
        "methods": {name: methods_of(interface) for name, interface in interfaces.items()},
        "stats": stats,
        "watched": watched,
        "metrics": listed,
        "described": described,
        "refusals": refusals,
        "answers": answers,
    }


def methods_of(interface: varlink.Interface) -> list[str]:
    """Return the methods that its parser finds in the description."""
    members = interface.members.values()
    return [member.name for member in members if isinstance(member, varlink.scanner._Method)]


def refusal(call: Callable[[], object]) -> list[Any]:
    """Return the error of a call, and its parameters."""
    try:
        call()
    except varlink.VarlinkError as error:
        return [error.error(), error.parameters()]
    return []


print(json.dumps(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))))
