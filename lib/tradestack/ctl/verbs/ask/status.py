"""Show which daemons run and how they are doing, one line each.

Below them is what needs attention: the last error of a daemon, a limit that is near, a changed key
that is not in use yet, and whether trading is halted. The exit status is 3 if a daemon does not
answer, the gateway cannot publish, a relay has not reached the gateway that it follows for ten
seconds, the order manager takes no orders because it cannot journal them, or a strategy is paused,
or is not connected ten seconds after its start (to the feed: after its feed session has begun).
Exporter, FIX port and gRPC edge are shown while they run.

A standby (man tradestack-replication) takes no orders either; for it the exit status is 3 when it
cannot follow the primary, or does not hear it.

example:
  tradestackctl status
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tradestack.ctl.durations import duration_text
from tradestack.ctl.exit_status import ExitStatus
from tradestack.ctl.running_daemons import (
    EXPORTER,
    FIX,
    GATEWAY,
    GRPC,
    ORDER_MANAGER,
    RunningDaemons,
    StackReport,
    Stats,
)
from tradestack.ctl.table import aligned
from tradestack.domain.clock import NANOSECONDS_PER_SECOND
from tradestack.domain.times import parse_utc
from tradestack.domain.trading_state import TradingState
from tradestack.domain.units import counted, format_mebibytes
from tradestack.observe.printable import printable
from tradestack.runtime.clock import SystemClock

HEADINGS = ("DAEMON", "PID", "UP", "MEMORY", "SESSION", "STATE")
# After the start, the loss of an upstream or the beginning of a feed session; later it is a fault.
CONNECTED_WITHIN_S = 10
# States of a strategy that is not connected to a feed until the next feed session begins.
WITHOUT_FEED = ("waiting for reports on the last messages", "session over")
FAULT = "fault"  # the state of a source from which nothing more can be published
SPARE = "spare"  # the state of an exporter while another one writes the stream
LOOP = "loop"  # the gateway begins a session whenever its files end


def add_arguments(_parser: argparse.ArgumentParser) -> None:
    """Declare no arguments."""


def run(args: argparse.Namespace) -> int:
    """Print the table; return NOT_RUNNING unless every daemon answered and does its work."""
    running = RunningDaemons.of(args)
    report = running.report()
    daemons: list[tuple[str, Stats | None, Callable[[Stats], str]]] = [
        (GATEWAY, report.gateway, _gateway),
        (ORDER_MANAGER, report.order_manager, _order_manager),
        *((f"strategy {name}", stats, _strategy) for name, stats in report.strategies.items()),
        *((name, stats, _OTHERS[name]) for name, stats in report.others.items()),
    ]
    print(aligned([HEADINGS, *(_row(*daemon) for daemon in daemons)]), end="")
    for name, stats, _ in daemons:
        if stats is not None and stats.get("last_error"):
            print(f"{name}: last error: {printable(stats['last_error'])}")
        if stats is not None and stats.get("limits_near"):
            print(f"{name}: {stats['limits_near']}")
        if stats is not None:
            _print_pending(name, stats.get("config_pending", {}))
            for text in stats.get("config_unused", {}).values():
                print(f"{name}: in its config, {text}")
    gateway = report.gateway or {}
    if gateway.get("at_end") == LOOP and "upstream" not in gateway:
        print('at_end = "loop": positions begin again with each session')
    _print_trading((report.order_manager or {}).get("trading", {}), running.command("limits"))
    for fault in report.faults:
        print(f"tradestackctl: {fault}", file=sys.stderr)
    return ExitStatus.NOT_RUNNING if report.faults or _is_at_a_stop(report) else ExitStatus.DONE


def _is_at_a_stop(report: StackReport) -> bool:
    """Return whether a daemon that answers cannot do its work."""
    gateway, order_manager = report.gateway or {}, report.order_manager or {}
    is_apart = any(
        stats.get("pause_reason") or (stats["uptime_s"] >= CONNECTED_WITHIN_S and _lost(stats))
        for stats in report.strategies.values()
        if stats is not None
    )
    is_silent = (
        gateway.get("publication_blocked")
        or gateway.get("source_state") == FAULT
        or gateway.get("upstream", {}).get("away_s", 0.0) >= CONNECTED_WITHIN_S
    )
    is_cut_off = (report.others.get(EXPORTER) or {}).get("server_fault")
    return bool(is_silent or _is_unstored(order_manager) or is_apart or is_cut_off)


def _print_pending(name: str, pending: Mapping[str, str]) -> None:
    """Print which changed config keys are not in use yet; `pending` maps each to its event."""
    for event in sorted(set(pending.values())):
        keys = ", ".join(key for key, waits_for in pending.items() if waits_for == event)
        print(f"{name}: changed in its config, but not in use before {event}: {keys}")


def _print_trading(trading: Mapping[str, Any], command: str) -> None:
    """Print whose orders are refused, if anybody's are; `trading` is that of the order manager."""
    see = f"`{command}` says since when, and why"
    if (state := trading.get("state", TradingState.ACTIVE.name)) != TradingState.ACTIVE.name:
        print(f"order-manager: trading is {state} for all users: {see}")
    for name in (TradingState.HALTED.name, TradingState.REDUCING.name):
        if users := trading.get(f"users_{name.lower()}"):
            print(f"order-manager: trading is {name} for {users:,} of the users: {see}")


def _row(name: str, stats: Stats | None, describe: Callable[[Stats], str]) -> Sequence[object]:
    if stats is None:
        return (name, "-", "-", "-", "-", "not responding")
    pss_bytes = stats.get("pss_bytes")
    memory = "-" if pss_bytes is None else format_mebibytes(pss_bytes)
    session = stats.get("session") or "-"
    return (name, stats["pid"], duration_text(stats["uptime_s"]), memory, session, describe(stats))


def _gateway(stats: Stats) -> str:
    rate, blocked = stats.get("rates", {}).get("1s", 0.0), stats.get("publication_blocked")
    state = f"{stats.get('source_state', '-')}, {rate:,.0f} ticks/s"
    upstream = stats.get("upstream", {})
    if blocked:
        state = f"blocked: {blocked}"
    elif fault := upstream.get("fault"):
        away = duration_text(upstream["away_s"])
        state = f"not connected to {upstream['address']} for {away}: {printable(fault)}"
    return (
        f"{state}, "
        f"{counted(stats.get('ticks_total', 0), 'tick')}, "
        f"{counted(stats.get('rows_rejected', 0), 'row')} rejected"
    )


def _order_manager(stats: Stats) -> str:
    replication = stats.get("replication", {})
    role = replication.get("role", "primary")
    if role != "primary":
        return (
            f"{role}, {replication['primary'] or 'nobody'} is the primary, "
            f"epoch {replication['epoch']}, {counted(replication['behind'], 'message')} behind"
            + (f", {replication['fault']}" if replication["fault"] else "")
        )
    fault = stats.get("journal_fault")
    return (
        (f"primary, epoch {replication['epoch']}, " if replication else "")
        + (f"orders not taken: {fault}, " if fault else "")
        + f"{counted(stats.get('orders_received', 0), 'order')}, "
        f"{stats.get('orders_accepted', 0):,} accepted, "
        f"{stats.get('orders_rejected', 0):,} rejected, "
        f"{counted(stats.get('fills', 0), 'fill')}, {stats.get('orders_working', 0):,} working"
        + (f", {stats['session_fault']}" if stats.get("session_fault") else "")
    )


def _is_unstored(order_manager: Stats) -> bool:
    """Return whether a journal cannot be written, or not be followed on another host."""
    return bool(
        order_manager.get("journal_fault") or order_manager.get("replication", {}).get("fault")
    )


def _strategy(stats: Stats) -> str:
    if reason := stats.get("pause_reason"):
        return f"PAUSED: {printable(reason)}"
    return (
        f"{counted(stats.get('ticks_received', 0), 'tick')}, "
        f"{counted(stats.get('orders_sent', 0), 'order')} sent, "
        f"{stats.get('orders_pending', 0):,} pending, {stats.get('orders_working', 0):,} working, "
        f"{counted(stats.get('fills', 0), 'fill')}"
        + "".join(f", not connected to {name}" for name in _lost(stats))
    )


def _exporter(stats: Stats) -> str:
    if fault := stats.get("server_fault"):
        return f"not exporting: {fault}"
    if stats.get("state") == SPARE:
        return f"spare: another exporter writes {stats['stream']}"
    return f"{counted(stats.get('head', 0), 'tick')} stored"


def _fix(stats: Stats) -> str:
    return f"{counted(len(stats.get('clients', ())), 'client')} logged on"


def _grpc(stats: Stats) -> str:
    return f"{counted(sum(stats.get('calls', {}).values()), 'open call')}"


_OTHERS: Mapping[str, Callable[[Stats], str]] = {EXPORTER: _exporter, FIX: _fix, GRPC: _grpc}


def _lost(stats: Stats) -> list[str]:
    """Return the servers to which a strategy should be connected, and is not."""
    needs_feed = stats.get("state") not in WITHOUT_FEED and not _has_just_begun(stats)
    needed = ("feed", "orders") if needs_feed else ("orders",)
    return [name for name in needed if not stats.get(f"connected_{name}", True)]


def _has_just_begun(stats: Stats) -> bool:
    """Return whether a strategy may not have registered in its feed session yet."""
    began = stats.get("session_start_time")
    if not began:  # it has not found one
        return False
    age_ns = SystemClock().wall_ns() - parse_utc(began)
    return 0 <= age_ns < CONNECTED_WITHIN_S * NANOSECONDS_PER_SECOND
