"""Queries to a running stack by systemctl, tradestackctl, nc, varlinkctl and journalctl."""

import json
import re

from tests.system.cases.harness import (
    DAEMONS,
    ORDER_LOG,
    RUN,
    SERVICES,
    SOCKETS,
    TARGET,
    attempt,
    case,
    eventually,
    sh,
    state,
    stats,
)

CONTROL_SOCKETS = {
    "gateway.sock": "io.tradestack.Gateway",
    "order-manager.sock": "io.tradestack.OrderManager",
    "strategy-news.sock": "io.tradestack.Strategy",
}
EXPOSURE_MAX = {  # in tenths, as --threshold= of systemd-analyze expects
    "tradestack-gateway": 11,
    "tradestack-order-manager": 11,
    "tradestack-strategy@news": 12,
}


@case()
def status_shows_rates() -> None:
    """`systemctl status` shows the daemons' current rates."""

    def rate(service: str) -> bool:
        shown = re.search(r"Status: \"(.*)\"", sh("systemctl", "status", service))
        return bool(shown and re.search(r"\b[1-9][0-9,]* ticks/s", shown[1]))

    for service in (SERVICES[0], SERVICES[2]):
        eventually(60, f"a live rate of {service}", lambda: rate(service))  # noqa: B023
    assert "orders/s" in state(SERVICES[1], "StatusText")


@case()
def stats_as_json() -> None:
    """`tradestackctl stats --json` has the stats of all daemons, and counters grow."""
    first = stats()
    strategy = first["strategies"]["news"]
    for daemon in (first["gateway"], first["order_manager"], strategy):
        assert {"pid", "version", "start_time", "uptime_s", "pss_bytes"} <= daemon.keys()
    assert strategy["orders_sent"] >= 1

    eventually(
        60,
        "ticks_total grows",
        lambda: stats()["gateway"]["ticks_total"] > first["gateway"]["ticks_total"],
    )


@case()
def text_lines_by_nc() -> None:
    """`printf 'stats\\n' | nc -U -N` prints the stats as text, and `help` is answered."""
    for name in CONTROL_SOCKETS:
        answer = sh("nc", "-U", "-N", str(RUN / name), stdin="stats\n")
        assert "uptime_s" in answer, answer
        assert sh("nc", "-U", "-N", str(RUN / name), stdin="help\n")


@case(releases=("trixie",))
def varlinkctl_drives_the_sockets() -> None:
    """systemd's `varlinkctl` can introspect and call every control socket."""
    for name, interface in CONTROL_SOCKETS.items():
        address = f"unix:{RUN / name}"
        assert "io.tradestack.Daemon" in sh("varlinkctl", "info", address)
        assert "GetStats" in sh("varlinkctl", "introspect", address, "io.tradestack.Daemon")
        assert "method" in sh("varlinkctl", "introspect", address, interface)
        assert "io.tradestack.Daemon.GetStats" in sh("varlinkctl", "list-methods", address)
        reply = sh("varlinkctl", "call", "-j", address, "io.tradestack.Daemon.GetStats", "{}")
        assert "uptime_s" in json.dumps(json.loads(reply))
        watch = f"varlinkctl call -j --more {address} io.tradestack.Daemon.WatchStats '{{}}'"
        # As a JSON text sequence (RFC 7464): each reply begins with the character RS.
        replies = sh("sh", "-c", f"{watch} | head --lines=2").split("\x1e")
        assert ["uptime_s" in reply for reply in replies] == [False, True, True]


@case()
def journal_finds_orders() -> None:
    """`journalctl SYMBOL=…` finds the entries of an order in the order log."""
    symbol = re.search(r"Order 1: (?:BUY|SELL) \S+ (\S+) @", ORDER_LOG.read_text())
    assert symbol

    entries = sh("journalctl", "-o", "json", f"SYMBOL={symbol[1]}").splitlines()

    found = [json.loads(entry) for entry in entries]
    assert any(entry.get("ORDERID") == "1" for entry in found), found[:2]
    assert {"SIDE", "CLORDID", "EXECTYPE", "MESSAGE_ID"} <= found[0].keys()


@case()
def journal_explains() -> None:
    """`journalctl -x` prints the catalog's explanation of an event."""
    explained = sh("journalctl", "-x", "MESSAGE_ID=121fac21df4745bfb65d93aa30ecd8a0")

    assert "Subject: A tradestack daemon is ready" in explained, explained[:2000]


@case()
def security_scores() -> None:
    """`systemd-analyze security` rates each running service within its limit."""
    for daemon in DAEMONS:
        limit = f"--threshold={EXPOSURE_MAX[daemon]}"
        sh("systemd-analyze", "security", "--no-pager", limit, f"{daemon}.service")


@case()
def omissions_have_reasons() -> None:
    """Each setting that `systemd-analyze security` misses is explained in the unit."""
    for daemon in DAEMONS:
        service = f"{daemon}.service"
        unit = sh("systemctl", "cat", service)
        explained = {re.match(r"#   (\w+)=", line) for line in unit.splitlines()} - {None}
        names = {match[1] for match in explained if match}
        report = json.loads(sh("systemd-analyze", "security", "--json=short", service))
        for missed in (entry for entry in report if entry["set"] is False):
            directive = re.match(r"\w+", missed["name"])
            assert directive
            assert directive[0] in names, missed


@case()
def units_verify() -> None:
    """`systemd-analyze verify` reports nothing about the installed units."""
    verdict = attempt("systemd-analyze", "verify", "--man=no", TARGET, *SERVICES, *SOCKETS)

    assert (verdict.returncode, verdict.stdout + verdict.stderr) == (0, "")
